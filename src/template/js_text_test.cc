#include "template/js_text.h"

#include <gmock/gmock.h>

#include <cstring>
#include <limits>
#include <random>

#include "template/template.h"
#include "value/json.h"

namespace mogura::tmpl {
namespace {

TEST(JsText, WritesNumbersAsJavaScriptDoes) {
  const std::pair<double, const char*> cases[] = {
      {0.0, "0"},
      {-0.0, "0"},
      {1.0, "1"},
      {-1.5, "-1.5"},
      {123456.0, "123456"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {0.000001, "0.000001"},
      {0.0000015, "0.0000015"},
      {1e-7, "1e-7"},
      {0.1 + 0.2, "0.30000000000000004"},
      {12345678901234567890.0, "12345678901234567000"},
      {std::numeric_limits<double>::denorm_min(), "5e-324"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"}};
  for (const auto& [number, text] : cases) EXPECT_EQ(js_number_text(number), text);
}

TEST(JsText, AgreesWithTheEngine) {
  const Evaluator evaluator;
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bits = random();
    double number;
    std::memcpy(&number, &bits, sizeof number);
    const Object scope{{"n", i % 2 == 0 ? Value(number) : Value(static_cast<std::int64_t>(bits))}};
    EXPECT_EQ(evaluator.evaluate("${n}", scope), evaluator.evaluate("${(n)}", scope)) << bits;
  }
  for (const char* json :
       {R"({"b":1,"10":2,"9":3,"01":4,"4294967294":5,"4294967295":6,"-1":7,"":8,"1.5":9})",
        R"([null,true,false,"\u0000\b\t\n\f\r\u001f\"\\\/é☃😀\u2028",[],{},[[{}]]])",
        R"({"toJSON":1,"__proto__":2,"constructor":3,"length":4})",
        R"([1.0,1e21,-0.0,1e400,0.1])"}) {
    const Object scope{{"v", value::parse_json(json)}};
    EXPECT_EQ(evaluator.evaluate("${v}", scope), evaluator.evaluate("${(v)}", scope)) << json;
  }
}

TEST(JsText, ConvertsBetweenUtf8AndCesu8) {
  const std::string utf8 = "a é ☃ 😀";
  const std::string cesu8 = "a é ☃ \xed\xa0\xbd\xed\xb8\x80";
  EXPECT_TRUE(is_plain_utf8("a é ☃"));
  EXPECT_FALSE(is_plain_utf8(utf8));
  EXPECT_FALSE(is_plain_utf8(cesu8));
  EXPECT_EQ(to_cesu8(utf8), cesu8);
  std::string back;
  append_utf8(back, cesu8);
  EXPECT_EQ(back, utf8);
  for (const char* invalid : {"\x80", "\xc0\x80", "\xe2\x98", "\xff", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(is_plain_utf8(invalid));
    EXPECT_THAT(to_cesu8(invalid), testing::StartsWith("\uFFFD"));
  }
  std::string halves;
  append_utf8(halves, "\xed\xa0\xbd-\xed\xb8\x80\xed");
  EXPECT_EQ(halves, "?-??");
}

}  // namespace
}  // namespace mogura::tmpl
