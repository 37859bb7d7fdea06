// echo> (operators.md §3.7).
#include "base/log.h"
#include "operators/factories.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

class Echo : public Operator {
 public:
  explicit Echo(Context& context) : context_(context) {}

  Step run() override {
    const std::string line = value::get_text(context_.config, "_command") + "\n";
    context_.environment.print(line);
    if (const auto log = LogScope::current_task_log()) log->output(line);
    return Done{};
  }

 private:
  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_echo(Context& context) {
  return std::make_unique<Echo>(context);
}

}  // namespace mogura::operators
