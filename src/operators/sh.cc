// sh> (operators.md §4.1).
#include "operators/factories.h"
#include "operators/script_command.h"
#include "value/config.h"
#include "value/json.h"
#include "value/merge.h"

namespace mogura::operators {
namespace {

// Parameters as variables: text as it is, everything else as JSON (language.md §14.5 for null).
ScriptCommand::Environment parameter_environment(const Object& config) {
  ScriptCommand::Environment variables;
  for (const auto& [name, value] : config) {
    if (!is_environment_name(name)) continue;
    if (value.is_null()) value::get(config, name);
    variables.emplace_back(name, value.is_text() ? value.as_text() : value::to_json(value));
  }
  return variables;
}

class Sh : public Operator {
 public:
  explicit Sh(Context& context) : context_(context) {}

  Step run() override {
    Object& config = context_.config;
    value::merge_default(config, value::find_object(config, "sh"));
    const std::string script =
        secrets::resolve_secrets(value::get_text(config, "_command"), context_.secrets);
    std::vector<std::string> argv = value::find_text_list(config, "shell");
    if (argv.empty()) argv = {"/bin/sh"};

    command_.emplace(context_, "sh");
    argv.push_back(command_->add_file("runner.sh", script));
    return RunCommand{
        .request = command_->request(std::move(argv), parameter_environment(config)),
        .then = [this](const command::Finished& finished) { return command_->end(finished); },
        .advice = "Set `shell:` to a program of this machine and its arguments",
    };
  }

 private:
  Context& context_;
  std::optional<ScriptCommand> command_;
};

}  // namespace

std::unique_ptr<Operator> make_sh(Context& context) {
  return std::make_unique<Sh>(context);
}

}  // namespace mogura::operators
