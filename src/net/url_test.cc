#include "net/url.h"

#include <gtest/gtest.h>

namespace mogura::net {
namespace {

TEST(Url, HasThePartsAsTheyWereWritten) {
  const auto url = parse_url("HTTP://me:p%40w@Example.com:8080/a%20b/../c?x=1&y=%26?#top?");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "http");
  EXPECT_EQ(url->user_info, "me:p%40w");
  EXPECT_EQ(url->host, "Example.com");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->path, "/a%20b/../c");
  EXPECT_EQ(url->query, "x=1&y=%26?");
  EXPECT_EQ(url->fragment, "top?");
}

TEST(Url, TextIsWhatWasParsed) {
  for (const std::string text :
       {"http://h", "https://h/", "http://h?q", "http://h#f", "http://u@h:1/p?#",
        "http://[::1]:80/", "http://[fe80::1]", "http://例え.jp/道?質=問"}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(to_text(*url), text);
  }
}

TEST(Url, DefaultPortsAreThoseOfTheScheme) {
  EXPECT_EQ(parse_url("http://h")->effective_port(), 80);
  EXPECT_EQ(parse_url("https://h:/x")->effective_port(), 443);
  EXPECT_EQ(parse_url("https://h:8443")->effective_port(), 8443);
}

TEST(Url, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "Expected http or https"},
      {"example.com/x", "Expected http or https"},
      {"ftp://h/", "Expected http or https"},
      {"file:///etc/passwd", "Expected http or https"},
      {"://h", "Expected http or https"},
      {"http://", "Expected a host"},
      {"http://:80/", "Expected a host"},
      {"http://u@/", "Expected a host"},
      {"http://local host/", "Illegal character in authority at index 7"},
      {"http://h/a b", "Illegal character in path at index 10"},
      {"http://h/\r\nX: y", "Illegal character in path at index 9"},
      {"http://h/?a={b}", "Illegal character in query at index 12"},
      {"http://h/?a=\"", "Illegal character in query at index 12"},
      {"http://h/#a b", "Illegal character in fragment at index 11"},
      {"http://h/%4", "Malformed escape pair at index 9"},
      {"http://h/%zz", "Malformed escape pair at index 9"},
      {"http://h:x/", "Illegal port"},
      {"http://h:65536/", "Illegal port"},
      {"http://h:-1/", "Illegal port"},
      {"http://[::1/", "Expected closing bracket for IPv6 address"},
      {"http://[::1]x/", "Illegal port"},
  };
  for (const auto& [text, problem] : cases) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error(), problem) << text;
  }
}

TEST(Form, EncodesAllButLettersDigitsAndFourMarks) {
  EXPECT_EQ(form_encode("a.b-c*d_e Z9"), "a.b-c*d_e+Z9");
  EXPECT_EQ(form_encode("& ?~/+%é"), "%26+%3F%7E%2F%2B%25%C3%A9");
  EXPECT_EQ(form_encode(std::string("\0\n", 2)), "%00%0A");
}

TEST(Form, DecodingUndoesEncoding) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(form_decode(form_encode(all)), all);
  EXPECT_EQ(form_decode("100%+a%2+%"), "100% a%2 %");
}

}  // namespace
}  // namespace mogura::net
