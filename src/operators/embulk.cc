// embulk> (operators.md §4.4).
#include "operators/factories.h"
#include "operators/script_command.h"
#include "value/config.h"
#include "value/json.h"
#include "value/yaml_writer.h"
#include "workflow/yaml.h"

namespace mogura::operators {
namespace {

class Embulk : public Operator {
 public:
  explicit Embulk(Context& context) : context_(context) {}

  Step run() override {
    command_.emplace(context_, "embulk");
    const std::string file = command_->add_file("load.yml", load_definition());
    return RunCommand{
        .request = command_->request({"embulk", "run", file}),
        .then = [this](const command::Finished& finished) { return command_->end(finished); },
        .advice = "Install embulk, or put the directory that holds it on the PATH",
    };
  }

 private:
  std::string load_definition() const {
    if (!context_.config.contains("_command")) {
      return value::to_yaml(value::get_object(context_.config, "config"));
    }
    const std::string text = template_file(context_, command_->workspace(),
                                           value::get_text(context_.config, "_command"));
    return value::to_json(secrets::resolve_secrets(parsed(text), context_.secrets,
                                                   secrets::ResolveIn::keys_and_values));
  }

  static Value parsed(const std::string& text) {
    try {
      Value definition = workflow::parse_yaml(text, "string", workflow::RepeatedKeys::last_wins);
      if (definition.is_object()) return definition;
      throw ConfigError("Expected object to load Config but got " + value::to_json(definition));
    } catch (const Error& error) {
      throw ConfigError("Failed to parse yaml file", {error});
    }
  }

  Context& context_;
  std::optional<ScriptCommand> command_;
};

}  // namespace

std::unique_ptr<Operator> make_embulk(Context& context) {
  return std::make_unique<Embulk>(context);
}

}  // namespace mogura::operators
