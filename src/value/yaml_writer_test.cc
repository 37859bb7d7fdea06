#include "value/yaml_writer.h"

#include <gtest/gtest.h>

#include "value/json.h"

namespace mogura::value {
namespace {

struct YamlCase {
  const char* json;
  const char* yaml;
};

const YamlCase kYamlCases[] = {
    {"{}", "{}\n"},
    {"[]", "[]\n"},
    {"null", "null\n"},
    {R"("x")", "\"x\"\n"},
    {R"({"n":1,"f":1.5,"l":[1,"x",{"k":"v"}],"o":{"a":true,"e":{}},"z":null})",
     "\"n\": 1\n"
     "f: 1.5\n"
     "l:\n"
     "- 1\n"
     "- \"x\"\n"
     "- k: \"v\"\n"
     "o:\n"
     "  a: true\n"
     "  e: {}\n"
     "z: null\n"},
    {R"({"deep":{"er":[{"a":1,"b":[[1,2],[],[{}]]}]}})",
     "deep:\n"
     "  er:\n"
     "  - a: 1\n"
     "    b:\n"
     "    - - 1\n"
     "      - 2\n"
     "    - []\n"
     "    - - {}\n"},
    {R"([1,[2,{"k":[]}]])",
     "- 1\n"
     "- - 2\n"
     "  - k: []\n"},
    {R"({"t":"two\nlines","q":"it\"s","b":"a\\b","tab":"\t","e":""})",
     "t: \"two\\nlines\"\n"
     "q: \"it\\\"s\"\n"
     "b: \"a\\\\b\"\n"
     "tab: \"\\t\"\n"
     "e: \"\"\n"},
    {R"({"c":"\u0000\u0001\u0007\u001b\u007f\u0080\u0085\u00a0\u2028\ufeff\uffff"})",
     "c: \"\\0\\x01\\a\\e\\x7f\\x80\\N\\_\\L\xEF\xBB\xBF\\uffff\"\n"},
    {R"({"u":"é鼠😀"})", "u: \"é鼠\\U0001f600\"\n"},
    {R"({"big":123456789012345678901234567890,"real":1e7,"whole":2.0})",
     "big: 123456789012345678901234567890\n"
     "real: 1.0E7\n"
     "whole: 2.0\n"},
};

TEST(YamlWriter, WritesBlocks) {
  for (const YamlCase& row : kYamlCases) {
    EXPECT_EQ(to_yaml(parse_json(row.json)), row.yaml) << row.json;
  }
}

struct KeyCase {
  const char* key;
  const char* written;
};

const KeyCase kKeyCases[] = {
    {"plain", "plain"},
    {"a b", "a b"},
    {"a:b", "a:b"},
    {"a>", "a>"},
    {"é", "é"},
    {"a#", "a#"},
    {"a-b", "a-b"},
    {"q'q", "q'q"},
    {"a, b", "a, b"},
    {"_x", "_x"},
    {"=", "="},
    {"<<", "<<"},
    {"?x", "?x"},
    {"😀", "😀"},
    {"a?", "a?"},
    {":a", ":a"},
    {"nope", "nope"},
    {"+a", "\"+a\""},
    {"1", "\"1\""},
    {"1.5", "\"1.5\""},
    {"true", "\"true\""},
    {"True", "\"True\""},
    {"FALSE", "\"FALSE\""},
    {"yes", "\"yes\""},
    {"Yes", "\"Yes\""},
    {"no", "\"no\""},
    {"on", "\"on\""},
    {"off", "\"off\""},
    {"y", "\"y\""},
    {"N", "\"N\""},
    {"null", "\"null\""},
    {"~", "\"~\""},
    {"~x", "\"~x\""},
    {"-x", "\"-x\""},
    {"0x1", "\"0x1\""},
    {".5", "\".5\""},
    {"2020-01-01", "\"2020-01-01\""},
    {"", "\"\""},
    {"a\nb", "\"a\\nb\""},
    {"a\tb", "\"a\\tb\""},
    {"\x01", "\"\\x01\""},
    {"*a", "'*a'"},
    {"&a", "'&a'"},
    {"!a", "'!a'"},
    {"?", "'?'"},
    {"? a", "'? a'"},
    {"@a", "'@a'"},
    {"%a", "'%a'"},
    {"{a", "'{a'"},
    {"[a", "'[a'"},
    {"#a", "'#a'"},
    {"|a", "'|a'"},
    {">a", "'>a'"},
    {"`a", "'`a'"},
    {"'a", "'''a'"},
    {"\"a", "'\"a'"},
    {"a: b", "'a: b'"},
    {"a:", "'a:'"},
    {":", "':'"},
    {" a", "' a'"},
    {"a ", "'a '"},
    {"a #b", "'a #b'"},
    {"a: 'b'", "'a: ''b'''"},
};

TEST(YamlWriter, QuotesKeysThatNeedIt) {
  for (const KeyCase& row : kKeyCases) {
    EXPECT_EQ(to_yaml(Object{{row.key, 1}}), std::string(row.written) + ": 1\n");
  }
}

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += (i == 0 ? "" : " ") + std::string(9, static_cast<char>('a' + i));
  }
  return text;
}

TEST(YamlWriter, FoldsLongTexts) {
  const Value value =
      Object{{"long", words(14)}, {"deep", Object{{"er", Array{Object{{"text", words(9)}}}}}}};
  EXPECT_EQ(to_yaml(value),
            "long: \"" + words(8) + "\\\n" +
                "  \\ iiiiiiiii jjjjjjjjj kkkkkkkkk lllllllll mmmmmmmmm nnnnnnnnn\"\n"
                "deep:\n"
                "  er:\n"
                "  - text: \"" +
                words(8) + "\\\n" + "      \\ iiiiiiiii\"\n");
}

TEST(YamlWriter, FoldsInListsAndAtTheRoot) {
  EXPECT_EQ(to_yaml(words(9)), "\"" + words(8) + " iiiiiiiii\"\n");
  EXPECT_EQ(to_yaml(words(10)), "\"" + words(9) + "\\\n  \\ jjjjjjjjj\"\n");
  EXPECT_EQ(to_yaml(Array{words(10)}), "- \"" + words(8) + "\\\n  \\ iiiiiiiii jjjjjjjjj\"\n");
}

TEST(YamlWriter, KeepsUnbrokenTextsWhole) {
  const std::string unbroken(300, 'x');
  EXPECT_EQ(to_yaml(Object{{"k", unbroken}}), "k: \"" + unbroken + "\"\n");
}

TEST(YamlWriter, FoldsBehindUnusualCharacters) {
  const std::string wide = "鼠";
  std::string text;
  for (int i = 0; i < 100; ++i) text += wide;
  // Columns 4 to 81 hold 78 characters.
  std::string expected = "k: \"";
  for (int i = 0; i < 100; ++i) expected += i == 78 ? "\\\n  " + wide : wide;
  EXPECT_EQ(to_yaml(Object{{"k", text}}), expected + "\"\n");

  const std::string lines = std::string(77, 'x') + "\n y";
  EXPECT_EQ(to_yaml(Object{{"k", lines}}), "k: \"" + std::string(77, 'x') + "\\n\\\n  \\ y\"\n");
}

TEST(YamlWriter, ReplacesInvalidUtf8) {
  EXPECT_EQ(to_yaml(Object{{"k", "a\xFFz\xE9\x80"}}), "k: \"a\xEF\xBF\xBDz\xEF\xBF\xBD\"\n");
  EXPECT_EQ(to_yaml(Object{{"\xC0\xAF", 1}}), "\xEF\xBF\xBD\xEF\xBF\xBD: 1\n");
  EXPECT_EQ(to_yaml("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"\n");
}

TEST(YamlWriter, BearsDeepValues) {
  Value value = 1;
  for (int i = 0; i < 500; ++i)
    value = i % 2 == 0 ? Value(Array{value}) : Value(Object{{"k", value}});
  EXPECT_GT(to_yaml(value).size(), 500u);
}

}  // namespace
}  // namespace mogura::value
