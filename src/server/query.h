// Parameters of a request's query, read as rest-api.md §3.4 says.
//
// A number that is none, or out of range, ends the request with an empty 404.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/request_error.h"
#include "server/route.h"

namespace mogura::server {

std::optional<std::string> find_parameter(const Call& call, std::string_view name);
/// Throws 400 "NAME= is required" where it is absent or empty.
std::string get_parameter(const Call& call, std::string_view name);
std::optional<std::int32_t> find_int32(const Call& call, std::string_view name);
std::optional<std::int64_t> find_int64(const Call& call, std::string_view name);
/// Only the word `true` is true.
bool is_true(const Call& call, std::string_view name);

inline constexpr std::int64_t kDefaultPageSize = 100;

/// `page_size`. Throws 400 above the maximum (rest-api.md §1.4) and below 1.
std::int64_t page_size(const Call& call, std::int64_t maximum);
/// `count`. Throws 400 below 1.
std::int64_t page_count(const Call& call);

}  // namespace mogura::server
