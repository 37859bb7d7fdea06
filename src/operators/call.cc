// call> (operators.md §3.1): the tasks of another workflow file of the project, as subtasks.
#include <filesystem>

#include "operators/factories.h"
#include "operators/workspace.h"
#include "value/config.h"
#include "workflow/definition.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kWorkflowSuffix = ".dig";

class Call : public Operator {
 public:
  explicit Call(Context& context) : context_(context) {}

  Step run() override {
    const Workspace workspace(context_);
    std::string name = value::get_text(context_.config, "_command");
    if (!name.ends_with(kWorkflowSuffix)) name += kWorkflowSuffix;
    const std::filesystem::path file = workspace.file(name);
    if (!std::filesystem::exists(file)) throw ConfigError("File not found: " + file.string());

    std::string workflow_name = file.lexically_relative(workspace.project_path()).string();
    workflow_name.resize(workflow_name.size() - kWorkflowSuffix.size());
    Done done;
    done.result.subtask_config = workflow::load_definition(file, workflow_name).config;
    return done;
  }

 private:
  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_call(Context& context) {
  return std::make_unique<Call>(context);
}

}  // namespace mogura::operators
