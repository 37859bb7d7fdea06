#include "operators/duration_parameter.h"

#include "calendar/duration.h"
#include "value/config.h"

namespace mogura::operators {

std::optional<std::chrono::seconds> find_duration(const Object& config, std::string_view key) {
  const Value* value = config.find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto duration =
      value->is_text() ? calendar::parse_duration(value->as_text()) : std::nullopt;
  if (duration) return duration;
  std::vector<Error> causes;
  if (value->is_text()) causes.emplace_back("date time parse", "Invalid duration");
  throw value::wrong_type("class io.digdag.util.DurationParam", key, *value, std::move(causes));
}

}  // namespace mogura::operators
