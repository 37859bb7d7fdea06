#include "value/utf8.h"

#include <gtest/gtest.h>

namespace mogura::value {
namespace {

TEST(Utf8, KeepsCharacters) {
  const std::string text = "a\u00e9\u9f20\U0001f600\U0010ffff";
  EXPECT_EQ(valid_utf8(text), text);
  std::string_view rest = "\U0001f600x";
  EXPECT_EQ(take_character(rest), U'\U0001f600');
  EXPECT_EQ(rest, "x");
}

TEST(Utf8, ReplacesEachByteThatIsNoCharacter) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(valid_utf8("a\xFFz"), "a" + r + "z");
  EXPECT_EQ(valid_utf8("\x80"), r);
  EXPECT_EQ(valid_utf8("\xC0\xAF"), r + r);                  // overlong '/'
  EXPECT_EQ(valid_utf8("\xE0\x80\x80"), r + r + r);          // overlong NUL
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), r + r + r + r);  // beyond U+10FFFF
  EXPECT_EQ(valid_utf8("\xE9\x80"), r + r);                  // cut off
  EXPECT_EQ(valid_utf8("\xF0\x9F\x98x"), r + r + r + "x");
}

}  // namespace
}  // namespace mogura::value
