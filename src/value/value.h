// The ordered JSON value that everything of Digdag's configuration is: parameters, task
// definitions, results, states (language.md §2.1, §10.2, §14.3).
//
// A Value is a small handle. Texts, arrays and objects are shared between copies and copied when
// one of them is changed, so handing a Value on costs nothing and a thousand generated tasks share
// the parts that they have in common. Different threads may use copies of a Value freely; one
// handle is used by one thread at a time.
//
//   Value params = Object{{"rows", 12}, {"o", Object{{"l", Array{1, "x"}}}}};
//   params.object().set("rows", 13);
//   const Value* o = params.as_object().find("o");   // null where the key is absent
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mogura::value {

class Value;
class Object;
using Array = std::vector<Value>;

/// The types that Digdag's messages tell apart, with numbers by their form.
enum class Type { null, boolean, integer, big_integer, real, text, array, object };

/// An integer beyond 64 bits: its decimal digits, with a leading minus where negative.
struct BigInteger {
  std::string digits;
  bool operator==(const BigInteger&) const = default;
};

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  template <std::same_as<bool> T>
  Value(T flag) : data_(flag) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Value(T number) : data_(static_cast<std::int64_t>(number)) {}
  Value(double number) : data_(number) {}
  Value(std::string text);
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(BigInteger number);
  Value(Array items);
  Value(Object members);

  Type type() const { return static_cast<Type>(data_.index()); }
  bool is_null() const { return type() == Type::null; }
  bool is_boolean() const { return type() == Type::boolean; }
  bool is_integer() const { return type() == Type::integer; }
  bool is_number() const {
    return is_integer() || type() == Type::real || type() == Type::big_integer;
  }
  bool is_text() const { return type() == Type::text; }
  bool is_array() const { return type() == Type::array; }
  bool is_object() const { return type() == Type::object; }

  // What the value holds; the caller has made sure of the type.
  bool as_boolean() const { return std::get<bool>(data_); }
  std::int64_t as_integer() const { return std::get<std::int64_t>(data_); }
  double as_real() const { return std::get<double>(data_); }
  const std::string& as_text() const { return *std::get<Text>(data_); }
  const std::string& as_big_integer() const { return std::get<Big>(data_)->digits; }
  const Array& as_array() const { return *std::get<Items>(data_); }
  const Object& as_object() const { return *std::get<Members>(data_); }

  /// The array or object to change. Other copies of this value keep what they have.
  Array& array();
  Object& object();

  /// Whether both hold the same shared array or object: equal without looking inside.
  bool same_as(const Value& other) const { return data_ == other.data_; }

  /// Equal in type and content; objects regardless of the order of their keys.
  friend bool operator==(const Value& a, const Value& b);

 private:
  using Text = std::shared_ptr<const std::string>;
  using Big = std::shared_ptr<const BigInteger>;
  using Items = std::shared_ptr<Array>;
  using Members = std::shared_ptr<Object>;
  std::variant<std::monostate, bool, std::int64_t, Big, double, Text, Items, Members> data_;
};

/// Members in the order in which they were first set.
class Object {
 public:
  struct Member {
    std::string key;
    Value value;
  };

  Object() = default;
  Object(std::initializer_list<Member> members);

  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }
  auto begin() const { return members_.begin(); }
  auto end() const { return members_.end(); }

  /// The member's value; null where the key is absent. Valid until the object changes.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  bool contains(std::string_view key) const { return find(key) != nullptr; }

  /// Replaces the value and keeps its place, or appends.
  void set(std::string_view key, Value value);
  /// The value at `key`, appended as null where absent.
  Value& operator[](std::string_view key);
  /// Removes the member, if any; the others keep their order.
  bool erase(std::string_view key);
  void reserve(std::size_t members) { members_.reserve(members); }

 private:
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  // Objects with more members than this find keys by hash.
  static constexpr std::size_t kIndexedFrom = 24;

  std::size_t position(std::string_view key) const;
  void add_to_index(std::size_t at);
  void rebuild_index();

  std::vector<Member> members_;
  // Open addressing over positions + 1; 0 is free. Empty for small objects.
  std::vector<std::uint32_t> index_;
};

}  // namespace mogura::value

namespace mogura {
using value::Array;
using value::Object;
using value::Value;
}  // namespace mogura
