#include "operators/script_result.h"

#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {

ScriptResult parse_script_result(const std::string& json) {
  const Value value = value::parse_json(json);
  if (!value.is_object()) throw ConfigError("Expected an object but got " + value::to_json(value));
  const Object& root = value.as_object();
  ScriptResult result;
  result.result.subtask_config = value::find_object(root, "subtask_config");
  result.result.export_params = value::find_object(root, "export_params");
  result.result.store_params = value::find_object(root, "store_params");
  const Object error = value::find_object(root, "error");
  if (!error.empty()) {
    result.failure = ScriptResult::Failure{
        .error_class = value::find_text(error, "class").value_or(""),
        .message = value::find_text(error, "message").value_or(""),
        .backtrace = value::find_text_list(error, "backtrace"),
    };
  }
  return result;
}

std::string failure_text(const ScriptResult::Failure& failure) {
  std::string text = failure.message + " (" + failure.error_class + ")";
  for (const std::string& entry : failure.backtrace) text += "\n\tfrom " + entry;
  return text;
}

}  // namespace mogura::operators
