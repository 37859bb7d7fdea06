#include "server/body.h"

#include "value/config.h"
#include "value/json.h"

namespace mogura::server {
namespace {

RequestError wrong_member(std::string_view name, std::string_view expected) {
  return bad_request("\"" + std::string(name) + "\" must be " + std::string(expected));
}

std::int64_t id_from(const Value& value, std::string_view name) {
  if (value.is_integer()) return value.as_integer();
  std::int64_t id = 0;
  if (!value.is_text()) throw wrong_member(name, "an id");
  if (!parse_id(value.as_text(), ParameterType::int64, id)) {
    throw bad_request("For input string: \"" + value.as_text() + "\"");
  }
  return id;
}

void check_received(const net::ServerRequest& request) {
  if (request.body_too_large) throw RequestError(413, "The body is too large");
  if (request.body_malformed) throw bad_request("The body's Content-Encoding is broken");
}

Object parse_body(const std::string& text) {
  Value parsed;
  try {
    parsed = value::parse_json(text);
  } catch (const Error& error) {
    throw bad_request("Malformed JSON: " + error.message());
  }
  if (!parsed.is_object()) throw bad_request("The body must be a JSON object");
  return parsed.as_object();
}

bool is_blank_text(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Members read_body(const Call& call) {
  check_received(call.request);
  if (is_blank_text(call.request.body)) throw bad_request("A JSON object is required as the body");
  return Members(parse_body(call.request.body));
}

Members read_optional_body(const Call& call) {
  check_received(call.request);
  return Members(is_blank_text(call.request.body) ? Object() : parse_body(call.request.body));
}

const Value* Members::present(std::string_view name) const {
  const Value* const found = object_.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::int64_t> Members::find_id(std::string_view name) const {
  const Value* const found = present(name);
  if (found == nullptr) return std::nullopt;
  return id_from(*found, name);
}

std::optional<std::vector<std::int64_t>> Members::find_ids(std::string_view name) const {
  const Value* const found = present(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_array()) throw wrong_member(name, "an array of ids");
  std::vector<std::int64_t> ids;
  for (const Value& item : found->as_array()) ids.push_back(id_from(item, name));
  return ids;
}

std::optional<std::string> Members::find_text(std::string_view name) const {
  const Value* const found = present(name);
  if (found == nullptr) return std::nullopt;
  if (auto text = value::as_text(*found)) return text;
  throw wrong_member(name, "a string");
}

std::optional<std::int32_t> Members::find_int(std::string_view name) const {
  const Value* const found = present(name);
  if (found == nullptr) return std::nullopt;
  if (const auto number = value::as_int(*found)) return number;
  throw wrong_member(name, "an integer");
}

std::optional<bool> Members::find_boolean(std::string_view name) const {
  const Value* const found = present(name);
  if (found == nullptr) return std::nullopt;
  if (const auto flag = value::as_boolean(*found)) return flag;
  throw wrong_member(name, "true or false");
}

std::optional<Object> Members::find_object(std::string_view name) const {
  const Value* const found = present(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_object()) throw wrong_member(name, "an object");
  return found->as_object();
}

std::optional<Instant> Members::find_instant(std::string_view name) const {
  const auto text = find_text(name);
  if (!text) return std::nullopt;
  if (const auto instant = calendar::parse_zoned_instant(*text)) return instant;
  throw wrong_member(name, "a time with an offset, such as 2024-08-27T01:02:03Z");
}

std::optional<Instant> Members::find_local_time_or_instant(std::string_view name,
                                                           const calendar::TimeZone& zone) const {
  const auto text = find_text(name);
  if (!text) return std::nullopt;
  if (const auto instant = calendar::parse_instant(*text)) return instant;
  if (const auto local = calendar::parse_iso_local_time(*text)) return zone.to_instant(*local);
  throw wrong_member(name, "a time, such as 2024-08-27T01:02:03");
}

}  // namespace mogura::server
