// if> (operators.md §3.6).
#include "operators/factories.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

class If : public Operator {
 public:
  explicit If(Context& context) : context_(context) {}

  Step run() override {
    const bool condition = value::get_boolean(context_.config, "_command");
    Object then_tasks = value::find_object(context_.config, "_do");
    Object else_tasks = value::find_object(context_.config, "_else_do");
    if (then_tasks.empty() && else_tasks.empty()) {
      throw ConfigError("Both _do and _else_do are not specified.");
    }
    Done done;
    done.result.subtask_config = std::move(condition ? then_tasks : else_tasks);
    return done;
  }

 private:
  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_if(Context& context) {
  return std::make_unique<If>(context);
}

}  // namespace mogura::operators
