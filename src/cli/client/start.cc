// start, retry (cli.md §14.6, §14.7).
#include <algorithm>

#include "calendar/time_zone.h"
#include "cli/client/attempt_view.h"
#include "cli/client/attempt_wait.h"
#include "cli/client/lookups.h"
#include "cli/client/server_api.h"
#include "cli/commands.h"
#include "cli/override_params.h"
#include "cli/system_config.h"
#include "store/uuid.h"
#include "value/config.h"
#include "value/json.h"
#include "value/merge.h"

namespace mogura::cli {
namespace {

constexpr std::string_view kAttemptsPath = "/api/attempts";

// The place of a key in Java's hash table of this many buckets.
std::uint32_t java_bucket(std::string_view key, std::uint32_t buckets) {
  std::uint32_t hash = 0;
  for (const char c : key) hash = hash * 31 + static_cast<unsigned char>(c);
  return (hash ^ (hash >> 16)) & (buckets - 1);
}

// Digdag keeps what `-p` sets in a hash table, whose order is seen in the attempt's parameters.
// Right for keys in ASCII.
Pairs in_digdags_order(Pairs pairs) {
  std::uint32_t buckets = 16;
  while (pairs.size() * 4 > buckets * 3) buckets *= 2;
  std::ranges::stable_sort(pairs, {},
                           [&](const auto& pair) { return java_bucket(pair.first, buckets); });
  return pairs;
}

Object params_given(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  Pairs pairs = arguments.pairs("-p");
  if (!invocation.program.is_mogura()) pairs = in_digdags_order(std::move(pairs));
  return load_override_params(load_system_config(invocation.config_path, invocation.properties),
                              arguments.text("-P"), pairs);
}

// What the server makes the session time of: a local time, or the present and how to cut it.
Query session_query(const std::string& session) {
  if (const auto local = calendar::parse_local_time(session)) {
    std::string text = calendar::utc_iso(calendar::TimeZone::utc().to_instant(*local));
    text.pop_back();  // the Z
    return Query().add("session_time", std::string_view(text));
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
  Query query = Query().add("session_time", std::string_view(calendar::utc_iso(now)));
  if (session == "hourly") query.add("mode", std::string_view("hour"));
  if (session == "daily") query.add("mode", std::string_view("day"));
  return query;
}

std::string session_time_of(const ServerApi& server, const Object& workflow,
                            const std::string& session) {
  const Value answer =
      server.get("/api/workflows/" + path_part(text_in(workflow, "id")) + "/truncated_session_time",
                 session_query(session));
  return text_in(object_in(answer), "sessionTime");
}

// `2016-01-01T00:00Z`: the seconds only where there are some.
std::string short_iso(const std::string& iso) {
  static constexpr std::size_t kSecondsAt = 16;
  const auto time = calendar::parse_instant(iso);
  if (!time || iso.size() < kSecondsAt + 3) return iso;
  std::string text = iso;
  if (text.substr(kSecondsAt, 3) == ":00") text.erase(kSecondsAt, 3);
  if (text.ends_with("+00:00")) text.replace(text.size() - 6, 6, "Z");
  return text;
}

// Says which attempt the session has already, and how to run it again.
Error session_exists(const Invocation& invocation, const Refusal& refusal) {
  std::string what = "A session for the requested session_time already exists";
  std::string id = "<attempt-id>";
  try {
    const Value body = value::parse_json(refusal.body());
    const Object& attempt = object_in(body);
    id = value::get_text(attempt, "id");
    what += " (session_id=" + value::get_text(attempt, "sessionId") + ", attempt_id=" + id +
            ", session_time=" + short_iso(value::get_text(attempt, "sessionTime")) + ")";
  } catch (const Error&) {
    id = "<attempt-id>";  // the body is no attempt
  }
  return Error("", what + "\nhint: use `" + invocation.program.name + " retry " + id +
                       " --latest-revision --all` command to run the session again for the same "
                       "session_time");
}

// Then waits for the end, if asked to.
int show_started(const Invocation& invocation, const ServerApi& server, const Value& answer) {
  const Object& attempt = object_in(answer);
  const bool waits = invocation.arguments.has("--wait");
  if (prints_json(invocation)) {
    if (waits) return wait_for_attempt(invocation, server, text_in(attempt, "id"));
    return print_json(invocation, answer);
  }
  invocation.print("Started a session attempt:");
  print_block(invocation, started_fields(attempt));
  const std::string& program = invocation.program.name;
  const std::string id = text_in(attempt, "id");
  invocation.hint("* Use `" + program + " session " + text_in(attempt, "sessionId") +
                  "` to show session status.");
  invocation.hint("* Use `" + program + " task " + id + "` and `" + program + " log " + id +
                  "` to show task status and logs.");
  return waits ? wait_for_attempt(invocation, server, id) : kSuccess;
}

int show_dry_start(const Invocation& invocation, const Object& workflow, const Object& request) {
  if (prints_json(invocation)) return print_json(invocation, Value(request));
  const std::string session_time = text_in(request, "sessionTime");
  const bool is_mogura = invocation.program.is_mogura();
  invocation.print("Session attempt:");
  print_block(invocation, {{"session id", "(dry run)"},
                           {"attempt id", "(dry run)"},
                           {"uuid", "(dry run)"},
                           {"project", project_name_in(workflow)},
                           {"workflow", text_in(workflow, "name")},
                           {"session time", is_mogura ? shown_session_time(session_time)
                                                      : shown_instant(session_time)},
                           {"retry attempt name", text_in(request, "retryAttemptName")},
                           {"params", json_in(request, "params")}});
  invocation.hint("Session attempt is not started.");
  return kSuccess;
}

// The workflow of the revision that the options choose.
std::string workflow_to_retry(const Invocation& invocation, const ServerApi& server,
                              const Object& attempt) {
  const Arguments& arguments = invocation.arguments;
  const Object workflow = value::find_object(attempt, "workflow");
  if (arguments.has("--keep-revision")) {
    const std::string id = text_in(workflow, "id");
    if (!id.empty()) return id;
    throw Error("", "Session attempt " + text_in(attempt, "id") +
                        " is non-stored workflow. Retrying a non-stored workflow is not "
                        "supported.");
  }
  const Object project = value::find_object(attempt, "project");
  return text_in(
      find_workflow(server, project, text_in(workflow, "name"), arguments.text("--revision")),
      "id");
}

std::optional<Object> resume_of(const Arguments& arguments, const std::string& attempt) {
  if (arguments.has("--resume")) return Object{{"mode", "failed"}, {"attemptId", attempt}};
  const auto from = arguments.text("--resume-from");
  if (!from) return std::nullopt;
  return Object{{"mode", "from"}, {"attemptId", attempt}, {"from", *from}};
}

}  // namespace

int run_start(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Arguments& arguments = invocation.arguments;
  const auto& words = arguments.positionals();
  const Object params = params_given(invocation);
  const Object project = find_project(server, words[0]);
  const Object workflow = find_workflow(server, project, words[1], arguments.text("--revision"));
  Object request{
      {"workflowId", text_in(workflow, "id")},
      {"sessionTime", session_time_of(server, workflow, arguments.text_or("--session", "now"))},
      {"params", params}};
  if (const auto name = arguments.text("--retry")) request.set("retryAttemptName", *name);
  if (arguments.has("-d")) return show_dry_start(invocation, workflow, request);
  try {
    return show_started(invocation, server,
                        server.send("PUT", std::string(kAttemptsPath), {}, Value(request)));
  } catch (const Refusal& refusal) {
    if (refusal.status() != 409) throw;
    throw session_exists(invocation, refusal);
  }
}

int run_retry(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Arguments& arguments = invocation.arguments;
  const std::string& id = arguments.positionals()[0];
  const Value answer = server.get(std::string(kAttemptsPath) + "/" + path_part(id));
  const Object& attempt = object_in(answer);
  Object params = value::find_object(attempt, "params");
  value::deep_merge(params, params_given(invocation));
  Object request{{"workflowId", workflow_to_retry(invocation, server, attempt)},
                 {"sessionTime", text_in(attempt, "sessionTime")},
                 {"retryAttemptName", arguments.text_or("--name", store::new_uuid())},
                 {"params", std::move(params)}};
  if (const auto resume = resume_of(arguments, id)) request.set("resume", *resume);
  return show_started(invocation, server,
                      server.send("PUT", std::string(kAttemptsPath), {}, Value(request)));
}

}  // namespace mogura::cli
