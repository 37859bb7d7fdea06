#include "operators/mime_encoding.h"

#include <gtest/gtest.h>

#include "base/base64.h"

namespace mogura::operators {
namespace {

TEST(MimeEncoding, Base64) {
  EXPECT_EQ(base64_lines(std::string(58, '\0')), std::string(76, 'A') + "\r\nAA==\r\n");
  EXPECT_EQ(base64_lines(""), "");
}

TEST(MimeEncoding, QuotedPrintable) {
  EXPECT_EQ(quoted_printable("a=b é\r\n"), "a=3Db =C3=A9\r\n");
  EXPECT_EQ(quoted_printable("blank \r\ntab\t"), "blank=20\r\ntab=09");
  EXPECT_EQ(quoted_printable("lone\rreturn\n"), "lone=0Dreturn=0A");
  EXPECT_EQ(quoted_printable(std::string(80, 'x')),
            std::string(75, 'x') + "=\r\n" + std::string(5, 'x'));
}

TEST(MimeEncoding, HeaderTextIsPlainWherePossible) {
  EXPECT_EQ(header_text("Plain, \"text\" = 1?"), "Plain, \"text\" = 1?");
  EXPECT_EQ(header_text("a\r\nBcc: b\n"), "a  Bcc: b ");
  EXPECT_EQ(header_text("=?x"), "=?UTF-8?B?PT94?=");
  EXPECT_EQ(header_text("é"), "=?UTF-8?B?w6k=?=");
}

TEST(MimeEncoding, EncodedWordsAreShortAndEndWithACharacter) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "日";  // three bytes each
  const std::string words = "x" + text;
  const std::string encoded = header_text(words);
  for (std::size_t at = 0; at < encoded.size();) {
    const std::size_t end = std::min(encoded.find("\r\n ", at), encoded.size());
    EXPECT_LE(end - at, 75u);
    // Base64 of whole characters only: 13 of them after the first word's x.
    const std::string word = encoded.substr(at, end - at);
    if (at > 0 && end < encoded.size()) {
      EXPECT_EQ(word, "=?UTF-8?B?" + to_base64(text.substr(0, 39)) + "?=");
    }
    at = end + 3;
  }
}

TEST(MimeEncoding, Latin1HasQuestionMarksForWhatItLacks) {
  EXPECT_EQ(latin1("aé日😀z"), "a\xe9??z");
}

}  // namespace
}  // namespace mogura::operators
