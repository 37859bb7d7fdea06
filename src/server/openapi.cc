// Both dialects describe paths, parameters and models with the same words; they differ in where a
// schema stands and how a reference to a model is written.
#include "server/openapi.h"

#include <map>

#include "server/reply.h"
#include "server/schemas.h"

namespace mogura::server {
namespace {

enum class Dialect { openapi, swagger };

// The default of api.max_sessions_page_size and api.max_attempts_page_size.
constexpr std::int32_t kMaxPageSize = 100;
constexpr std::string_view kIdPattern = "^[0-9]{1,18}$";

Object typed(std::string_view type, std::string_view format = {}) {
  Object schema{{"type", type}};
  if (!format.empty()) schema.set("format", format);
  return schema;
}

Object reference_to(std::string_view model, Dialect dialect) {
  const std::string place =
      dialect == Dialect::openapi ? "#/components/schemas/" : "#/definitions/";
  return {{"$ref", place + std::string(model)}};
}

Object schema_of(std::string_view type, Dialect dialect) {
  if (type.ends_with("[]")) {
    type.remove_suffix(2);
    return {{"type", "array"}, {"items", schema_of(type, dialect)}};
  }
  if (type == "text") return typed("string");
  if (type == "id") return {{"type", "string"}, {"pattern", kIdPattern}};
  if (type == "int32" || type == "int64") return typed("integer", type);
  if (type == "boolean" || type == "object") return typed(type);
  if (type == "base64") return typed("string", "byte");
  if (type == "instant" || type == "offset_time") return typed("string", "date-time");
  return reference_to(type, dialect);
}

Object field_schema(const Field& field, Dialect dialect) {
  Object schema = schema_of(field.type, dialect);
  if (field.presence == Field::Presence::always || dialect == Dialect::swagger) return schema;
  if (schema.contains("$ref")) schema = Object{{"allOf", Array{schema}}};
  schema.set("nullable", true);
  return schema;
}

Object model_schemas(Dialect dialect) {
  Object schemas;
  for (const Model& model : models()) {
    Object properties;
    Array required_names;
    for (const Field& field : model.fields) {
      properties.set(field.name, field_schema(field, dialect));
      if (field.presence != Field::Presence::optional) required_names.push_back(field.name);
    }
    Object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required_names.empty()) schema.set("required", std::move(required_names));
    schemas.set(model.name, std::move(schema));
  }
  return schemas;
}

Object parameter_schema(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::int32: {
      Object schema = typed("integer", "int32");
      if (parameter.name != "last_id") schema.set("minimum", 1);
      if (parameter.name == "page_size") schema.set("maximum", kMaxPageSize);
      return schema;
    }
    case ParameterType::int64:
      return typed("integer", "int64");
    case ParameterType::boolean:
      return typed("boolean");
    case ParameterType::instant:
      return typed("string", "date-time");
    case ParameterType::local_time_or_instant:
    case ParameterType::text:
      break;
  }
  Object schema = typed("string");
  if (parameter.required) schema.set("minLength", 1);
  if (!parameter.choices.empty()) {
    schema.set("enum", Array(parameter.choices.begin(), parameter.choices.end()));
  }
  return schema;
}

// In OpenAPI a parameter has a schema, in Swagger it is one.
Object described_parameter(std::string_view name, std::string_view place, bool is_required,
                           std::string_view about, const Object& schema, Dialect dialect) {
  Object described{{"name", name}, {"in", place}, {"required", is_required}};
  if (!about.empty()) described.set("description", about);
  if (dialect == Dialect::openapi) {
    described.set("schema", schema);
  } else {
    for (const auto& [key, value] : schema) described.set(key, value);
  }
  return described;
}

struct PathVariable {
  std::string_view name;
  std::string_view type;
};

std::vector<PathVariable> variables_of(std::string_view path) {
  std::vector<PathVariable> variables;
  for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
    const std::string_view inside = path.substr(at + 1, path.find('}', at) - at - 1);
    const std::size_t colon = std::min(inside.find(':'), inside.size());
    variables.push_back(
        {inside.substr(0, colon), inside.substr(std::min(colon + 1, inside.size()))});
  }
  return variables;
}

// `/a/{id:int32}` as `/a/{id}`.
std::string plain_path(std::string_view path) {
  std::string plain;
  bool in_type = false;
  for (const char c : path) {
    in_type = (in_type || c == ':') && c != '}';
    if (!in_type) plain += c;
  }
  return plain;
}

Array parameters_of(const Route& route, Dialect dialect) {
  Array parameters;
  for (const PathVariable& variable : variables_of(route.path)) {
    const Object schema = variable.type.empty() ? typed("string") : typed("integer", variable.type);
    parameters.push_back(described_parameter(variable.name, "path", true, {}, schema, dialect));
  }
  for (const Parameter& parameter : route.query) {
    parameters.push_back(described_parameter(parameter.name, "query", parameter.required,
                                             parameter.about, parameter_schema(parameter),
                                             dialect));
  }
  return parameters;
}

bool is_media_type(std::string_view name) {
  return name.contains('/');
}

Object content_of(std::string_view name, Dialect dialect) {
  const Object schema = is_media_type(name) ? typed("string", "binary") : schema_of(name, dialect);
  const std::string_view media_type = is_media_type(name) ? name : kJson;
  return {{std::string(media_type), Object{{"schema", schema}}}};
}

Object described_answer(std::string_view about, std::string_view model, Dialect dialect) {
  Object answer{{"description", about}};
  if (model.empty()) return answer;
  if (dialect == Dialect::openapi) {
    answer.set("content", content_of(model, dialect));
  } else {
    answer.set("schema", is_media_type(model) ? typed("file") : schema_of(model, dialect));
  }
  return answer;
}

Object answers_of(const Route& route, Dialect dialect) {
  Object answers{{"200", described_answer("Done", route.result, dialect)}};
  const bool is_start = route.body == "AttemptRequest";
  if (route.path.starts_with("/api/")) {
    answers.set("400", described_answer("The request is wrong", "Error", dialect));
    answers.set("401", described_answer("Not authenticated", "Error", dialect));
    answers.set("403", described_answer("Not allowed", "", dialect));
    answers.set("404", described_answer("Not there, or a number that is none", "", dialect));
    answers.set("406", described_answer("The caller does not take the media type", "", dialect));
    answers.set("409", described_answer("Something is there already, or not in the right state",
                                        is_start ? "Attempt" : "Error", dialect));
    answers.set("413", described_answer("The body is too large", "Error", dialect));
  }
  answers.set("503", described_answer("Try again later", "", dialect));
  return answers;
}

void set_body(Object& operation, const Route& route, Dialect dialect) {
  if (route.body.empty()) return;
  const bool is_required = route.body != "Empty" && route.body != "ScheduleEnableRequest";
  if (dialect == Dialect::openapi) {
    operation.set("requestBody",
                  Object{{"required", is_required}, {"content", content_of(route.body, dialect)}});
    return;
  }
  const Object schema =
      is_media_type(route.body) ? typed("string", "binary") : schema_of(route.body, dialect);
  operation.set("consumes", Array{is_media_type(route.body) ? route.body : kJson});
  operation["parameters"].array().push_back(
      Object{{"name", "body"}, {"in", "body"}, {"required", is_required}, {"schema", schema}});
}

// `get /api/projects/{id}` as `get_api_projects_id`.
std::string operation_id(const Route& route) {
  std::string id(route.method);
  for (const char c : plain_path(route.path)) {
    if (c == '/') {
      id += '_';
    } else if (c != '{' && c != '}') {
      id += c;
    }
  }
  return id;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

Object paths_of(std::span<const Route> routes, Dialect dialect) {
  Object paths;
  for (const Route& route : routes) {
    Object operation{{"operationId", operation_id(route)},
                     {"summary", route.summary},
                     {"parameters", parameters_of(route, dialect)}};
    set_body(operation, route, dialect);
    if (dialect == Dialect::swagger) operation.set("produces", Array{route.produces()});
    operation.set("responses", answers_of(route, dialect));
    if (route.permission == Permission::everybody) operation.set("security", Array{});
    Value& path = paths[plain_path(route.path)];
    if (!path.is_object()) path = Object();
    path.object().set(lower_case(route.method), std::move(operation));
  }
  return paths;
}

}  // namespace

Object openapi_document(std::span<const Route> routes, const std::string& version) {
  return {{"openapi", "3.0.3"},
          {"info",
           Object{{"title", "Mogura"}, {"description", "Mogura server API"}, {"version", version}}},
          {"security", Array{Object{}, Object{{"basic", Array{}}}}},
          {"paths", paths_of(routes, Dialect::openapi)},
          {"components", Object{{"securitySchemes",
                                 Object{{"basic", Object{{"type", "http"}, {"scheme", "basic"}}}}},
                                {"schemas", model_schemas(Dialect::openapi)}}}};
}

Object swagger_document(std::span<const Route> routes, const std::string& version) {
  return {{"swagger", "2.0"},
          {"info",
           Object{{"description", "Digdag server API"}, {"version", version}, {"title", "Digdag"}}},
          {"paths", paths_of(routes, Dialect::swagger)},
          {"definitions", model_schemas(Dialect::swagger)}};
}

}  // namespace mogura::server
