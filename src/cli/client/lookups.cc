#include "cli/client/lookups.h"

#include "value/config.h"

namespace mogura::cli {
namespace {

/// The first of a list that was asked for one name.
Object only_one(const Value& answer, std::string_view list, const std::string& missing) {
  const Array& found = list_in(answer, list);
  if (found.empty()) throw Error("", "Resource not found: " + missing);
  return object_in(found.front());
}

}  // namespace

const Object& object_in(const Value& answer) {
  if (!answer.is_object()) throw RuntimeError("The server's answer is no JSON object");
  return answer.as_object();
}

const Array& list_in(const Value& answer, std::string_view name) {
  const Object& object = object_in(answer);
  const Value* list = object.find(name);
  if (list == nullptr || !list->is_array()) {
    throw RuntimeError("The server's answer has no list \"" + std::string(name) + "\"");
  }
  return list->as_array();
}

std::string text_in(const Object& object, std::string_view name) {
  return value::find_text(object, name).value_or("");
}

Object find_project(const ServerApi& server, const std::string& name) {
  const Value answer = server.get("/api/projects", Query().add("name", std::string_view(name)));
  return only_one(answer, "projects", "project not found: " + name);
}

Object find_workflow(const ServerApi& server, const Object& project, const std::string& workflow,
                     const std::optional<std::string>& revision) {
  const Value answer =
      server.get(project_path(project, "/workflows"),
                 Query().add("name", std::string_view(workflow)).add("revision", revision));
  const std::string of_project = " project id = " + text_in(project, "id") + ": " + workflow;
  return only_one(answer, "workflows",
                  revision ? "workflow not found in revision = " + *revision + " of" + of_project
                           : "workflow not found in the latest revision of" + of_project);
}

Object find_schedule(const ServerApi& server, const Object& project, const std::string& workflow) {
  const Value answer = server.get(project_path(project, "/schedules"),
                                  Query().add("workflow", std::string_view(workflow)));
  return only_one(answer, "schedules",
                  "schedule not found in the latest revision of project id = " +
                      text_in(project, "id") + ": " + workflow);
}

std::string project_path(const Object& project, std::string_view rest) {
  return "/api/projects/" + path_part(text_in(project, "id")) + std::string(rest);
}

}  // namespace mogura::cli
