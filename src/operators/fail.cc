// fail> (operators.md §3.7).
#include "operators/factories.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

class Fail : public Operator {
 public:
  explicit Fail(Context& context) : context_(context) {}

  Step run() override {
    throw TaskFailed(value::find_text(context_.config, "_command").value_or(""));
  }

 private:
  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_fail(Context& context) {
  return std::make_unique<Fail>(context);
}

}  // namespace mogura::operators
