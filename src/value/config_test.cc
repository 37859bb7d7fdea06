#include "value/config.h"

#include <gtest/gtest.h>

#include <functional>

#include "value/json.h"

namespace mogura::value {
namespace {

Object with_k(std::string_view json) {
  return Object{{"k", parse_json(json)}};
}

template <class T>
std::string printed(const T& value) {
  return to_json(Value(value));
}

template <class Read>
std::string outcome(Read read) {
  try {
    return printed(read());
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.kind(), "config");
    return error.message();
  }
}

struct Coercion {
  std::string json;
  std::string text, integer, long_integer, boolean;  // JSON of the result, or "error"
};

// language.md §14.2, row by row.
const Coercion kCoercions[] = {
    {R"("abc")", R"("abc")", "error", "error", "error"},
    {R"("12")", R"("12")", "12", "12", "error"},
    {R"(" 12 ")", R"(" 12 ")", "12", "12", "error"},
    {R"("\t-12\n")", R"("\t-12\n")", "-12", "-12", "error"},
    {R"("+7")", R"("+7")", "7", "7", "error"},
    {R"("+-7")", R"("+-7")", "error", "error", "error"},
    {R"("+")", R"("+")", "error", "error", "error"},
    {R"("1 2")", R"("1 2")", "error", "error", "error"},
    {R"("0x10")", R"("0x10")", "error", "error", "error"},
    {R"("1.5")", R"("1.5")", "error", "error", "error"},
    {R"("")", R"("")", "0", "0", "false"},
    {R"("  ")", R"("  ")", "0", "0", "false"},
    {R"("null")", R"("null")", "0", "0", "false"},
    {R"("Null")", R"("Null")", "error", "error", "error"},
    {R"("true")", R"("true")", "error", "error", "true"},
    {R"("True")", R"("True")", "error", "error", "true"},
    {R"("TRUE")", R"("TRUE")", "error", "error", "true"},
    {R"(" TRUE ")", R"(" TRUE ")", "error", "error", "true"},
    {R"("tRUE")", R"("tRUE")", "error", "error", "error"},
    {R"("false")", R"("false")", "error", "error", "false"},
    {R"("False")", R"("False")", "error", "error", "false"},
    {R"("FALSE ")", R"("FALSE ")", "error", "error", "false"},
    {R"("yes")", R"("yes")", "error", "error", "error"},
    {R"("1")", R"("1")", "1", "1", "error"},
    {"0", R"("0")", "0", "0", "false"},
    {"-3", R"("-3")", "-3", "-3", "true"},
    {"2.7", R"("2.7")", "2", "2", "error"},
    {"-2.7", R"("-2.7")", "-2", "-2", "error"},
    {"1e7", R"("1.0E7")", "10000000", "10000000", "error"},
    {"1e10", R"("1.0E10")", "error", "10000000000", "error"},
    {"1e300", R"("1.0E300")", "error", "error", "error"},
    {"2147483647", R"("2147483647")", "2147483647", "2147483647", "true"},
    {"2147483648", R"("2147483648")", "error", "2147483648", "true"},
    {R"("2147483648")", R"("2147483648")", "error", "2147483648", "error"},
    {R"("9223372036854775808")", R"("9223372036854775808")", "error", "error", "error"},
    {"9223372036854775808", R"("9223372036854775808")", "error", "error", "true"},
    {"true", R"("true")", "error", "error", "true"},
    {"false", R"("false")", "error", "error", "false"},
    {"[1]", "error", "error", "error", "error"},
    {R"({"a":1})", "error", "error", "error", "error"},
};

TEST(Config, CoercesScalars) {
  for (const Coercion& row : kCoercions) {
    const Object config = with_k(row.json);
    const auto expect = [&](const std::string& want, const char* type, auto get, auto find) {
      const bool fails = want == "error";
      const std::string json = to_json(parse_json(row.json));
      const std::string message = std::string("Expected ") + type + " for key 'k' but got " + json;
      for (const std::string& got : {outcome([&] { return get(config, "k"); }),
                                     outcome([&] { return *find(config, "k"); })}) {
        if (fails) {
          EXPECT_TRUE(got.starts_with(message)) << row.json << " gave " << got;
        } else {
          EXPECT_EQ(got, want) << row.json << " as " << type;
        }
      }
    };
    expect(row.text, "string type", get_text, find_text);
    expect(row.integer, "integer (int) type", get_int, find_int);
    expect(row.long_integer, "integer (long) type", get_long, find_long);
    expect(row.boolean, "'true' or 'false'", get_boolean, find_boolean);
  }
}

TEST(Config, TellsMissingFromNull) {
  const Object none;
  const Object null = with_k("null");
  const std::string not_set = "Parameter 'k' is required but not set";
  const std::string is_null = "Parameter 'k' is required but null";
  const std::string no_object = "Parameter 'k' must be an object";

  EXPECT_EQ(outcome([&] { return get(none, "k"); }), not_set);
  EXPECT_EQ(outcome([&] { return get(null, "k"); }), is_null);
  EXPECT_EQ(outcome([&] { return get_int(none, "k"); }), not_set);
  EXPECT_EQ(outcome([&] { return get_int(null, "k"); }), is_null);
  EXPECT_EQ(outcome([&] { return parse_list(none, "k"); }), not_set);
  EXPECT_EQ(outcome([&] { return parse_list(null, "k"); }), is_null);
  EXPECT_EQ(outcome([&] { return get_object(none, "k"); }), not_set);
  EXPECT_EQ(outcome([&] { return get_object(null, "k"); }), no_object);
  EXPECT_EQ(outcome([&] { return parse_object(none, "k"); }), not_set);
  EXPECT_EQ(outcome([&] { return parse_object(null, "k"); }), no_object);

  for (const Object& config : {none, null}) {
    EXPECT_EQ(find_text(config, "k"), std::nullopt);
    EXPECT_EQ(find_boolean(config, "k"), std::nullopt);
    EXPECT_EQ(find_int(config, "k"), std::nullopt);
    EXPECT_EQ(find_long(config, "k"), std::nullopt);
    EXPECT_TRUE(find_text_list(config, "k").empty());
    EXPECT_TRUE(find_object(config, "k").empty());
  }
}

TEST(Config, ReadsLists) {
  const std::vector<std::string> texts{"1", "a", "true", "null"};
  EXPECT_EQ(get_text_list(with_k(R"([1,"a",true,null])"), "k"), texts);
  EXPECT_EQ(outcome([] { return Array{find_text_list(with_k("\"a\""), "k").front()}; }),
            R"(Expected array type for key 'k' but got "a" (string))");
  EXPECT_EQ(outcome([] { return Array{get_text_list(with_k(R"(["a",[1]])"), "k").front()}; }),
            "Expected string type for key 'k' but got [1] (array)");
}

TEST(Config, ReadsListsOutOfJsonText) {
  const auto list = [](std::string_view json) {
    return outcome([&] { return parse_list(with_k(json), "k"); });
  };
  EXPECT_EQ(list("[1,2]"), "[1,2]");
  EXPECT_EQ(list(R"("[1,2]")"), "[1,2]");
  EXPECT_EQ(list(R"("[1] x")"), "[1]");
  EXPECT_EQ(list("5"), "Expected array type for key 'k' but got 5 (number)");
  EXPECT_EQ(list(R"("{}")"), "Expected array type for key 'k' but got {} (object)");
  EXPECT_EQ(list(R"("")"), "Expected array type for key 'k' but got  (MISSING)");
  EXPECT_EQ(list(R"("null")"), "Expected array type for key 'k' but got null (null)");
  EXPECT_TRUE(list(R"("[1,")").starts_with("Invalid JSON")) << list(R"("[1,")");
}

TEST(Config, ReadsObjectsOutOfJsonText) {
  const auto object = [](std::string_view json) {
    return outcome([&] { return parse_object(with_k(json), "k"); });
  };
  EXPECT_EQ(object(R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(object(R"("{\"a\": 1} rest")"), R"({"a":1})");
  for (const char* other : {"5", "[1]", "true", R"("")", R"("[1]")"}) {
    EXPECT_EQ(object(other), "Parameter 'k' must be an object") << other;
  }
  EXPECT_EQ(outcome([] { return find_object(with_k("[]"), "k"); }),
            "Parameter 'k' must be an object");
}

TEST(Config, CutsLongSamples) {
  const auto message = [](const std::string& text) {
    return wrong_type("array type", "k", Value(text)).message();
  };
  const std::string head = "Expected array type for key 'k' but got \"";
  // 97 characters and two quotes are 99.
  EXPECT_EQ(message(std::string(97, 'x')), head + std::string(97, 'x') + "\" (string)");
  EXPECT_EQ(message(std::string(98, 'x')), head + std::string(96, 'x') + "... (string)");

  std::string wide;
  for (int i = 0; i < 98; ++i) wide += "鼠";
  EXPECT_EQ(message(wide), head + wide.substr(0, 96 * 3) + "... (string)");
}

}  // namespace
}  // namespace mogura::value
