#include "store/postgres/wire.h"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstring>
#include <utility>

namespace mogura::store::postgres {
namespace {

// From PostgreSQL's catalogue of types, where they never change.
constexpr TypeNumber kBool = 16;
constexpr TypeNumber kBytea = 17;
constexpr TypeNumber kBigint = 20;
constexpr TypeNumber kSmallint = 21;
constexpr TypeNumber kInteger = 23;
constexpr TypeNumber kText = 25;
constexpr TypeNumber kVoid = 2278;
constexpr TypeNumber kByteaArray = 1001;
constexpr TypeNumber kTextArray = 1009;
constexpr TypeNumber kBigintArray = 1016;

template <std::unsigned_integral T>
T swapped_to_big_endian(T number) {
  if constexpr (std::endian::native == std::endian::little) return std::byteswap(number);
  return number;
}

template <std::unsigned_integral T>
void append_number(std::string& bytes, T number) {
  const T big_endian = swapped_to_big_endian(number);
  bytes.append(reinterpret_cast<const char*>(&big_endian), sizeof(T));
}

template <std::unsigned_integral T>
std::int64_t number_in(std::string_view bytes) {
  T big_endian = 0;
  std::memcpy(&big_endian, bytes.data(), std::min(bytes.size(), sizeof(T)));
  return static_cast<std::make_signed_t<T>>(swapped_to_big_endian(big_endian));
}

}  // namespace

TypeNumber type_number(sql::Type type) {
  switch (type) {
    case sql::Type::integer:
      return kBigint;
    case sql::Type::text:
      return kText;
    case sql::Type::bytes:
      return kBytea;
  }
  std::unreachable();
}

TypeNumber array_type_number(sql::Type type) {
  switch (type) {
    case sql::Type::integer:
      return kBigintArray;
    case sql::Type::text:
      return kTextArray;
    case sql::Type::bytes:
      return kByteaArray;
  }
  std::unreachable();
}

std::string_view array_type_name(sql::Type type) {
  switch (type) {
    case sql::Type::integer:
      return "bigint[]";
    case sql::Type::text:
      return "text[]";
    case sql::Type::bytes:
      return "bytea[]";
  }
  std::unreachable();
}

std::string encode(const sql::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  std::string bytes;
  append_number(bytes, static_cast<std::uint64_t>(std::get<std::int64_t>(cell)));
  return bytes;
}

std::string encode_column(sql::Params rows, std::size_t width, std::size_t column) {
  constexpr std::uint32_t kDimensions = 1;
  constexpr std::uint32_t kMayHoldNull = 1;
  constexpr std::uint32_t kFirstIndex = 1;
  constexpr std::uint32_t kNullLength = 0xffffffff;
  const std::size_t count = rows.size() / width;
  std::string bytes;
  append_number(bytes, kDimensions);
  append_number(bytes, kMayHoldNull);
  append_number(bytes, type_number(rows[column].type));
  append_number(bytes, static_cast<std::uint32_t>(count));
  append_number(bytes, kFirstIndex);
  for (std::size_t row = 0; row < count; ++row) {
    const sql::Cell& cell = rows[row * width + column].value;
    if (std::holds_alternative<std::monostate>(cell)) {
      append_number(bytes, kNullLength);
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      append_number(bytes, static_cast<std::uint32_t>(text->size()));
      bytes += *text;
    } else {
      append_number(bytes, std::uint32_t{sizeof(std::int64_t)});
      append_number(bytes, static_cast<std::uint64_t>(std::get<std::int64_t>(cell)));
    }
  }
  return bytes;
}

sql::Cell decode(TypeNumber type, std::string_view bytes) {
  switch (type) {
    case kBigint:
      return number_in<std::uint64_t>(bytes);
    case kInteger:
      return number_in<std::uint32_t>(bytes);
    case kSmallint:
      return number_in<std::uint16_t>(bytes);
    case kBool:
      return std::int64_t{bytes.front()};
    case kText:
    case kBytea:
      return std::string(bytes);
    case kVoid:
      return std::monostate();
    default:
      throw Error("database", "A column has the type " + std::to_string(type) +
                                  ", which the store does not use");
  }
}

}  // namespace mogura::store::postgres
