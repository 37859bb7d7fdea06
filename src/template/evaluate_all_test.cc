#include <gmock/gmock.h>

#include "base/error.h"
#include "template/template.h"
#include "value/json.h"

namespace mogura::tmpl {
namespace {

using value::parse_json;
using value::to_json;

/// The evaluated parameters of a task as JSON: `outer` are the inherited ones, over which the
/// task's `own` keys are laid.
std::string all(std::string_view outer, std::string_view own) {
  static const Evaluator evaluator;
  const Object inherited = parse_json(outer).as_object();
  Object params = inherited;
  const Value task = parse_json(own);
  for (const auto& [key, value] : task.as_object()) params.set(key, value);
  return to_json(evaluator.evaluate_all(inherited, params));
}

TEST(EvaluateAll, ScopesAndOrdersAsTheTableOfTheChapterSays) {
  EXPECT_EQ(all(R"({"c": 1, "b": "${c}", "a": "${b}"})", R"({"e": "${a}"})"),
            R"({"c":1,"b":"1","a":"1","e":"1"})");
  EXPECT_EQ(all(R"({"a": "${b}", "b": "${c}", "c": 1})", R"({"e": "${a}"})"),
            R"({"a":"${c}","b":"1","c":1,"e":"${c}"})");
  EXPECT_EQ(all("{}", R"({"msg": "hi", "e": "${msg}"})"), R"({"msg":"hi","e":"hi"})");
  EXPECT_THROW(all("{}", R"({"e": "${msg}", "msg": "hi"})"), ConfigError);
  EXPECT_EQ(all(R"({"msg": "exp"})", R"({"e": "${msg}", "msg": "loc"})"),
            R"({"msg":"loc","e":"loc"})");
  EXPECT_EQ(all(R"({"msg": "exp"})", R"({"msg": "${msg}!", "e": "${msg}"})"),
            R"({"msg":"exp!","e":"exp!"})");
  EXPECT_EQ(all(R"({"timezone": "UTC", "d": "${timezone}", "td": {"t": "x_${d}"}})",
                R"({"e": "${td.t}"})"),
            R"({"timezone":"UTC","d":"UTC","td":{"t":"x_${timezone}"},"e":"x_${timezone}"})");
  EXPECT_EQ(all(R"({"o": {"p": 1, "a": "${p}"}})", R"({"e": "${o.a}"})"),
            R"({"o":{"p":1,"a":"1"},"e":"1"})");
  EXPECT_THROW(all(R"({"o": {"a": "${p}", "p": 1}})", "{}"), ConfigError);
}

TEST(EvaluateAll, GivesArraysTheScopeOfWhatHoldsThem) {
  EXPECT_EQ(all(R"({"d": "1", "c": "${d}${d}"})", R"({"l": ["${c}", ["${c}"], {"k": "${c}"}]})"),
            R"({"d":"1","c":"11","l":["11",["11"],{"k":"${d}${d}"}]})");
  EXPECT_EQ(all("{}", R"({"o": {"p": "1", "l": ["${p}", {"p": "2", "q": "${p}"}]}})"),
            R"({"o":{"p":"1","l":["1",{"p":"2","q":"2"}]}})");
  EXPECT_THROW(all("{}", R"({"o": {"p": "1", "l": [{"q": "${p}"}]}})"), ConfigError);
  EXPECT_THROW(all("{}", R"({"x": 1, "o": {"q": "${x}"}})"), ConfigError);
}

TEST(EvaluateAll, LeavesDeferredTasksUntouched) {
  EXPECT_EQ(all("{}", R"({"_do": {"e": "${later}"}, "o": {"_else_do": "${later}", "a": "${1}"}})"),
            R"({"_do":{"e":"${later}"},"o":{"_else_do":"${later}","a":"1"}})");
}

TEST(EvaluateAll, MakesTextsOnce) {
  EXPECT_EQ(all("{}", R"({"a": "${'$'}{1}", "l": "${[1]}", "n": 1.0, "c": "$$", "${k}": "x"})"),
            R"({"a":"${1}","l":"[1]","n":1.0,"c":"$","${k}":"x"})");
}

TEST(EvaluateAll, NamesTheFailingText) {
  try {
    all("{}", R"({"o": {"l": ["a ${nope}"]}})");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.message(),
              "Failed to evaluate a variable a ${nope} (ReferenceError: nope is not defined)");
  }
}

TEST(EvaluateAll, SharesWhatItDoesNotChange) {
  const Evaluator evaluator;
  const Value big = Array{1, "text", Object{{"k", "v"}}};
  const Value partly = Object{{"big", big}, {"t", "${1}"}};
  const Object params{{"big", big}, {"partly", partly}};
  const Object result = evaluator.evaluate_all({}, params);
  EXPECT_TRUE(result.find("big")->same_as(big));
  EXPECT_TRUE(result.find("partly")->as_object().find("big")->same_as(big));
  EXPECT_EQ(params.find("partly")->as_object().find("t")->as_text(), "${1}");
}

TEST(EvaluateAll, ReachesTemplatesAtAnyDepth) {
  constexpr int kDepth = 400;
  Value deep = "${1 + 1}";
  Value expected = "2";
  for (int level = 0; level < kDepth; ++level) {
    deep = level % 2 == 0 ? Value(Array{deep}) : Value(Object{{"k", deep}});
    expected = level % 2 == 0 ? Value(Array{expected}) : Value(Object{{"k", expected}});
  }
  EXPECT_EQ(*Evaluator().evaluate_all({}, {{"deep", deep}}).find("deep"), expected);
}

}  // namespace
}  // namespace mogura::tmpl
