#include "operators/parameters.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

Object parsed(std::string_view json) {
  return value::parse_json(json).as_object();
}

Parameters evaluated(std::string_view config, std::string_view local) {
  const tmpl::Evaluator templates;
  return evaluate_parameters(templates, parsed(config), parsed(local));
}

TEST(Parameters, AreEvaluatedWithOwnKeysOnTop) {
  const Parameters parameters =
      evaluated(R"({"v": "exported", "n": 1})", R"({"v": "own ${n}", "echo>": "${v}"})");
  EXPECT_EQ(value::to_json(parameters.config),
            R"({"v":"own 1","n":1,"echo>":"own 1","_type":"echo","_command":"own 1"})");
  EXPECT_EQ(value::to_json(parameters.local), R"({"v":"own 1","echo>":"own 1"})");
}

TEST(Parameters, KeepExportedMembersOutOfTheTasksOwnObjects) {
  const Parameters parameters =
      evaluated(R"({"_env": {"EXPORTED": "x"}})", R"({"_env": {"OWN": "${1 + 1}"}, "sh>": "env"})");
  EXPECT_EQ(value::to_json(*parameters.local.find("_env")), R"({"OWN":"2"})");
}

TEST(Parameters, ChooseTheFirstOperatorKeyInMergeOrder) {
  EXPECT_EQ(evaluated(R"({"sh>": "x"})", R"({"echo>": "y"})").type, "sh");
  EXPECT_EQ(evaluated(R"({"_type": "py"})", R"({"echo>": "y"})").type, "py");
  EXPECT_EQ(evaluated("{}", R"({"a": 1})").type, std::nullopt);
  EXPECT_THROW(evaluated("{}", R"({"_type": null})"), ConfigError);
}

TEST(Parameters, HaveNoCommandWhereTheOperatorKeyIsNull) {
  const Parameters parameters = evaluated(R"({"_command": "exported"})", R"({"td>": null})");
  EXPECT_FALSE(parameters.config.contains("_command"));
  EXPECT_EQ(announcement(parameters), "td>: ");
}

TEST(Announcement, NamesTheOperatorAndItsCommandAsJavaPrintsThem) {
  const auto announced = [](std::string_view local) {
    return announcement(evaluated("{}", local));
  };
  EXPECT_EQ(announced(R"({"echo>": "one\ntwo"})"), "echo>: one\ntwo");
  EXPECT_EQ(announced(R"({"for_each>": {"fruit": ["apple", "orange"]}})"),
            "for_each>: {fruit=[apple, orange]}");
  EXPECT_EQ(announced(R"({"_type": "echo", "_command": "hello"})"), "type: echo");
}

TEST(JavaText, IsThatOfJavasMapsAndLists) {
  const struct {
    std::string_view json;
    std::string_view text;
  } cases[] = {
      {R"("plain")", "plain"},
      {"12", "12"},
      {"1.0", "1.0"},
      {"true", "true"},
      {"null", "null"},
      {"[]", "[]"},
      {"{}", "{}"},
      {R"([1, "x", null, [2]])", "[1, x, null, [2]]"},
      {R"({"a": {"b": [true]}, "c": ""})", "{a={b=[true]}, c=}"},
  };
  for (const auto& [json, text] : cases) {
    EXPECT_EQ(java_text(value::parse_json(json)), text) << json;
  }
}

TEST(UnusedKeys, ComeInTheOrderOfAJavaHashSet) {
  const auto unused = [](std::string_view local, std::vector<std::string_view> reads) {
    return unused_keys(evaluated("{}", local), reads);
  };
  using Keys = std::vector<std::string>;
  EXPECT_EQ(unused(R"({"n": "1", "l": "2", "echo>": "x"})", {"_command"}), (Keys{"l", "n"}));
  EXPECT_EQ(unused(R"({"v": 1, "session_time": 2, "echo>": "x"})", {"_command"}),
            (Keys{"v", "session_time"}));
  EXPECT_EQ(unused(R"({"comand": 1, "zzzzzz": 2, "echo>": "x"})", {"_command"}),
            (Keys{"comand", "zzzzzz"}));
  EXPECT_EQ(unused(R"({"_type": "notify", "_command": "x"})", {}), (Keys{"_command"}));
  EXPECT_EQ(unused(R"({"_type": "notify", "_command": "x"})", {"_command"}), Keys{});
}

TEST(UnusedKeys, SpreadOverMoreBucketsWhenThereAreMoreKeys) {
  // "p" is in bucket 0 of 16 (before "a"), but in bucket 16 of 32 (behind it).
  Parameters few;
  few.local = Object{{"a", 1}, {"p", 2}};
  EXPECT_EQ(unused_keys(few, {}), (std::vector<std::string>{"p", "a"}));
  Parameters many = few;
  const std::vector<std::string_view> read{"k1", "k2", "k3", "k4", "k5",
                                           "k6", "k7", "k8", "k9", "k0"};
  for (const std::string_view key : read) many.local.set(key, 0);
  EXPECT_EQ(unused_keys(many, read), (std::vector<std::string>{"a", "p"}));
}

}  // namespace
}  // namespace mogura::operators
