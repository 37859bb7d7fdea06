// The language of expressions (language.md §11.5).
#include <gmock/gmock.h>

#include "base/error.h"
#include "template/template.h"
#include "value/json.h"

namespace mogura::tmpl {
namespace {

struct LanguageCase {
  const char* expression;
  const char* result;
};

std::string evaluated_in(const std::string& expression, const Object& scope) {
  static const Evaluator evaluator;
  try {
    return evaluator.evaluate("${" + expression + "}", scope);
  } catch (const ConfigError& error) {
    const std::string prefix = "Failed to evaluate a variable ${" + expression + "} (";
    return "! " + error.message().substr(prefix.size(), error.message().size() - prefix.size() - 1);
  }
}

void expect_language(const std::vector<LanguageCase>& cases, const Object& scope = {}) {
  for (const auto& [expression, result] : cases) {
    EXPECT_EQ(evaluated_in(expression, scope), result) << expression;
  }
}

TEST(Language, RefusesWhatIsNewerThanEcmaScript5) {
  for (const char* expression :
       {"[1].map(x => x)", "`text`", "(function(){ let x = 1; return x; })()",
        "(function(){ const x = 1; return x; })()", "(function(){ class A {} })()", "2 ** 3",
        "0b11", "0o17", "(function(a){ return {a}; })(1)", "{f() { return 1; }}", "{['a']: 1}",
        "(function(){ return new.target; })()", "'\\u{41}'", "[...[1]]",
        "(function(a = 1){ return a; })()", "(function(){ for (var x of [1]) return x; })()"}) {
    EXPECT_THAT(evaluated_in(expression, {}), testing::StartsWith("! SyntaxError")) << expression;
  }
}

TEST(Language, HasTheGlobalsOfEcmaScript5AndMoment) {
  EXPECT_EQ(evaluated_in("Object.getOwnPropertyNames((function(){ return this; })()).sort()", {}),
            R"(["Array","Boolean","Date","Error","EvalError","Function","Infinity","JSON","Math",)"
            R"("NaN","Number","Object","RangeError","ReferenceError","RegExp","String",)"
            R"("SyntaxError","TypeError","URIError","decodeURI","decodeURIComponent","encodeURI",)"
            R"("encodeURIComponent","escape","eval","isFinite","isNaN","moment","parseFloat",)"
            R"("parseInt","undefined","unescape"])");
  expect_language(
      {{"typeof Duktape + typeof Proxy + typeof Symbol + typeof Map + typeof globalThis + "
        "typeof Uint8Array + typeof console + typeof require + typeof process + typeof Reflect",
        "undefinedundefinedundefinedundefinedundefinedundefinedundefinedundefinedundefinedundefine"
        "d"},
       {"Object.getOwnPropertyNames(Number).sort()",
        R"(["MAX_VALUE","MIN_VALUE","NEGATIVE_INFINITY","NaN","POSITIVE_INFINITY","length","name",)"
        R"("prototype"])"},
       {"Object.getOwnPropertyNames(Array.prototype).indexOf('find')", "-1"},
       {"typeof ''.includes + typeof ''.padStart + typeof [].fill + typeof Math.trunc + "
        "typeof Object.assign + typeof Number.EPSILON + typeof Object.entries",
        "undefinedundefinedundefinedundefinedundefinedundefinedundefined"},
       {"typeof this", "object"},
       {"typeof moment", "function"},
       {"this === (function(){ return this; })()", "false"},
       {"Number('0b1')", "null"},
       {"(function(){ try { null.x; } catch (e) { return typeof e.fileName; } })()", "undefined"},
       {"[]['constructor']['constructor']('return moment.version')()", "2.21.0"},
       {"(function(){ return typeof this['mom' + 'ent']; })()", "function"}});
}

TEST(Language, KnowsTheEcmaScript5Methods) {
  expect_language(
      {{"l.join('-') + l.slice(1) + l.concat([4]) + l.indexOf(1)", "3-1-21,23,1,2,41"},
       {"[10, 9, 1].sort()", "[1,10,9]"},
       {"l.filter(function(x){ return x > 1; }).map(function(x){ return x * 2; })", "[6,4]"},
       {"l.reduce(function(a, b){ return a + b; })", "6"},
       {"Object.keys({a:1,b:2})", R"(["a","b"])"},
       {"Array.isArray(l)", "true"},
       {"s.toUpperCase() + s.substr(7, 3) + s.slice(-5) + s.charAt(1)", "HELLO, WORLDWorWorlde"},
       {"s.replace(/l/g, 'L')", "HeLLo, WorLd"},
       {"'a.b.c'.replace('.', '-')", "a-b.c"},
       {"s.split(', ')", R"(["Hello","World"])"},
       {"s.match(/o/g)", R"(["o","o"])"},
       {"/^a(b+)c$/.exec('abbc')[1]", "bb"},
       {"'x,y;z'.split(/[,;]/)", R"(["x","y","z"])"},
       {"'xAy'.split(new RegExp(/a/i)) + /a/gi", "x,y/a/gi"},
       {"'b'.replace(new RegExp('B', 'i'), 'c') + 'aba'.search(/b/) + 'ab'.match(/b/).index",
        "c11"},
       {"(/a/).source + /a/g.global + /a/.ignoreCase + /a/m.multiline", "atruefalsetrue"},
       {"'' + [1, [2, null]] + {} + function f(){} + new Error('e') + new Boolean(true) + "
        "new Number(1)",
        "1,2,[object Object]function f() { [ecmascript code] }Error: etrue1"},
       {"[3, 1].toLocaleString() + (5).toLocaleString() + new Date(0).toJSON()",
        "3,151970-01-01T00:00:00.000Z"},
       {"Object.prototype.toString.call([]) + Object.prototype.toString.call(null) + "
        "Object.prototype.toString.call(JSON)",
        "[object Array][object Null][object JSON]"},
       {"new Date(0) + 1 == new Date(0).toString() + 1", "true"},
       {"[].concat([1], 2).length + [1, 2, 3].splice(1, 1).length", "3"},
       {"(function(a, b){ return arguments.length + a; }).bind(null, 1)(2)", "3"},
       {"Object.create({a: 1}, {b: {value: 2, enumerable: true}}).b", "2"},
       {"'a1b22'.replace(/[0-9]+/g, function(m){ return '<' + m + '>'; })", "a<1>b<22>"},
       {"Math.max(1, 2) + Math.floor(-1.5) + Math.round(2.5)", "3"},
       {"(255).toString(16) + (3.14159).toFixed(2) + (1234.5).toPrecision(3)", "ff3.141.23e+3"},
       {"parseInt('12px') + parseInt('010')", "22"},
       {"JSON.stringify({a: [1]}, null, 2)", "{\n  \"a\": [\n    1\n  ]\n}"},
       {"JSON.parse('{\"a\":[1,2]}').a[1]", "2"},
       {"JSON.stringify('\\u2028')", "\"\u2028\""},
       {"encodeURIComponent('ü/😀') + decodeURIComponent('%F0%9F%98%80')",
        "%C3%BC%2F%F0%9F%98%80😀"},
       {"Math.random() === Math.random()", "false"}},
      Object{{"l", Array{3, 1, 2}}, {"s", "Hello, World"}});
}

TEST(Language, GivesStringsTheMethodsOfJava) {
  expect_language(
      {{"s.replaceAll('a', 'A')", "AAA.b"},
       {"s.replaceAll('.', 'x')", "xxxxx"},
       {"s.replaceAll('\\\\.', 'x')", "aaaxb"},
       {"'2024-03-05'.replaceAll('(\\\\d+)-(\\\\d+)', '$2/$1')", "03/2024-05"},
       {"'x1y2'.replaceAll('(?<letter>[a-z])', '${letter}${letter}')", "xx1yy2"},
       {"'aXbx'.replaceAll('(?i)x', '\\\\$')", "a$b$"},
       {"'abc'.replaceAll('(?<=a)b', '')", "ac"},
       {"'a\\nb'.replaceAll('.', 'x')", "x\nx"},
       {"'a\\nb'.replaceAll('^', '>')", ">a\nb"},
       {"'Ab1_'.replaceAll('\\\\p{Alpha}', '.') + 'a1b'.replaceAll('[\\\\p{Digit}]', '')",
        "..1_ab"},
       {"'a.b'.replaceAll('\\\\Q.\\\\E', '-')", "a-b"},
       {"'😀x'.replaceAll('.', '-')", "--"},
       {"'abc'.replaceAll('', '-')", "-a-b-c-"},
       {"s.contains('a.')", "true"},
       {"s.startsWith('aa') + ' ' + s.endsWith('b') + ' ' + s.startsWith('a.b', 2)",
        "true true true"},
       {"s.isEmpty() + ' ' + ''.isEmpty() + ' ' + s.matches('a+.b') + ' ' + s.matches('a')",
        "false true true false"},
       {"s.replaceFirst('a', 'Z') + s.equalsIgnoreCase('AAA.B') + s.hashCode()",
        "Zaa.btrue92566005"},
       {"'hello world, again'.hashCode()", "-538398936"},
       {"'a'.compareTo('c') + 'abc'.compareTo('ab') + 'B'.compareToIgnoreCase('a')", "0"},
       {"'😀'.codePointAt(0) + ' ' + '😀'.codePointCount(0, 2)", "128512 1"},
       {"'ab'.repeat(3) + ''.repeat(1e9) + 'x'.repeat(0)", "ababab"},
       {"'[' + ' \\t a b \\n'.strip() + ']' + '[' + ' a '.stripLeading() + ' a '.stripTrailing() + "
        "']'",
        "[a b][a  a]"},
       {"' \\n'.isBlank() + ' ' + 'a'.isBlank() + ' ' + 'a'.equals('a') + ' ' + '1'.equals(1)",
        "true false true false"},
       {"'Hello'.regionMatches(1, 'xell', 1, 3) + ' ' + 'Hello'.regionMatches(true, 0, 'hE', 0, 2)",
        "true true"},
       {"'abc'.toCharArray()", R"(["a","b","c"])"},
       {"(function(){ var k = []; for (var i in 'ab') k.push(i); return k; })()", R"(["0","1"])"},
       {"'a'.replaceAll('(', '')",
        "! Error: java.util.regex.PatternSyntaxException: Unmatched marking parenthesis ( or \\(."},
       {"'a'.replaceAll('a', '$1')", "! Error: java.lang.IllegalArgumentException: No group 1"},
       {"'a'.repeat(-1)",
        "! RangeError: java.lang.IllegalArgumentException: count is negative: -1"}},
      Object{{"s", "aaa.b"}});
}

}  // namespace
}  // namespace mogura::tmpl
