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

TEST(Utf8, ReplacesWhatIsNoCharacterAsJavaDoes) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(valid_utf8("a\xFFz"), "a" + r + "z");
  EXPECT_EQ(valid_utf8("\x80"), r);
  EXPECT_EQ(valid_utf8("\xC0\xAF"), r + r);                  // overlong '/'
  EXPECT_EQ(valid_utf8("\xE0\x80\x80"), r + r + r);          // overlong NUL
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), r + r + r + r);  // beyond U+10FFFF
  EXPECT_EQ(valid_utf8("\xE9\x80"), r);                      // cut off
  EXPECT_EQ(valid_utf8("\xF0\x9F\x98x\xF0\x9Fy"), r + "x" + r + "y");
}

TEST(Utf8, DecodesSurrogatesOfCesu8) {
  const std::string_view text = "\xED\xA0\xBD\xED\xB8\x80";
  const Decoded high = decode(text, 0);
  const Decoded low = decode(text, high.bytes);
  EXPECT_EQ(high.bytes + low.bytes, text.size());
  ASSERT_TRUE(is_high_surrogate(high.character) && is_low_surrogate(low.character));
  const char32_t joined = join_surrogates(high.character, low.character);
  EXPECT_EQ(joined, U'\U0001f600');
  EXPECT_EQ(high_surrogate(joined), high.character);
  EXPECT_EQ(low_surrogate(joined), low.character);
  std::string written;
  append_utf8(written, high.character);
  append_utf8(written, low.character);
  EXPECT_EQ(written, text);
}

TEST(Utf8, CountsAsJavaDoes) {
  EXPECT_EQ(code_points("aé😀\xFF"), U"aé😀\uFFFD");
  EXPECT_EQ(utf16_length("aé鼠😀"), 5u);
  EXPECT_EQ(utf16_length(""), 0u);
}

}  // namespace
}  // namespace mogura::value
