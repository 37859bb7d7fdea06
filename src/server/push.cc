#include "server/push.h"

#include <algorithm>

#include "scheduler/schedule_rules.h"
#include "server/query.h"
#include "value/utf8.h"
#include "workflow/compiler.h"
#include "workflow/names.h"

namespace mogura::server {
namespace {

constexpr std::size_t kMaxNameLength = 255;  // in UTF-16 units
// A project's name and a random number must fit the name of a directory (rest-api.md §6.6).
constexpr std::size_t kMaxProjectNameBytes = 230;

RequestError invalid_name(const std::string& thing, const std::string& problem,
                          const std::string& name) {
  return bad_request("Validating " + thing + " failed\nname " + problem + ": \"" + name + "\"");
}

void check_names(const std::string& project, const std::string& revision) {
  if (const auto problem = workflow::workflow_name_problem(project)) {
    throw invalid_name("project", *problem, project);
  }
  if (project.contains('/')) throw invalid_name("project", "must not contain '/'", project);
  if (project.size() > kMaxProjectNameBytes) {
    throw invalid_name("project", "must not be longer than 230 bytes", project);
  }
  if (value::utf16_length(revision) > kMaxNameLength) {
    throw invalid_name("revision", "must not be longer than 255 characters", revision);
  }
}

Instant schedule_from(const Call& call) {
  const auto text = find_parameter(call, "schedule_from");
  if (!text || text->empty()) return call.services.clock.now();
  const auto instant = text->ends_with('Z') ? calendar::parse_instant(*text) : std::nullopt;
  if (instant) return *instant;
  throw bad_request(
      "Invalid schedule_from= parameter format. Expected yyyy-MM-dd'T'HH:mm:ss'Z' format");
}

// The archive, complete and as long as announced. One that is too large never got here.
const std::string& received_archive(const Call& call) {
  const net::ServerRequest& request = call.request;
  const std::uint64_t limit = call.services.settings.archive.max_total_bytes;
  if (request.body_too_large || request.content_length.value_or(0) > limit) {
    throw bad_request("Size of the uploaded archive file exceeds limit (" + std::to_string(limit) +
                      " bytes)");
  }
  if (request.body_malformed) throw bad_request("The body's Content-Encoding is broken");
  return request.body;
}

// The workflows whose schedules are to forget when they ran (`clear_schedule`).
std::vector<std::string> cleared_schedules(const Call& call,
                                           const std::vector<workflow::Definition>& workflows) {
  std::vector<std::string> names;
  for (const auto& [key, name] : call.request.target.query) {
    if (key != "clear_schedule") continue;
    if (std::ranges::find(workflows, name, &workflow::Definition::name) == workflows.end()) {
      throw bad_request(value::valid_utf8(name) + " does not exist");
    }
    names.push_back(name);
  }
  return names;
}

std::vector<store::NewWorkflow> checked_workflows(
    const Call& call, const std::vector<workflow::Definition>& definitions, Instant from) {
  const std::vector<std::string> cleared = cleared_schedules(call, definitions);
  const bool all_cleared = is_true(call, "clear_schedule_all");
  std::vector<store::NewWorkflow> workflows;
  for (const workflow::Definition& definition : definitions) {
    workflow::compile("", "+" + definition.name, definition.config);
    store::NewWorkflow& made = workflows.emplace_back();
    made.name = definition.name;
    made.timezone = definition.timezone;
    made.config = definition.config;
    made.clear_schedule =
        all_cleared || std::ranges::find(cleared, definition.name) != cleared.end();
    scheduler::refuse_unused_keys(definition.config);
    if (const auto schedule = scheduler::find_schedule(definition.config, definition.timezone)) {
      made.first_schedule = schedule->first(from);
    }
  }
  return workflows;
}

}  // namespace

store::Pushed push_project(const Call& call) {
  store::Push push;
  push.project = get_parameter(call, "project");
  push.revision = get_parameter(call, "revision");
  check_names(push.project, push.revision);
  const Instant from = schedule_from(call);
  const std::string& archive = received_archive(call);
  const ApiSettings& settings = call.services.settings;
  const std::vector<workflow::Definition> workflows =
      blob::read_pushed_project(archive, settings.archive, settings.temporary_directory);
  if (call.request.content_length.value_or(archive.size()) != archive.size()) {
    throw bad_request("Content-Length header doesn't match with uploaded data size");
  }

  push.site = call.caller.site;
  push.user_info = call.caller.user_info;
  push.workflows = checked_workflows(call, workflows, from);
  push.next_schedule = [&workflows](const std::string& name, Instant last_session_time) {
    const auto definition = std::ranges::find(workflows, name, &workflow::Definition::name);
    return scheduler::find_schedule(definition->config, definition->timezone)
        ->next(last_session_time);
  };
  return call.services.archives.push(std::move(push), archive, call.services.clock.now());
}

}  // namespace mogura::server
