#include "operators/script_language.h"

#include "operators/script_command.h"
#include "operators/script_result.h"
#include "value/config.h"
#include "value/json.h"
#include "value/merge.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kInputFile = "input.json";
constexpr std::string_view kOutputFileOfRunner = "output.json";

// The interpreter and its arguments: a list, or one text that is not split.
std::vector<std::string> program_of(const Object& config, const ScriptLanguage& language) {
  const Value* program = config.find(language.program_key);
  if (program == nullptr || program->is_null()) return {std::string(language.program_key)};
  if (program->is_text()) return {program->as_text()};
  const std::string key(language.program_key);
  if (!program->is_array()) {
    throw ConfigError("Invalid " + key + ": " + value::as_text(*program).value_or(""));
  }
  std::vector<std::string> argv = value::get_text_list(config, key);
  if (argv.empty()) throw ConfigError("Invalid " + key + ": ");
  return argv;
}

class Script : public Operator {
 public:
  Script(Context& context, const ScriptLanguage& language)
      : context_(context), language_(language) {}

  Step run() override {
    Object& config = context_.config;
    value::merge_default(config, value::find_object(config, language_.operator_name));
    std::vector<std::string> argv = program_of(config, language_);
    const bool has_command = config.contains("_command");
    const std::string runner =
        has_command ? std::string(language_.runner) : value::get_text(config, "script");

    command_.emplace(context_, language_.operator_name);
    for (std::string& option : language_.options(context_, command_->workspace())) {
      argv.push_back(std::move(option));
    }
    argv.push_back(command_->add_file(language_.runner_file, runner));
    if (has_command) argv.push_back(value::get_text(config, "_command"));
    argv.push_back(command_->add_file(kInputFile, value::to_json(Object{{"params", config}})));
    argv.push_back(command_->relative_path(kOutputFileOfRunner));
    return RunCommand{
        .request = command_->request(std::move(argv)),
        .then = [this](const command::Finished& finished) { return finish(finished); },
        .advice = std::string(language_.advice),
    };
  }

 private:
  Step finish(const command::Finished& finished) const {
    if (finished.status_code != 0) throw RuntimeError(failure_message(finished));
    const std::optional<std::string> json = command_->content_of(kOutputFileOfRunner);
    if (!json) {
      throw RuntimeError(
          "output.json does not exist. Something unexpected error happened. Please check logs.");
    }
    Done done{parse_script_result(*json).result};
    for (const auto& [key, value] : command_->output_parameters()) {
      done.result.store_params.set(key, value);
    }
    return done;
  }

  std::string failure_message(const command::Finished& finished) const {
    std::string message =
        std::string(language_.failure_prefix) + std::to_string(finished.status_code);
    if (!finished.error_message.empty()) {
      message += "\nError messages from CommandExecutor: " + finished.error_message;
    }
    try {
      const ScriptResult result =
          parse_script_result(command_->content_of(kOutputFileOfRunner).value_or(""));
      if (result.failure) {
        message += std::string(language_.script_error_prefix) + failure_text(*result.failure);
      }
    } catch (const Error&) {
      message += "\n\tCan't parse output.json. The command failed unexpectedly. Please check logs.";
    }
    return message;
  }

  Context& context_;
  const ScriptLanguage& language_;
  std::optional<ScriptCommand> command_;
};

}  // namespace

std::unique_ptr<Operator> make_script(Context& context, const ScriptLanguage& language) {
  return std::make_unique<Script>(context, language);
}

}  // namespace mogura::operators
