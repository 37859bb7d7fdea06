#include "value/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace mogura::value {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

Properties parsed(std::string_view text) {
  return parse_properties(text, PropertiesEncoding::latin1);
}

struct PropertyCase {
  const char* text;
  Properties properties;
};

const PropertyCase kPropertyCases[] = {
    {"key=value\nkey: value\nkey value\n", {{"key", "value"}, {"key", "value"}, {"key", "value"}}},
    {"  key \t = \f value  \n", {{"key", "value  "}}},
    {"# comment\n ! comment\n\n  \t\nk=v # none\n", {{"k", "v # none"}}},
    {"k = = v\nk : = v\nk==v\n", {{"k", "= v"}, {"k", "= v"}, {"k", "=v"}}},
    {"k=a\\\n    b\\\r\n\tc\nnext=1", {{"k", "abc"}, {"next", "1"}}},
    {"k=a\\\\\nl=b", {{"k", "a\\"}, {"l", "b"}}},
    {"k=a\\\\\\\n  b", {{"k", "a\\b"}}},
    {"k=a\\", {{"k", "a"}}},
    {"k=a\\\n# b\n", {{"k", "a# b"}}},
    {"k=a\\\n\nl=b\n", {{"k", "a"}, {"l", "b"}}},
    {"\\\n  k=v", {{"k", "v"}}},
    {"#c\\\nk=v", {{"k", "v"}}},
    {"a\\=b=c\na\\:b=c\na\\ b c\n", {{"a=b", "c"}, {"a:b", "c"}, {"a b", "c"}}},
    {"k=\\t\\n\\r\\f\\\\\\q\\\"", {{"k", "\t\n\r\f\\q\""}}},
    {"k=\\u00e9\\u9F20\\ud83d\\ude00\\ud83dx", {{"k", "é鼠😀\uFFFDx"}}},
    {"\\u006b=v", {{"k", "v"}}},
    {"key", {{"key", ""}}},
    {"=v", {{"", "v"}}},
    {"k=1\rk=2\r\nk=3", {{"k", "1"}, {"k", "2"}, {"k", "3"}}},
    {"k=\xE9", {{"k", "é"}}},
    {"", {}},
    {"\n\r\n \\", {{"", ""}}},
};

TEST(Properties, ReadsJavasFormat) {
  for (const PropertyCase& row : kPropertyCases)
    EXPECT_EQ(parsed(row.text), row.properties) << row.text;
}

TEST(Properties, ReadsUtf8Text) {
  EXPECT_EQ(parse_properties("k=鼠\nl=\xFF", PropertiesEncoding::utf8),
            (Properties{{"k", "鼠"}, {"l", "\uFFFD"}}));
}

TEST(Properties, RefusesMalformedEscapes) {
  for (const char* text : {"k=\\u12", "k=\\u12g4", "k=\\u-123", "\\uZZZZ=v", "k=\\ud83d\\u12"}) {
    try {
      parsed(text);
      ADD_FAILURE() << "accepted " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.text(), "line 1: Malformed \\uxxxx encoding. (illegal argument)");
    }
  }
}

TEST(Properties, NamesTheLineOfAnError) {
  for (const char* text :
       {"# c\n\na=1\nk=\\u12\n", "a=1\r\n\r\rk=\\u12", "\na=1\\\n2\nk=\\\n\\u12"}) {
    try {
      parsed(text);
      ADD_FAILURE() << "accepted " << text;
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), testing::StartsWith("line 4: ")) << text;
    }
  }
}

TEST(Properties, BearsLongInput) {
  std::string text = "k=";
  for (int i = 0; i < 100'000; ++i) text += "x\\\n";
  EXPECT_EQ(parsed(text).front().second.size(), 100'000u);
}

}  // namespace
}  // namespace mogura::value
