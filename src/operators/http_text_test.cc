#include "operators/http_text.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace mogura::operators {
namespace {

TEST(HttpText, PhrasesAreThoseOfTheLibrary) {
  EXPECT_EQ(status_phrase(500), "Server Error");
  EXPECT_EQ(status_phrase(404), "Not Found");
  EXPECT_EQ(status_phrase(302), "Found");
  EXPECT_EQ(status_phrase(599), "599");
}

TEST(HttpText, ReadsContentTypes) {
  struct Row {
    const char* header;
    const char* media_type;
    const char* charset;
  };
  const Row rows[] = {
      {"", "", "none"},
      {"Text/Plain", "text/plain", "none"},
      {"text/plain;charset=ISO-8859-1", "text/plain", "ISO-8859-1"},
      {" application/json ; Charset = \"utf-8\" ; x=y", "application/json", "utf-8"},
      {"text/plain; boundary=x; charset=us-ascii", "text/plain", "us-ascii"},
      {"text/plain; charset=", "text/plain", "none"},
      {"text/plain; charset", "text/plain", "none"},
      {";charset=x", "", "x"},
      {";;;", "", "none"},
  };
  for (const Row& row : rows) {
    const ContentType type = parse_content_type(row.header);
    EXPECT_EQ(type.media_type, row.media_type) << row.header;
    EXPECT_EQ(type.charset.value_or("none"), row.charset) << row.header;
  }
}

TEST(HttpText, DecodesCharsets) {
  EXPECT_EQ(decode_text("caf\xe9", "ISO-8859-1"), "café");
  EXPECT_EQ(decode_text("café", "utf-8"), "café");
  EXPECT_EQ(decode_text("abc", "US-ASCII"), "abc");
  EXPECT_EQ(decode_text({"\0a\0b", 4}, "UTF-16"), "ab");
  EXPECT_EQ(decode_text({"\xff\xfe"
                         "a\0b\0",
                         6},
                        "utf-16"),
            "ab");
  EXPECT_EQ(decode_text({"a\0", 2}, "UTF-16LE"), "a");
  EXPECT_EQ(decode_text("\x93\xfa", "Shift_JIS"), "日");
  EXPECT_EQ(decode_text(std::string(100'000, '\xe9'), "latin1").size(), 200'000u);
  EXPECT_EQ(decode_text("", "utf-8"), "");
  EXPECT_THROW(decode_text("x", "no-such-charset"), RuntimeError);
}

TEST(HttpText, BytesThatAreNoCharacterAreReplaced) {
  EXPECT_EQ(decode_text("a\xff"
                        "b",
                        "utf-8"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(decode_text("caf\xc3", "utf-8"), "caf\xef\xbf\xbd");
  EXPECT_EQ(decode_text("caf\xe9", "US-ASCII"), "caf\xef\xbf\xbd");
}

TEST(HttpText, CountsAsJavaDoes) {
  EXPECT_EQ(java_length(""), 0u);
  EXPECT_EQ(java_length("aé日"), 3u);
  EXPECT_EQ(java_length("😀"), 2u);
}

}  // namespace
}  // namespace mogura::operators
