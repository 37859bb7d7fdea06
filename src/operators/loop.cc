// loop> (operators.md §3.3).
#include "operators/factories.h"
#include "operators/fan_out.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

class Loop : public Operator {
 public:
  explicit Loop(Context& context) : context_(context) {}

  Step run() override {
    FanOut children(context_.config);
    // The command must be a number even where `count` overrides it.
    const std::int32_t command = value::get_int(context_.config, "_command");
    const std::int32_t count = value::find_int(context_.config, "count").value_or(command);
    const std::int64_t limit = context_.environment.max_tasks;
    if (count > limit) {
      throw ConfigError("Too many loop subtasks. Limit: " + std::to_string(limit));
    }
    children.reserve(static_cast<std::size_t>(std::max(count, 0)));
    for (std::int32_t i = 0; i < count; ++i) {
      children.add("+loop-" + std::to_string(i), Object{{"i", i}});
    }
    Done done;
    done.result.subtask_config = std::move(children).subtasks();
    return done;
  }

 private:
  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_loop(Context& context) {
  return std::make_unique<Loop>(context);
}

}  // namespace mogura::operators
