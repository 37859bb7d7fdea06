// notify> (operators.md §3.9), which the engine's own alerts use as well.
#include "operators/factories.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

class Notify : public Operator {
 public:
  explicit Notify(Context& context) : context_(context) {}

  Step run() override {
    const std::string message = value::get_text(context_.config, "_command");
    try {
      context_.environment.notifier.notify(context_.request, message);
    } catch (const Error& error) {
      throw TaskFailed::because_of(Error("notification", "Sending notification failed", {error}));
    }
    return Done{};
  }

 private:
  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_notify(Context& context) {
  return std::make_unique<Notify>(context);
}

}  // namespace mogura::operators
