// JSON bodies of requests (rest-api.md §1.2, §1.3). What is missing or malformed ends the request
// with 400; unknown members are ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "calendar/time_zone.h"
#include "server/request_error.h"
#include "server/route.h"
#include "value/value.h"

namespace mogura::server {

/// The members of an object; absent also where null.
class Members {
 public:
  explicit Members(Object object) : object_(std::move(object)) {}

  /// Digits, as a text or a number.
  std::optional<std::int64_t> find_id(std::string_view name) const;
  std::optional<std::string> find_text(std::string_view name) const;
  std::optional<std::int32_t> find_int(std::string_view name) const;
  std::optional<bool> find_boolean(std::string_view name) const;
  std::optional<Object> find_object(std::string_view name) const;
  /// An array of ids.
  std::optional<std::vector<std::int64_t>> find_ids(std::string_view name) const;
  /// A time with an offset.
  std::optional<Instant> find_instant(std::string_view name) const;
  /// A time with an offset, or one of the zone.
  std::optional<Instant> find_local_time_or_instant(std::string_view name,
                                                    const calendar::TimeZone& zone) const;

 private:
  const Value* present(std::string_view name) const;

  Object object_;
};

/// The object that a request must have as its body.
Members read_body(const Call& call);
/// The same, but nothing at all is an empty object.
Members read_optional_body(const Call& call);

/// What `found` holds. Throws 400 that names the member where it is empty.
template <class T>
T required(std::optional<T> found, std::string_view name) {
  if (!found) throw bad_request("\"" + std::string(name) + "\" is required");
  return std::move(*found);
}

}  // namespace mogura::server
