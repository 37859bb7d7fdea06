#include "engine/retry.h"

#include <algorithm>
#include <cctype>
#include <limits>

#include "value/config.h"
#include "value/json.h"

namespace mogura::engine {
namespace {

constexpr std::string_view kRetryCountKey = "retry_count";

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

RetryPolicy parse_retry_object(const Object& config) {
  RetryPolicy policy;
  policy.limit = value::get_int(config, "limit");
  policy.interval = std::chrono::seconds(value::find_int(config, "interval").value_or(0));
  if (const auto max = value::find_int(config, "max_interval")) {
    policy.max_interval = std::chrono::seconds(*max);
  }
  const std::string type = value::find_text(config, "interval_type").value_or("constant");
  if (equals_ignoring_case(type, "exponential")) {
    policy.exponential = true;
  } else if (!equals_ignoring_case(type, "constant")) {
    throw ConfigError("Invalid retry_interval_type: " + type);
  }
  return policy;
}

}  // namespace

RetryPolicy parse_retry(const Object& config) {
  const Value* retry = config.find("_retry");
  if (retry == nullptr) return {};
  if (retry->is_number() || retry->is_text()) {
    RetryPolicy policy;
    policy.limit = value::get_int(config, "_retry");
    return policy;
  }
  if (retry->is_object()) return parse_retry_object(retry->as_object());
  throw ConfigError("Invalid _retry format:" + value::to_json(*retry));
}

std::optional<std::chrono::seconds> retry_delay(const RetryPolicy& policy, int retries_so_far) {
  if (retries_so_far >= policy.limit) return std::nullopt;
  if (!policy.exponential) return policy.interval;
  // Doubling stops where the number of seconds would no longer fit.
  constexpr int kMaxDoublings = 32;
  const std::chrono::seconds delay =
      policy.interval * (std::int64_t{1} << std::min(retries_so_far, kMaxDoublings));
  return policy.max_interval ? std::min(delay, *policy.max_interval) : delay;
}

Instant after(Instant now, std::chrono::seconds delay) {
  constexpr std::chrono::seconds kLongest = std::chrono::years(100);
  return now + std::clamp(delay, std::chrono::seconds(0), kLongest);
}

int retries_in(const Object& state_params) {
  const Value* count = state_params.find(kRetryCountKey);
  if (count == nullptr || !count->is_integer()) return 0;
  return static_cast<int>(
      std::clamp<std::int64_t>(count->as_integer(), 0, std::numeric_limits<int>::max() - 1));
}

Object with_one_more_retry(Object state_params) {
  state_params.set(kRetryCountKey, retries_in(state_params) + 1);
  return state_params;
}

}  // namespace mogura::engine
