// for_range> (operators.md §3.5): cuts [from, to) into pieces of `step`, or into `slices` pieces.
#include <cstdint>
#include <optional>

#include "operators/factories.h"
#include "operators/fan_out.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

std::uint64_t divided_up(std::uint64_t dividend, std::uint64_t divisor) {
  return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
}

std::uint64_t checked_positive(std::string_view name, std::int64_t number) {
  if (number < 1) {
    throw ConfigError(std::string(name) + " option must be same or greater than 1 but got " +
                      std::to_string(number));
  }
  return static_cast<std::uint64_t>(number);
}

class ForRange : public Operator {
 public:
  explicit ForRange(Context& context) : context_(context) {}

  Step run() override {
    FanOut children(context_.config);
    const Object range = value::parse_object(context_.config, "_command");
    const std::int64_t from = value::get_long(range, "from");
    const std::int64_t to = value::get_long(range, "to");
    // The length of any range of 64-bit integers fits without its sign.
    const std::uint64_t length =
        from < to ? static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from) : 0;
    const std::uint64_t step = step_of(range, length);
    const std::uint64_t count = length == 0 ? 0 : divided_up(length, step);
    const std::int64_t limit = context_.environment.max_tasks;
    if (std::cmp_greater(count, limit)) {
      throw ConfigError("Too many for_range subtasks (" + std::to_string(count) +
                        "). Limit: " + std::to_string(limit));
    }
    children.reserve(count);
    for (std::uint64_t index = 0; index < count; ++index) {
      const std::uint64_t begin = index * step;
      const std::uint64_t end = begin + std::min(step, length - begin);
      add_piece(children, shifted(from, begin), shifted(from, end), index);
    }
    Done done;
    done.result.subtask_config = std::move(children).subtasks();
    return done;
  }

 private:
  static std::uint64_t step_of(const Object& range, std::uint64_t length) {
    const std::optional<std::int64_t> step = value::find_long(range, "step");
    const std::optional<std::int64_t> slices = value::find_long(range, "slices");
    if (step && slices) {
      throw ConfigError("Setting both step and slices options to for_range is invalid");
    }
    if (step) return checked_positive("step", *step);
    if (slices) return divided_up(length, checked_positive("slices", *slices));
    throw ConfigError("step or slices option is required for for_range");
  }

  static std::int64_t shifted(std::int64_t from, std::uint64_t by) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + by);
  }

  static void add_piece(FanOut& children, std::int64_t from, std::int64_t to, std::uint64_t index) {
    const std::string name = "+range-from=" + std::to_string(from) + "&to=" + std::to_string(to);
    const Object range{{"from", from}, {"to", to}, {"index", static_cast<std::int64_t>(index)}};
    children.add(name, Object{{"range", range}});
  }

  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_for_range(Context& context) {
  return std::make_unique<ForRange>(context);
}

}  // namespace mogura::operators
