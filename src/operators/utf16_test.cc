#include "operators/utf16.h"

#include <gtest/gtest.h>

namespace mogura::operators {
namespace {

TEST(Utf16, GoesThereAndBack) {
  for (const std::string_view text : {"", "plain", "é", "日本語", "𝄞 clef", "a𝄞"}) {
    EXPECT_EQ(utf8(utf16(text)), text);
  }
  EXPECT_EQ(utf16("𝄞").size(), 2u);
}

TEST(Utf16, ReplacesWhatIsNoCharacter) {
  EXPECT_EQ(utf16("\xFFx"), u"\uFFFDx");
  EXPECT_EQ(utf16("\xC3"), u"\uFFFD");                   // cut
  EXPECT_EQ(utf16("\xC0\x80"), u"\uFFFD\uFFFD");         // overlong
  EXPECT_EQ(utf16("\xED\xA0\x80").front(), 0xFFFD);      // surrogate
  EXPECT_EQ(utf16("\xF5\x80\x80\x80").front(), 0xFFFD);  // beyond Unicode
}

TEST(Utf16, WritesHalfAPairAsAQuestionMark) {
  const std::u16string units = utf16("a𝄞");
  EXPECT_EQ(utf8(units.substr(0, 2)), "a?");
  EXPECT_EQ(utf8(units.substr(2)), "?");
}

}  // namespace
}  // namespace mogura::operators
