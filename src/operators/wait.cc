// wait> (operators.md §3.8). A blocking wait> holds no thread either: it only differs in not
// looking at the clock again when its time has passed.
#include <algorithm>
#include <chrono>
#include <optional>

#include "base/log.h"
#include "calendar/duration.h"
#include "calendar/time_zone.h"
#include "operators/duration_parameter.h"
#include "operators/factories.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Logger kWaitLog("io.digdag.standards.operator.WaitOperatorFactory");
constexpr std::string_view kStartKey = "wait_start_time_millis";

seconds duration_to_wait(const Object& config) {
  const auto duration = calendar::parse_duration(value::get_text(config, "_command"));
  if (!duration)
    throw ConfigError("Invalid configuration", {Error("date time parse", "Invalid duration")});
  return *duration;
}

class Wait : public Operator {
 public:
  explicit Wait(Context& context) : context_(context) {}

  Step run() override {
    const seconds duration = duration_to_wait(context_.config);
    const bool blocking = value::find_boolean(context_.config, "blocking").value_or(false);
    const std::optional<seconds> interval = find_duration(context_.config, "poll_interval");
    if (blocking && interval) {
      throw ConfigError("poll_interval can't be specified with blocking:true");
    }

    const milliseconds now = std::chrono::duration_cast<milliseconds>(
        context_.environment.clock.now().time_since_epoch());
    const auto known = value::find_long(context_.request.state_params, kStartKey);
    const milliseconds start = known ? milliseconds(*known) : now;
    const milliseconds remaining = start + duration - now;
    if (remaining < milliseconds::zero() || (blocking && known)) return finish(start);

    Object state = context_.request.state_params;
    state.set(kStartKey, start.count());
    // A blocking wait is not looked at again, so it must not be short of a fraction of a second.
    const seconds rest =
        blocking ? std::chrono::ceil<seconds>(remaining) : std::chrono::floor<seconds>(remaining);
    return Poll{.interval = interval.value_or(std::max(rest, seconds(1))),
                .state = std::move(state),
                .error = std::nullopt};
  }

 private:
  static Step finish(milliseconds start) {
    kWaitLog.info("wait finished. start:{}", calendar::utc_iso(Instant(start)));
    return Done{};
  }

  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_wait(Context& context) {
  return std::make_unique<Wait>(context);
}

}  // namespace mogura::operators
