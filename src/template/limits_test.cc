// Scripts that want too much, or that try to leave something behind.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "base/error.h"
#include "template/template.h"

namespace mogura::tmpl {
namespace {

using testing::HasSubstr;

constexpr std::chrono::milliseconds kShortTime{200};
constexpr std::chrono::milliseconds kLongTime{300'000};
constexpr std::size_t kLittleMemory = 16u << 20;
constexpr std::size_t kMuchMemory = 256u << 20;

/// Runs out of time before it runs out of memory.
const Evaluator& hurried() {
  static const Evaluator evaluator(
      Settings{.time_limit = kShortTime, .memory_limit_bytes = kMuchMemory});
  return evaluator;
}

/// Runs out of memory, stack or steps before it runs out of time.
const Evaluator& cramped() {
  static const Evaluator evaluator(
      Settings{.time_limit = kLongTime, .memory_limit_bytes = kLittleMemory});
  return evaluator;
}

std::string refusal(const Evaluator& evaluator, const std::string& text, const Object& scope = {}) {
  try {
    return "no error: " + evaluator.evaluate(text, scope).substr(0, 100);
  } catch (const ConfigError& error) {
    const std::string prefix = "Failed to evaluate a variable " + text + " (";
    EXPECT_TRUE(error.message().starts_with(prefix) && error.message().ends_with(')'));
    return error.message().substr(prefix.size(), error.message().size() - prefix.size() - 1);
  }
}

TEST(Limits, EndWhatRunsTooLong) {
  // Enough for a busy machine; without the limit these run for minutes.
  constexpr std::chrono::seconds kPatience{10};
  for (
      const char* text :
      {"${(function(){ for (;;); })()}",
       "${(function(){ for (;;) { try { for (;;); } catch (e) {} finally { continue; } } })()}",
       "${(function(){ while (true) { try { throw 1; } catch (e) { } } })()}",
       "${[1].map(function f(){ for (;;); })}",
       "${(function(){ var a = []; a.length = 2147483647; return a.indexOf(1); })()}",
       "${(function(){ var a = []; a.length = 2147483647; return a.lastIndexOf(1); })()}",
       "${(function(){ var a = []; a.length = 2147483647; return a.reverse().length; })()}",
       "${(function(){ var a = []; a.length = 2147483647; return a.join(''); })()}",
       "${(function(){ var a = []; a.length = 2147483647; return a.sort().length; })()}",
       "${(function(){ var a = []; a.length = 2147483647; return a.shift(); })()}",
       "${(function(){ var a = []; a.length = 2147483646; return a.unshift(1); })()}",
       "${(function(){ var a = []; a.length = 2147483647; a.forEach(function(){}); })()}",
       "${(function(){ var a = []; a.length = 2147483647; return JSON.stringify(a); })()}",
       "${(function(){ var a = []; a.length = 2147483647; return [].concat(a).length; })()}",
       "${(function(){ var a = []; a.length = 2147483647; return a.slice(1).length; })()}",
       "${Array.prototype.indexOf.call({length: 2147483647}, 1)}",
       "${(function(){ var s = 'a'.repeat(1e7); return s.indexOf('a'.repeat(5e6) + 'b'); })()}",
       "${(function(){ var s = 'a'.repeat(1e7); return s.lastIndexOf('a'.repeat(5e6) + 'b'); })()}",
       "${(function(){ var s = 'a'.repeat(1e7); return s.split('a'.repeat(5e6) + 'b'); })()}",
       "${(function(){ var s = 'a'.repeat(1e7); return s.replace('a'.repeat(5e6) + 'b', ''); })()}",
       "${(function(){ for (;;) try { /(x+x+)+y/.test('x'.repeat(40)); } catch (e) {} })()}",
       "${(function(){ for (;;) try { 'xxxxxxxxxxxxxxxxxxx'.matches('(x+x+)+y'); } catch (e) {} "
       "})()}",
       "${'x'.repeat(1e6).replaceAll('(x+x+)+y|x', 'z')}",
       "${(function(){ throw {toString: function(){ for (;;); }}; })()}",
       "${{toJSON: function(){ for (;;); }}}"}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(refusal(hurried(), text), "RangeError: the evaluation took longer than 200 ms")
        << text;
    EXPECT_LT(std::chrono::steady_clock::now() - start, kPatience) << text;
  }
}

TEST(Limits, EndWhatNeedsTooMuchMemory) {
  const char* kMessage = "RangeError: the evaluation needs more than 16777216 bytes";
  for (const char* text :
       {"${(function(){ var s = 'x'; for (;;) s += s; })()}",
        "${(function(){ var a = []; for (;;) a.push({x: 1}); })()}",
        "${(function(){ var a = []; for (;;) a.push('x' + a.length); })()}", "${'x'.repeat(1e9)}",
        "${new Array(1e8).join('xxxxxxxxxx')}",
        "${(function(){ var s = 'x'; try { for (;;) s += s; } catch (e) { throw e; } })()}"}) {
    EXPECT_EQ(refusal(cramped(), text), kMessage) << text;
  }
  EXPECT_THAT(refusal(cramped(), "${'x'.repeat(1e5).replaceAll('', 'x'.repeat(1e5))}"),
              HasSubstr("the result is too large"));
  EXPECT_THAT(refusal(cramped(), "${x + 1}", {{"x", std::string(40u << 20, 'x')}}),
              HasSubstr("needs more"));
  const std::string many = "${x.repeat(3e6)}${x.repeat(3e6)}${x.repeat(3e6)}";
  EXPECT_THAT(refusal(cramped(), many + many + many, {{"x", "x"}}), HasSubstr("RangeError"));
}

TEST(Limits, EndWhatRecursesTooDeep) {
  const std::string parens(100000, '(');
  const std::string brackets(100000, '[');
  for (const std::string& text :
       {std::string("${(function f(){ return f() + 1; })()}"),
        std::string("${(function f(){ return [1].map(f); })()}"),
        std::string("${(function f(){ return {toString: f} + ''; })()}"),
        std::string("${(function(){ var a = []; for (var i = 0; i < 1e5; i++) a = [a]; "
                    "return JSON.stringify(a); })()}"),
        std::string("${JSON.parse(s)}"), std::string("${new RegExp(r)}"),
        std::string("${/(a*)*b/.test(a)}"), std::string("${/(x+x+)+y/.test(x)}"),
        "${" + parens + "1" + std::string(100000, ')') + "}"}) {
    EXPECT_THAT(refusal(cramped(), text,
                        {{"s", brackets},
                         {"r", parens + std::string(100000, ')')},
                         {"a", std::string(100000, 'a')},
                         {"x", std::string(40, 'x')}}),
                testing::AnyOf(HasSubstr("RangeError"), HasSubstr("SyntaxError")))
        << text.substr(0, 100);
  }
}

TEST(Limits, NameWhatWasExceeded) {
  EXPECT_EQ(refusal(cramped(), "${(function f(){ return f() + 1; })()}"),
            "RangeError: Maximum call stack size exceeded");
  EXPECT_EQ(refusal(cramped(), "${/(x+x+)+y/.test(x)}", {{"x", std::string(40, 'x')}}),
            "RangeError: a regular expression took too many steps");
  EXPECT_THAT(refusal(cramped(), "${x.matches('(x+x+)+y')}", {{"x", std::string(60, 'x')}}),
              HasSubstr("a regular expression took too many steps"));
}

TEST(Limits, LeaveTheEngineUsable) {
  for (int round = 0; round < 20; ++round) {
    refusal(cramped(), "${(function(){ var a = []; for (;;) a.push({x: 1}); })()}");
    refusal(cramped(), "${(function f(){ return f() + 1; })()}");
    EXPECT_EQ(cramped().evaluate("${1 + 1}", {}), "2");
  }
}

TEST(Isolation, LetsNoScriptLeaveATrace) {
  const Evaluator evaluator;
  const Object scope{{"x", Object{{"k", 1}}}, {"timezone", "UTC"}};
  for (const char* text :
       {"${leak = 1}", "${x.k = 2}", "${Object.prototype.leak = 1}", "${Array.prototype.map = 1}",
        "${delete Math.max}", "${JSON.stringify = function(){ return 'leak'; }}",
        "${String.prototype.replaceAll = null}", "${moment.locale('xx', {months: ['leak']})}",
        "${moment.fn.format = function(){ return 'leak'; }}", "${moment = 1}",
        "${eval('var q = 1')}", "${Function('leak = 1')()}",
        "${Object.defineProperty(Object.prototype, 'leak', {get: "
        "function(){ return 1; }})}",
        "${Object.freeze(Array.prototype)}", "${(function(){ leak = 1; throw 1; })()}",
        "${(function(){ RegExp.prototype.exec = 1; })()}", "${Date = null}",
        "${moment.updateLocale('en', {months: ['leak']})}"}) {
    for (const char* suffix : {"", "${typeof moment}"}) {
      try {
        evaluator.evaluate(std::string(text) + suffix, scope);
      } catch (const ConfigError&) {
      }
    }
    for (const char* probe : {"", "${typeof moment == 'function' ? '' : 'no moment'}"}) {
      EXPECT_EQ(
          evaluator.evaluate(std::string(probe) +
                                 "${typeof leak} ${x.k} ${[1].map(function(v){ return v; })} "
                                 "${Math.max(1, 2)} ${{}} ${'a'.replaceAll('a', 'b')} ${typeof q} "
                                 "${/a/.test('a')} ${new Date(0).getTime()}",
                             scope),
          "undefined 1 [1] 2 {} b undefined true 0")
          << text;
    }
    EXPECT_EQ(evaluator.evaluate("${moment(0).format('MMMM')}", scope), "January") << text;
  }
}

#if defined(__has_feature)
#define MOGURA_HAS_FEATURE(x) __has_feature(x)
#else
#define MOGURA_HAS_FEATURE(x) 0
#endif
// Sanitizers hold back memory that was freed.
constexpr bool kHoldsBackMemory =
    MOGURA_HAS_FEATURE(address_sanitizer) || MOGURA_HAS_FEATURE(thread_sanitizer);

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  EXPECT_EQ(std::fscanf(file, "%zu %zu", &total, &resident), 2);
  std::fclose(file);
  return resident * 4096;
}

TEST(Isolation, DoesNotGrow) {
  if (kHoldsBackMemory) GTEST_SKIP() << "the sanitizer holds back memory that was freed";
  const Evaluator evaluator;
  const Object scope{{"a", 1}, {"timezone", "UTC"}};
  const auto evaluate_some = [&](int times) {
    for (int i = 0; i < times; ++i) {
      evaluator.evaluate("${a + 1}", scope);
      evaluator.evaluate("${leak" + std::to_string(i) + " = [1, 2, 3]}", scope);
      if (i % 100 == 0) evaluator.evaluate("${moment(a).format()}", scope);
    }
  };
  evaluate_some(1000);
  const std::size_t before = resident_bytes();
  evaluate_some(50000);
  EXPECT_LT(resident_bytes(), before + (1u << 20));
}

TEST(Isolation, HoldsBetweenThreads) {
  const Evaluator evaluator;
  std::vector<std::thread> threads;
  std::array<int, 8> wrong{};
  for (std::size_t number = 0; number < wrong.size(); ++number) {
    threads.emplace_back([&evaluator, &wrong, number] {
      const auto id = static_cast<std::int64_t>(number);
      const char* zone = number % 2 == 0 ? "Asia/Tokyo" : "UTC";
      const char* hour = number % 2 == 0 ? "9" : "0";
      for (int round = 0; round < 300; ++round) {
        const Object scope{{"id", id}, {"timezone", zone}};
        const std::string result = evaluator.evaluate(
            "${shared = id}${shared}${typeof before}${moment(0).hours()}", scope);
        wrong[number] +=
            result == std::to_string(id) + std::to_string(id) + "undefined" + hour ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

}  // namespace
}  // namespace mogura::tmpl
