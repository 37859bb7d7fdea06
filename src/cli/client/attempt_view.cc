#include "cli/client/attempt_view.h"

#include "cli/client/lookups.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

bool flag_in(const Object& object, std::string_view name) {
  return value::find_boolean(object, name).value_or(false);
}

std::string flag_text(const Object& object, std::string_view name) {
  return flag_in(object, name) ? "true" : "false";
}

Object last_attempt_of(const Object& session) {
  return value::find_object(session, "lastAttempt");
}

// Digdag's list of sessions tells a killed attempt from no other failed one.
std::string_view session_status(const Object& session) {
  const Object attempt = last_attempt_of(session);
  if (attempt.empty()) return "pending";
  if (!flag_in(attempt, "done")) return "running";
  return flag_in(attempt, "success") ? "success" : "error";
}

}  // namespace

std::string json_in(const Object& object, std::string_view name) {
  const Value* value = object.find(name);
  return value == nullptr || value->is_null() ? "{}" : value::to_json(*value);
}

std::string project_name_in(const Object& object) {
  return text_in(value::find_object(object, "project"), "name");
}

std::string workflow_name_in(const Object& object) {
  return text_in(value::find_object(object, "workflow"), "name");
}

std::string_view attempt_status(const Object& attempt) {
  if (!flag_in(attempt, "done")) return "running";
  if (flag_in(attempt, "success")) return "success";
  return flag_in(attempt, "cancelRequested") ? "killed" : "error";
}

Fields attempt_fields(const Object& attempt) {
  return {{"session id", text_in(attempt, "sessionId")},
          {"attempt id", text_in(attempt, "id")},
          {"uuid", text_in(attempt, "sessionUuid")},
          {"project", project_name_in(attempt)},
          {"workflow", workflow_name_in(attempt)},
          {"session time", shown_session_time(text_in(attempt, "sessionTime"))},
          {"retry attempt name", text_in(attempt, "retryAttemptName")},
          {"params", json_in(attempt, "params")},
          {"created at", shown_instant(text_in(attempt, "createdAt"))},
          {"finished at", shown_instant(text_in(attempt, "finishedAt"))},
          {"kill requested", flag_text(attempt, "cancelRequested")},
          {"status", std::string(attempt_status(attempt))}};
}

Fields session_fields(const Object& session) {
  const Object attempt = last_attempt_of(session);
  return {{"session id", text_in(session, "id")},
          {"attempt id", text_in(attempt, "id")},
          {"uuid", text_in(session, "sessionUuid")},
          {"project", project_name_in(session)},
          {"workflow", workflow_name_in(session)},
          {"session time", shown_session_time(text_in(session, "sessionTime"))},
          {"retry attempt name", text_in(attempt, "retryAttemptName")},
          {"params", attempt.empty() ? "" : json_in(attempt, "params")},
          {"created at", shown_instant(text_in(attempt, "createdAt"))},
          {"kill requested", flag_text(attempt, "cancelRequested")},
          {"status", std::string(session_status(session))}};
}

Fields started_fields(const Object& attempt) {
  Fields fields = attempt_fields(attempt);
  fields.resize(fields.size() - 3);  // what is known once it has run
  return fields;
}

Table attempts_table(const Array& attempts) {
  Table table({"ATTEMPT", "SESSION", "PROJECT", "WORKFLOW", "SESSION TIME", "NAME", "STATUS",
               "CREATED", "FINISHED"});
  for (const Value& element : attempts) {
    const Object& attempt = object_in(element);
    table.add({text_in(attempt, "id"), text_in(attempt, "sessionId"), project_name_in(attempt),
               workflow_name_in(attempt), shown_session_time(text_in(attempt, "sessionTime")),
               text_in(attempt, "retryAttemptName"), std::string(attempt_status(attempt)),
               shown_instant(text_in(attempt, "createdAt")),
               shown_instant(text_in(attempt, "finishedAt"))});
  }
  return table;
}

Table sessions_table(const Array& sessions) {
  Table table({"SESSION", "PROJECT", "WORKFLOW", "SESSION TIME", "ATTEMPT", "STATUS", "CREATED"});
  for (const Value& element : sessions) {
    const Object& session = object_in(element);
    const Object attempt = last_attempt_of(session);
    const std::string_view status = attempt.empty() ? "pending" : attempt_status(attempt);
    table.add({text_in(session, "id"), project_name_in(session), workflow_name_in(session),
               shown_session_time(text_in(session, "sessionTime")), text_in(attempt, "id"),
               std::string(status), shown_instant(text_in(attempt, "createdAt"))});
  }
  return table;
}

}  // namespace mogura::cli
