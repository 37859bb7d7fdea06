#include "template/template.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "value/json.h"

namespace mogura::tmpl {
namespace {

const Evaluator& extended() {
  static const Evaluator evaluator;
  return evaluator;
}

const Evaluator& legacy() {
  static const Evaluator evaluator(Settings{.extended_syntax = false});
  return evaluator;
}

Object json_object(std::string_view json) {
  return value::parse_json(json).as_object();
}

/// The text evaluated, or the error's message after the text: `! ReferenceError: x is not defined`,
/// for syntax errors no more than `! SyntaxError`.
std::string outcome(const Evaluator& evaluator, const std::string& text, const Object& scope) {
  try {
    return evaluator.evaluate(text, scope);
  } catch (const ConfigError& error) {
    const std::string start = "Failed to evaluate a variable " + text + " (";
    EXPECT_TRUE(error.message().starts_with(start) && error.message().ends_with(")"))
        << error.message();
    const std::string reason =
        error.message().substr(start.size(), error.message().size() - start.size() - 1);
    return "! " + (reason.starts_with("SyntaxError") ? "SyntaxError" : reason);
  }
}

struct Case {
  const char* text;
  const char* result;
};

void expect_all(const std::vector<Case>& cases, const Object& scope) {
  for (const Case& example : cases) {
    EXPECT_EQ(outcome(extended(), example.text, scope), example.result) << example.text;
  }
}

constexpr const char* kSyntaxError = "! SyntaxError";

TEST(Template, ScansAsTheTableOfTheChapterSays) {
  const Object scope = json_object(R"({"x": 5, "s": "str"})");
  struct Row {
    const char* text;
    const char* extended;
    const char* legacy;
  };
  const Row rows[] = {
      {"a${x}b", "a5b", "a5b"},
      {"$${x}", "$5", "$5"},
      {"$$${x}", "$5", "$5"},
      {"$$", "$", "$"},
      {"$$$", "$$", "$$"},
      {"a$b", "a$b", "a$b"},
      {"\\${x}", "\\5", "\\5"},
      {"${x", "${x", "${x"},
      {"${", "${", "${"},
      {"a ${x b ${x}", "a ${x b ${x}", kSyntaxError},
      {"${}", "", "${}"},
      {"${} ${x}", " 5", kSyntaxError},
      {"${function(){return 1}()}", "1", kSyntaxError},
      {"${{a:1}}", "{\"a\":1}", kSyntaxError},
      {"${'{'}", "${'{'}", "{"},
      {"${\"}\"}", kSyntaxError, kSyntaxError},
      {"{${x}}", "{5}", "{5}"},
      {"${1}}", "1}", "1}"},
      {"${secret:k}${x}", "${secret:k}5", "${secret:k}5"},
      {"${secret:${x}}", "${secret:5}", "${secret:5}"},
      {"${foo:bar}", "${foo:bar}", "${foo:bar}"},
      {"${Foo:bar}", kSyntaxError, kSyntaxError},
      {"${a1:b}", kSyntaxError, kSyntaxError},
      {"${'$'}{HOME}", "${HOME}", "${HOME}"},
      {"cost $$5", "cost $5", "cost $5"},
      {"text ${x} ${open and ${x}", "text 5 ${open and ${x}", kSyntaxError},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(outcome(extended(), row.text, scope), row.extended) << row.text;
    EXPECT_EQ(outcome(legacy(), row.text, scope), row.legacy) << row.text;
  }
}

TEST(Template, LeavesTheTextOfAValue) {
  expect_all({{"${one}", "1"},
              {"${1e21}", "1e+21"},
              {"${-0}", "0"},
              {"${0.1+0.2}", "0.30000000000000004"},
              {"${0/0}", "null"},
              {"${1/0}", "null"},
              {"${true}", "true"},
              {"${null}", ""},
              {"${undefined}", ""},
              {"${''}", ""},
              {"${[1,\"a\",null]}", "[1,\"a\",null]"},
              {"${o}", R"({"1":"y","2":"x","b":1})"},
              {"${(o)}", R"({"1":"y","2":"x","b":1})"},
              {"${new Date(0)}", "\"1970-01-01T00:00:00.000Z\""},
              {"${moment(0)}", "\"1970-01-01T00:00:00.000Z\""},
              {"${new String('a')}", "\"a\""},
              {"${moment}", "undefined"},
              {"${big}", "12345678901234567000"},
              {"${(big)}", "12345678901234567000"},
              {"${small}", "9007199254740992"},
              {"${half + 1}", "0.51"},
              {"${1, 2} ${(1, 3)}", "2 3"},
              {"${\n  1 + /* two */\n  2\n}", "3"}},
             json_object(R"({"one": 1.0, "o": {"b": 1, "2": "x", "1": "y"}, "half": "0.5",
                             "big": 12345678901234567890, "small": 9007199254740993})"));
}

TEST(Template, IsOneProgramOfExpressions) {
  const Object scope = json_object(R"({"x": 5})");
  expect_all({{"${x=9}${x}", "99"},
              {"${y=[1]}${y.push(2)}${y}", "[1]2[1,2]"},
              {"${x}${x=9}${nope", "59${nope"},
              {"${1; 2}", kSyntaxError},
              {"${var x = 1}", kSyntaxError},
              {"${a b}", kSyntaxError},
              {"a ${1 +} b", kSyntaxError},
              {"${x // five}", kSyntaxError},
              {"${ }", kSyntaxError},
              {"${nope} ${1 +}", kSyntaxError},
              {"${1);(2}", kSyntaxError},
              {"${return 1}", kSyntaxError},
              {"${typeof print} ${print(x)}", "function "},
              {"${__p}${__t}${typeof __j}", "function"}},
             scope);
  EXPECT_EQ(extended().evaluate("${x}", scope), "5");
}

TEST(Template, WordsErrorsAsDigdagDoes) {
  expect_all(
      {{"${x}", "! ReferenceError: x is not defined"},
       {"hello ${nope} world", "! ReferenceError: nope is not defined"},
       {"${nope + 1}", "! ReferenceError: nope is not defined"},
       {"${a.b.c}", "! TypeError: Cannot read property 'c' of undefined"},
       {"${(a.b).c}", "! TypeError: Cannot read property 'c' of undefined"},
       {"${a.n.c}", "! TypeError: Cannot read property 'c' of null"},
       {"${(a.n).c}", "! TypeError: Cannot read property 'c' of null"},
       {"${a.n[0]}", "! TypeError: Cannot read property '0' of null"},
       {"${(a.n)[0]}", "! TypeError: Cannot read property '0' of null"},
       {"${a.n.c = 1}", "! TypeError: Cannot set property 'c' of null"},
       {"${a.f()}", "! TypeError: (intermediate value).f is not a function"},
       {"${s.f()}", "! TypeError: (intermediate value).f is not a function"},
       {"${\"abc\".f()}", "! TypeError: \"abc\".f is not a function"},
       {"${five()}", "! TypeError: 5 is not a function"},
       {"${(function(){ throw new Error(\"boom\"); })()}", "! Error: boom"},
       {"${(function(){ throw \"text\"; })()}", "! text"},
       {"${(function(){ throw null; })()}", "! null"},
       {"${JSON.parse('[bad')}", kSyntaxError},
       {"${timezone.nope}", ""},
       {"${a.nope} ${typeof nope}", " undefined"}},
      json_object(R"({"a": {"x": 1, "n": null}, "s": "text", "five": 5, "timezone": "UTC"})"));
}

TEST(Template, FollowsPlainReferencesAsJavaScriptWould) {
  const Object scope = json_object(
      R"({"a": {"b": {"c": "deep"}, "class": 1, "": "empty", "__proto__": "own"}, "l": [1, [2, 3]],
          "s": "text", "n": null, "f": 1.5, "Math": "mine", "class": "c", "1st": "one",
          "a.b": "dotted", "arguments": "args", "print": "p", "undefined": "u", "t": true,
          "名前": "世界", "emoji": "😀", "o": {}, "o2": {"length": 7}})");
  const Case cases[] = {{"a.b.c", "deep"},
                        {" a . b\n.c ", "deep"},
                        {"a['b']", R"({"c":"deep"})"},
                        {"a[\"b\"].c", "deep"},
                        {"a.class", "1"},
                        {"a['']", "empty"},
                        {"a.__proto__", "own"},
                        {"l[0]", "1"},
                        {"l[1][1]", "3"},
                        {"l[9]", ""},
                        {"l['0']", "1"},
                        {"l['00']", ""},
                        {"l.length", "2"},
                        {"l[1].length", "2"},
                        {"s.length", "4"},
                        {"s[0]", "t"},
                        {"n", ""},
                        {"f", "1.5"},
                        {"Math", "mine"},
                        {"Math.length", "4"},
                        {"this.class", "c"},
                        {"this['1st']", "one"},
                        {"this['a.b']", "dotted"},
                        {"this.nope", ""},
                        {"arguments", "args"},
                        {"undefined", "u"},
                        {"t", "true"},
                        {"t.x", ""},
                        {"f.x", ""},
                        {"名前", "世界"},
                        {"emoji", "😀"},
                        {"emoji.length", "2"},
                        {"o.toString", "undefined"},
                        {"o.constructor", "undefined"},
                        {"o.x", ""},
                        {"o2.length", "7"},
                        {"o2['length']", "7"},
                        {"a.b['c']", "deep"}};
  for (const auto& [expression, result] : cases) {
    const std::string plain = "${" + std::string(expression) + "}";
    // The same through the engine, which the parentheses make sure of.
    const std::string script = "${(" + std::string(expression) + ")}";
    EXPECT_EQ(outcome(extended(), plain, scope), result) << plain;
    EXPECT_EQ(outcome(extended(), script, scope), result) << script;
  }
  expect_all({{"${class}", kSyntaxError},
              {"${a.b.}", kSyntaxError},
              {"${a..b}", kSyntaxError},
              {"${1st}", kSyntaxError},
              {"${l[}", kSyntaxError},
              {"${null}", ""},
              {"${print}", "undefined"},
              {"${toString}", "undefined"},
              {"${Date}", "undefined"},
              {"${this[\"a\" + \".b\"]}", "dotted"},
              {"${Object.keys(this).length > 10}", "true"},
              {"${hasOwnProperty('a' + '.b')}", "true"},
              {"${eval('cla' + 'ss').length}", kSyntaxError},
              {"${eval('l' + '[0]')}", "1"}},
             scope);
}

TEST(Template, NeedsScriptForAllButPlainReferences) {
  for (const char* text :
       {"", "a", "$$ ${a", "${a} ${b.c['d'][0]}", "${this['a-b']}", "${}", "${secret:x}"}) {
    EXPECT_FALSE(extended().needs_script(text)) << text;
  }
  for (const char* text : {"${1}", "${a + 1}", "${a} ${b()}", "${this}", "${true}", "${a[b]}"}) {
    EXPECT_TRUE(extended().needs_script(text)) << text;
  }
}

TEST(Template, KeepsInvalidUtf8OutOfScripts) {
  const Object scope{{"bad", "a\xff\xc0z"}, {"zero", std::string("a\0b", 3)}};
  EXPECT_EQ(extended().evaluate("${bad + ''}", scope), "a\uFFFD\uFFFDz");
  EXPECT_EQ(extended().evaluate("${zero + ''}", scope), std::string("a\0b", 3));
  EXPECT_EQ(extended().evaluate("${'\xff' + 1}", scope), "\uFFFD1");
  EXPECT_EQ(extended().evaluate("${'\\ud83d' + 1} ${'\\ud83d\\ude00'}", scope), "?1 😀");
}

TEST(Settings, MapTheEngineToAScanner) {
  EXPECT_TRUE(settings_from({}).extended_syntax);
  EXPECT_TRUE(settings_from({{"eval.js-engine-type", "graal"}}).extended_syntax);
  EXPECT_FALSE(settings_from({{"eval.extended-syntax", "false"}}).extended_syntax);
  EXPECT_FALSE(settings_from({{"eval.js-engine-type", "nashorn"}}).extended_syntax);
  EXPECT_FALSE(settings_from(
                   {{"eval.js-engine-type", "nashorn-graal-check"}, {"eval.extended-syntax", true}})
                   .extended_syntax);
  try {
    settings_from({{"eval.js-engine-type", "v9"}});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.message(),
              "Parameter 'eval.js-engine-type' must be either of nashorn, graal, or "
              "nashorn-graal-check but got v9");
  }
}

}  // namespace
}  // namespace mogura::tmpl
