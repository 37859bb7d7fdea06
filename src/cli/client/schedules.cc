// schedules, enable, disable, reschedule, backfill (cli.md §14.13-14.16).
#include <charconv>

#include "calendar/time_zone.h"
#include "cli/client/arguments_check.h"
#include "cli/client/attempt_view.h"
#include "cli/client/lookups.h"
#include "cli/client/server_api.h"
#include "cli/commands.h"
#include "cli/time_display.h"
#include "store/uuid.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

constexpr std::string_view kSchedulesPath = "/api/schedules";

std::string schedule_path(const std::string& id, std::string_view rest = "") {
  return std::string(kSchedulesPath) + "/" + path_part(id) + std::string(rest);
}

bool is_schedule_id(const std::string& text) {
  std::int32_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

// `2026-03-02 07:00:00 +0000 (in 22h 0m 0s)`; empty for an empty text.
std::string with_distance(const std::string& iso) {
  const auto time = calendar::parse_instant(iso);
  if (!time) return iso;
  return time_with_distance(*time, SystemClock().now(), calendar::TimeZone::system());
}

Fields schedule_times(const Object& schedule) {
  return {{"disabled at", with_distance(text_in(schedule, "disabledAt"))},
          {"next session time", shown_session_time(text_in(schedule, "nextScheduleTime"))},
          {"next scheduled to run at", with_distance(text_in(schedule, "nextRunTime"))}};
}

void print_schedule(const Invocation& invocation, const Object& schedule, bool with_project) {
  Fields fields = {{"id", text_in(schedule, "id")}};
  if (with_project) fields.emplace_back("project", project_name_in(schedule));
  fields.emplace_back("workflow", workflow_name_in(schedule));
  for (auto& field : schedule_times(schedule)) fields.push_back(std::move(field));
  print_block(invocation, fields);
}

void print_schedules_table(const Invocation& invocation, const Array& schedules) {
  Table table({"ID", "PROJECT", "WORKFLOW", "NEXT SESSION", "NEXT RUN", "DISABLED"});
  for (const Value& element : schedules) {
    const Object& schedule = object_in(element);
    table.add({text_in(schedule, "id"), project_name_in(schedule), workflow_name_in(schedule),
               shown_session_time(text_in(schedule, "nextScheduleTime")),
               with_distance(text_in(schedule, "nextRunTime")),
               shown_instant(text_in(schedule, "disabledAt"))});
  }
  invocation.print(table.empty() ? "No schedules." : table.text(terminal_columns()));
}

// All schedules of a project, page by page.
std::vector<std::string> schedules_of(const ServerApi& server, const Object& project) {
  std::vector<std::string> ids;
  while (true) {
    Query query;
    if (!ids.empty()) query.add("last_id", std::string_view(ids.back()));
    const Value answer = server.get(project_path(project, "/schedules"), query);
    const Array& page = list_in(answer, "schedules");
    if (page.empty()) return ids;
    for (const Value& schedule : page) ids.push_back(text_in(object_in(schedule), "id"));
  }
}

// The schedules that the words name: an id, a project, a project and a workflow.
std::vector<std::string> schedules_named(const ServerApi& server,
                                         const std::vector<std::string>& words) {
  if (words.size() == 1 && is_schedule_id(words[0])) return {words[0]};
  const Object project = find_project(server, words[0]);
  if (words.size() == 1) return schedules_of(server, project);
  return {text_in(find_schedule(server, project, words[1]), "id")};
}

int switch_schedules(const Invocation& invocation, std::string_view action,
                     const std::string& done) {
  const ServerApi server = connect(invocation);
  Array answers;
  for (const std::string& id : schedules_named(server, invocation.arguments.positionals())) {
    answers.push_back(server.send("POST", schedule_path(id, action), {}, Value(Object{})));
    const std::string shown = text_in(object_in(answers.back()), "id");
    if (!prints_json(invocation)) invocation.print(done + " schedule id: " + shown);
  }
  if (prints_json(invocation)) return print_json(invocation, Value(std::move(answers)));
  return kSuccess;
}

std::string instant_text(const std::string& argument) {
  if (argument == "now") return calendar::utc_iso(SystemClock().now());
  return calendar::utc_iso(*parse_instant_argument(argument));
}

// As the words were checked before.
Object skip_request(const Arguments& arguments) {
  Object request;
  if (const auto to = arguments.text("-t")) {
    request.set("nextTime", instant_text(*to));
  } else {
    request.set("fromTime", instant_text("now"));
    request.set("count", arguments.integer("-s").value_or(0));
  }
  if (const auto at = arguments.text("-a")) request.set("nextRunTime", instant_text(*at));
  request.set("dryRun", arguments.has("-d"));
  return request;
}

// The session time in the workflow's zone.
std::string local_session_time(const ServerApi& server, const Object& schedule,
                               const std::string& from) {
  std::string local =
      calendar::utc_iso(calendar::TimeZone::utc().to_instant(*calendar::parse_local_time(from)));
  local.pop_back();  // the Z
  const std::string workflow = text_in(value::find_object(schedule, "workflow"), "id");
  const Value answer =
      server.get("/api/workflows/" + path_part(workflow) + "/truncated_session_time",
                 Query().add("session_time", std::string_view(local)));
  return text_in(object_in(answer), "sessionTime");
}

Fields backfill_fields(const Object& attempt) {
  Fields fields = started_fields(attempt);
  fields.erase(fields.begin());  // the session's id
  fields.front().first = "id";
  return fields;
}

}  // namespace

int run_schedules(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Value answer = server.get(std::string(kSchedulesPath));
  if (prints_json(invocation)) return print_json(invocation, answer);
  const Array& schedules = list_in(answer, "schedules");
  if (invocation.program.is_mogura()) {
    print_schedules_table(invocation, schedules);
    return kSuccess;
  }
  invocation.print("Schedules:");
  for (const Value& schedule : schedules) {
    print_schedule(invocation, object_in(schedule), /*with_project=*/true);
  }
  invocation.print(std::to_string(schedules.size()) + " entries.");
  invocation.hint("Use `" + invocation.program.name +
                  " workflows [project-name] [name]` to show workflow details.");
  return kSuccess;
}

int run_enable(const Invocation& invocation) {
  return switch_schedules(invocation, "/enable", "Enabled");
}

int run_disable(const Invocation& invocation) {
  return switch_schedules(invocation, "/disable", "Disabled");
}

int run_reschedule(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Arguments& arguments = invocation.arguments;
  const std::string id = schedules_named(server, arguments.positionals()).front();
  const Value answer =
      server.send("POST", schedule_path(id, "/skip"), {}, Value(skip_request(arguments)));
  if (prints_json(invocation)) return print_json(invocation, answer);
  print_schedule(invocation, object_in(answer), /*with_project=*/false);
  invocation.hint(arguments.has("-d")
                      ? "Schedule is not updated."
                      : "Use `" + invocation.program.name + " schedules` to show schedules.");
  return kSuccess;
}

int run_backfill(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const Arguments& arguments = invocation.arguments;
  const std::string id = schedules_named(server, arguments.positionals()).front();
  const Value schedule = server.get(schedule_path(id));
  Object request{{"fromTime",
                  local_session_time(server, object_in(schedule), arguments.text_or("--from", ""))},
                 {"dryRun", arguments.has("-d")},
                 {"attemptName", arguments.text_or("--name", store::new_uuid())}};
  if (const auto count = arguments.integer("--count")) request.set("count", *count);
  const Value answer = server.send("POST", schedule_path(id, "/backfill"), {}, Value(request));
  if (prints_json(invocation)) return print_json(invocation, answer);
  const Array& attempts = list_in(answer, "attempts");
  invocation.print("Session attempts:");
  for (const Value& attempt : attempts) {
    print_block(invocation, backfill_fields(object_in(attempt)));
  }
  if (arguments.has("-d") || attempts.empty()) {
    invocation.hint("No session attempts started.");
  } else {
    invocation.hint("Backfill session attempts started.");
    invocation.hint("Use `" + invocation.program.name + " sessions` to show the session attempts.");
  }
  return kSuccess;
}

}  // namespace mogura::cli
