#include "fuzz/fuzz.h"
#include "template/template.h"

namespace {

// Small enough that a hostile script ends long before libFuzzer loses its patience.
constexpr std::chrono::milliseconds kTimeLimit{100};
constexpr std::size_t kMemoryLimitBytes = 16u << 20;

const mogura::tmpl::Evaluator& evaluator(bool extended_syntax) {
  static const mogura::tmpl::Evaluator extended({true, kTimeLimit, kMemoryLimitBytes});
  static const mogura::tmpl::Evaluator legacy({false, kTimeLimit, kMemoryLimitBytes});
  return extended_syntax ? extended : legacy;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using mogura::Array;
  using mogura::Object;
  static const Object scope{{"a", Object{{"b", 1}, {"c", "x"}}},
                            {"list", Array{1, "two", nullptr}},
                            {"session_time", "2024-03-05T00:00:00+00:00"},
                            {"timezone", "UTC"}};
  for (const bool extended_syntax : {true, false}) {
    mogura::fuzz::try_input(bytes, size, [&](std::string_view text) {
      const std::string result = evaluator(extended_syntax).evaluate(text, scope);
      mogura::fuzz::check(text.find('$') != std::string_view::npos || result == text,
                          "a text without templates stays as it is");
    });
  }
  return 0;
}
