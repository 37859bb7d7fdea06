// sessions, attempts, attempt, tasks, kill (cli.md §14.8-14.10, §14.12).
#include <algorithm>

#include "cli/client/attempt_view.h"
#include "cli/client/lookups.h"
#include "cli/client/server_api.h"
#include "cli/client/session_search.h"
#include "cli/commands.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

bool is_unsigned_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> last_id_of(const Arguments& arguments) {
  return arguments.integer("-i");
}

Query history_page(const Arguments& arguments) {
  return Query().add("last_id", last_id_of(arguments)).add("page_size", arguments.integer("-s"));
}

// Servers list the newest first; here the newest stands last.
Array oldest_first(const Array& list) {
  return {list.rbegin(), list.rend()};
}

int show_list(const Invocation& invocation, const Value& answer, std::string_view name,
              std::string_view title, Fields (*fields)(const Object&),
              Table (*table)(const Array&)) {
  if (prints_json(invocation)) return print_json(invocation, answer);
  const Array list = oldest_first(list_in(answer, name));
  if (invocation.program.is_mogura() && !list.empty()) {
    invocation.print(table(list).text(terminal_columns()));
    return kSuccess;
  }
  invocation.print(title);
  for (const Value& element : list) print_block(invocation, fields(object_in(element)));
  if (list.empty()) {
    invocation.hint("Use `" + invocation.program.name + " start` to start a session.");
  }
  return kSuccess;
}

int show_one(const Invocation& invocation, const Value& answer, Fields (*fields)(const Object&)) {
  if (prints_json(invocation)) return print_json(invocation, answer);
  print_block(invocation, fields(object_in(answer)));
  return kSuccess;
}

Value sessions_of(const ServerApi& server, const Arguments& arguments) {
  if (is_session_search(arguments)) return search_sessions(server, arguments);
  const auto& words = arguments.positionals();
  if (words.empty()) {
    return server.get("/api/sessions", Query().add("last_id", last_id_of(arguments)));
  }
  const Object project = find_project(server, words[0]);
  Query query;
  if (words.size() > 1) query.add("workflow", std::string_view(words[1]));
  query.add("last_id", last_id_of(arguments)).add("page_size", arguments.integer("-s"));
  return server.get(project_path(project, "/sessions"), query);
}

// `[2, 3]`.
std::string upstreams_of(const Object& task) {
  std::string text;
  for (const std::string& upstream : value::find_text_list(task, "upstreams")) {
    text += (text.empty() ? "" : ", ") + upstream;
  }
  return "[" + text + "]";
}

Fields task_fields(const Object& task) {
  const auto parent = value::find_text(task, "parentId");
  return {{"id", text_in(task, "id")},
          {"name", text_in(task, "fullName")},
          {"state", text_in(task, "state")},
          {"started", shown_instant(text_in(task, "startedAt"))},
          {"updated", shown_instant(text_in(task, "updatedAt"))},
          {"config", json_in(task, "config")},
          {"parent", parent.value_or("null")},
          {"upstreams", upstreams_of(task)},
          {"export params", json_in(task, "exportParams")},
          {"store params", json_in(task, "storeParams")},
          {"state params", json_in(task, "stateParams")}};
}

void show_tasks(const Invocation& invocation, const Array& tasks) {
  if (invocation.program.is_mogura()) {
    Table table({"ID", "TASK", "STATE", "STARTED", "UPDATED", "ERROR"});
    for (const Value& element : tasks) {
      const Object& task = object_in(element);
      table.add({text_in(task, "id"), text_in(task, "fullName"), text_in(task, "state"),
                 shown_instant(text_in(task, "startedAt")),
                 shown_instant(text_in(task, "updatedAt")),
                 text_in(value::find_object(task, "error"), "message")});
    }
    invocation.print(table.empty() ? "No tasks." : table.text(terminal_columns()));
    return;
  }
  for (const Value& task : tasks) print_block(invocation, task_fields(object_in(task)), "   ");
  invocation.print(std::to_string(tasks.size()) + " entries.");
}

}  // namespace

int run_sessions(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const auto& words = invocation.arguments.positionals();
  if (words.size() == 1 && is_unsigned_number(words[0]) &&
      !is_session_search(invocation.arguments)) {
    return show_one(invocation, server.get("/api/sessions/" + path_part(words[0])), session_fields);
  }
  return show_list(invocation, sessions_of(server, invocation.arguments), "sessions",
                   "Sessions:", session_fields, sessions_table);
}

int run_attempts(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const auto& words = invocation.arguments.positionals();
  const std::string path =
      words.empty() ? "/api/attempts" : "/api/sessions/" + path_part(words[0]) + "/attempts";
  return show_list(invocation, server.get(path, history_page(invocation.arguments)), "attempts",
                   "Session attempts:", attempt_fields, attempts_table);
}

int run_attempt(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const std::string& id = invocation.arguments.positionals()[0];
  return show_one(invocation, server.get("/api/attempts/" + path_part(id)), attempt_fields);
}

int run_tasks(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const std::string path = "/api/attempts/" + path_part(invocation.arguments.positionals()[0]);
  const Value answer = server.get(path + "/tasks");
  const Array& tasks = list_in(answer, "tasks");
  // An attempt that does not exist has no tasks either.
  if (tasks.empty()) server.get(path);
  if (prints_json(invocation)) return print_json(invocation, answer);
  show_tasks(invocation, tasks);
  return kSuccess;
}

int run_kill(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  const std::string& id = invocation.arguments.positionals()[0];
  const Value before =
      server.send("POST", "/api/attempts/" + path_part(id) + "/kill", {}, Value(Object{}));
  if (prints_json(invocation)) return print_json(invocation, before);
  invocation.print("Kill requested for session attempt " + id);
  return kSuccess;
}

}  // namespace mogura::cli
