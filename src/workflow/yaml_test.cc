#include "workflow/yaml.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "value/json.h"
#include "workflow/test_files.h"

namespace mogura::workflow {
namespace {

using testing::HasSubstr;

std::string json_of(std::string_view yaml) {
  return value::to_json(parse_yaml(yaml));
}

std::string yaml_error(std::string_view yaml) {
  return error_of([&] { parse_yaml(yaml); });
}

struct YamlExample {
  std::string yaml;
  std::string json;
};

class YamlScalarTest : public testing::TestWithParam<YamlExample> {};

TEST_P(YamlScalarTest, HasDigdagsType) {
  EXPECT_EQ(json_of(GetParam().yaml), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Booleans, YamlScalarTest,
    testing::Values(YamlExample{"[true, True, false, False]", "[true,true,false,false]"},
                    YamlExample{"[TRUE, yes, No, on, off, y, n, tRue]",
                                R"(["TRUE","yes","No","on","off","y","n","tRue"])"}));

INSTANTIATE_TEST_SUITE_P(
    Nulls, YamlScalarTest,
    testing::Values(YamlExample{"[~, null, Null, NULL]", "[null,null,null,null]"},
                    YamlExample{"a:", R"({"a":null})"}, YamlExample{"nULL", R"("nULL")"},
                    YamlExample{"", "null"}, YamlExample{"# only a comment\n", "null"}));

INSTANTIATE_TEST_SUITE_P(
    Integers, YamlScalarTest,
    testing::Values(YamlExample{"[1_000, +12, -0, 0, -7, 1__]", "[1000,12,0,0,-7,1]"},
                    YamlExample{"[010, 00, 0_7, -010]", "[8,0,7,-8]"},
                    YamlExample{"[08, 09, 0o7, 0x, 0b, _1, '12']",
                                R"(["08","09","0o7","0x","0b","_1","12"])"},
                    YamlExample{"[0b101, -0x1f, 0xFF_FF, +0b1]", "[5,-31,65535,1]"},
                    YamlExample{"9223372036854775807", "9223372036854775807"},
                    YamlExample{"-9223372036854775808", "-9223372036854775808"},
                    YamlExample{"9223372036854775808", "9223372036854775808"},
                    YamlExample{"-1_234567890123456789012", "-1234567890123456789012"},
                    YamlExample{"0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"},
                    YamlExample{"0x00000000000000000000001", "1"},
                    YamlExample{"-01000000000000000000000", "-9223372036854775808"}));

INSTANTIATE_TEST_SUITE_P(
    Floats, YamlScalarTest,
    testing::Values(
        YamlExample{"[1.5, 1., .5, -.5, 1e3, 1E-3, 1_.5, +2.5]",
                    "[1.5,1.0,0.5,-0.5,1000.0,0.001,1.5,2.5]"},
        YamlExample{"[1.10, 1e20, 1_0.2_5, 2.e2]", "[1.1,1.0E20,10.25,200.0]"},
        YamlExample{"[0.5, -0.5, 0.0, 09.5, 0:30.5]", R"(["0.5","-0.5","0.0","09.5","0:30.5"])"},
        YamlExample{"[1:30.5, 190:20:30.5, -1:30.]", "[90.5,685230.5,-90.0]"},
        YamlExample{"[1:30, 00:00:00, 10:00:00, 1:60.5, 1:123.5]",
                    R"(["1:30","00:00:00","10:00:00","1:60.5","1:123.5"])"},
        YamlExample{"[.inf, -.inf, +.INF, .Inf, .nan, .NaN, .NAN]",
                    R"(["Infinity","-Infinity","Infinity","Infinity","NaN","NaN","NaN"])"},
        YamlExample{"[1e, 1.2.3, ., .e1, 1e+, =, +, -.nan]",
                    R"(["1e","1.2.3",".",".e1","1e+","=","+","-.nan"])"},
        YamlExample{"[1e999, -1e999, 1e-999]", R"(["Infinity","-Infinity",0.0])"}));

INSTANTIATE_TEST_SUITE_P(
    Texts, YamlScalarTest,
    testing::Values(YamlExample{"[2015-01-01, 2015-01-01 10:20:30]",
                                R"(["2015-01-01","2015-01-01 10:20:30"])"},
                    YamlExample{"a: 2015-01-01T10:20:30Z", R"({"a":"2015-01-01T10:20:30Z"})"},
                    YamlExample{R"(["1", 'true', "~", '1.5'])", R"(["1","true","~","1.5"])"},
                    YamlExample{"'it''s \\n'", R"("it's \\n")"},
                    YamlExample{R"("\x41\u00e9\U0001F600\t\\/")", "\"A\u00e9\U0001F600\\t\\\\/\""},
                    YamlExample{"|\n a\n  b\n", R"("a\n b\n")"},
                    YamlExample{">-\n a\n b\n", R"("a b")"}));

INSTANTIATE_TEST_SUITE_P(
    ExplicitTags, YamlScalarTest,
    testing::Values(YamlExample{"[!!str 1, !!int '3', !!int 0x1F, !!float 3, !!float 0.5]",
                                R"(["1",3,31,3.0,0.5])"},
                    YamlExample{"[!!bool yes, !!bool Off, !!null x, ! '12']",
                                "[true,false,null,12]"},
                    YamlExample{"!!binary \"aGVs\\n bG8=\"", R"("aGVsbG8=")"},
                    YamlExample{"!!timestamp 2015-01-01T00:00:00Z", "1420070400000"},
                    YamlExample{"!!timestamp 2001-12-14t21:59:43.10-05:00", "1008385183100"},
                    YamlExample{"!!timestamp 2001-12-14 21:59:43.1 -5", "1008385183100"},
                    YamlExample{"!!timestamp 1970-1-2", "86400000"},
                    YamlExample{"!!set {a, b}", R"(["a","b"])"},
                    YamlExample{"!!omap [{b: 1}, {a: 2}]", R"({"b":1,"a":2})"},
                    YamlExample{"!!pairs [{a: 1}, {a: 2}]", R"([["a",1],["a",2]])"},
                    YamlExample{"!!map {a: !!seq [1]}", R"({"a":[1]})"}));

class YamlStructureTest : public testing::TestWithParam<YamlExample> {};

TEST_P(YamlStructureTest, IsComposed) {
  EXPECT_EQ(json_of(GetParam().yaml), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Keys, YamlStructureTest,
    testing::Values(YamlExample{"{b: 1, a: 2}", R"({"b":1,"a":2})"},
                    YamlExample{"1: x\ntrue: y\n0x10: z\n1e3: q\n2015-01-01: d",
                                R"({"1":"x","true":"y","16":"z","1000.0":"q","2015-01-01":"d"})"},
                    YamlExample{"{1: a, 0x1: b}", R"({"1":"b"})"},
                    YamlExample{"[a, {b: 1}]: x", R"({"[a, {b=1}]":"x"})"},
                    YamlExample{"${k}: v", R"({"${k}":"v"})"}));

INSTANTIATE_TEST_SUITE_P(
    Aliases, YamlStructureTest,
    testing::Values(YamlExample{"a: &x {p: [1]}\nb: *x", R"({"a":{"p":[1]},"b":{"p":[1]}})"},
                    YamlExample{"a: &x 1\nb: &x 2\nc: *x", R"({"a":1,"b":2,"c":2})"},
                    YamlExample{"a: &x k\n*x : v", R"({"a":"k","k":"v"})"}));

INSTANTIATE_TEST_SUITE_P(
    MergeKeys, YamlStructureTest,
    testing::Values(YamlExample{"b: &b {p: 1, q: 2}\nd: {z: 0, <<: *b, q: 9, y: 5}",
                                R"({"b":{"p":1,"q":2},"d":{"z":0,"p":1,"q":9,"y":5}})"},
                    YamlExample{"{q: 9, <<: {q: 1, r: 2}}", R"({"q":9,"r":2})"},
                    YamlExample{"<<: [{k: 1, a: 1}, {k: 2, b: 2}]", R"({"k":1,"a":1,"b":2})"},
                    YamlExample{"\"<<\": 2", R"({"<<":2})"}));

INSTANTIATE_TEST_SUITE_P(
    Files, YamlStructureTest,
    testing::Values(YamlExample{"%YAML 1.1\n---\n# c\na: 1 # d\n...\n", R"({"a":1})"},
                    YamlExample{"\xEF\xBB\xBF"
                                "a: 1",
                                R"({"a":1})"},
                    YamlExample{"a:\r\n  - x\r\n  - 'y\r\n    z'\r\n", R"({"a":["x","y z"]})"},
                    YamlExample{"a: x\xFF\xC3y\xED\xA0\x80z",
                                "{\"a\":\"x\uFFFD\uFFFDy\uFFFD\uFFFD\uFFFDz\"}"},
                    YamlExample{"a: \xE3\x81", "{\"a\":\"\uFFFD\"}"},
                    YamlExample{"!!str a#b", R"("a#b")"},
                    YamlExample{"a:\n- 1\n- - 2\n  - 3\n", R"({"a":[1,[2,3]]})"}));

struct YamlErrorExample {
  std::string yaml;
  std::string error;
};

INSTANTIATE_TEST_SUITE_P(
    Surrogates, YamlScalarTest,
    testing::Values(YamlExample{R"("a\ud83d\ude00b\uD834\uDD1E")", R"("a😀b𝄞")"},
                    YamlExample{R"({k: "\"\ud83d\ude00é\ud83d\ude00", "\uD83D\uDE00": 'x'})",
                                R"({"k":"\"😀é😀","😀":"x"})"},
                    YamlExample{"a: \"x\n  \\ud83d\\ude00\\\n  y\"\nb: \"\\ud83d\\ude00\"",
                                R"({"a":"x 😀y","b":"😀"})"},
                    // Where these characters are no escapes they stay.
                    YamlExample{R"(['\ud83d\ude00', \ud83d\ude00, "\\ud83d\\ude00"])",
                                R"(["\\ud83d\\ude00","\\ud83d\\ude00","\\ud83d\\ude00"])"},
                    YamlExample{
                        "a: |\n  {\"k\": \"\\ud83d\\ude00\"}\nb: \"\\ud83d\\ude00\" # \\ud83d\"",
                        R"({"a":"{\"k\": \"\\ud83d\\ude00\"}\n","b":"😀"})"}));

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(YamlColonTest, EndsAKeyBeforeAFlowIndicator) {
  EXPECT_EQ(json_of("{a:[1], b:{c:}, d: e:f}"), R"({"a":[1],"b":{"c":null},"d":"e:f"})");
  EXPECT_EQ(json_of("k: [http://x:80/y, a:,\n  b:[{c:[d]}]]"),
            R"({"k":["http://x:80/y",{"a":null},{"b":[{"c":["d"]}]}]})");
  EXPECT_EQ(json_of("{a:1}"), R"({"a:1":null})");
  EXPECT_EQ(json_of(R"({a: "\ud83d\ude00", b:["\ud83d\ude00"]})"), R"({"a":"😀","b":["😀"]})");
  EXPECT_THAT(yaml_error("k: {a:[1], b: ${v}}"), HasSubstr("but got {"));
  EXPECT_THAT(yaml_error("[" + std::string(1 << 20, ' ') + repeated("a:[],", 1000) + "]"),
              HasSubstr("too many keys without a blank"));
}

class YamlErrorTest : public testing::TestWithParam<YamlErrorExample> {};

TEST_P(YamlErrorTest, SaysWhatAndWhere) {
  EXPECT_EQ(yaml_error(GetParam().yaml), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, YamlErrorTest,
    testing::Values(
        YamlErrorExample{"a: ${v ? 'a' : 'b'}",
                         "mapping values are not allowed here in 'string', line 1, column 14 "
                         "(scanner)"},
        YamlErrorExample{"a:\n\tb: 1",
                         "found character '\\t(TAB)' that cannot start any token (indent with "
                         "blanks) in 'string', line 2, column 1 (scanner)"},
        YamlErrorExample{"a: @home",
                         "found character '@' that cannot start any token in 'string', line 1, "
                         "column 4 (scanner)"},
        YamlErrorExample{"a: 'x\nb: 1\n",
                         "while scanning a quoted scalar (line 1, column 4): found unexpected end "
                         "of stream in 'string', line 3, column 1 (scanner)"},
        YamlErrorExample{"{x: ${v}}",
                         "while parsing a flow mapping: expected ',' or '}', but got { in "
                         "'string', line 1, column 6 (parser)"},
        YamlErrorExample{"[a b",
                         "while parsing a flow sequence (line 1, column 1): expected ',' or ']', "
                         "but got <stream end> in 'string', line 2, column 1 (parser)"},
        YamlErrorExample{"[a, , b]",
                         "while parsing a flow node: expected the node content, but found ',' in "
                         "'string', line 1, column 5 (parser)"},
        YamlErrorExample{"a: 'x' y",
                         "while parsing a block mapping: expected <block end>, but found "
                         "'<scalar>' in 'string', line 1, column 8 (parser)"},
        YamlErrorExample{"- a\nb: 1",
                         "while parsing a block collection (line 1, column 1): expected <block "
                         "end>, but found '?' in 'string', line 2, column 1 (parser)"},
        YamlErrorExample{"a:\n    b: 1\n  c: 2",
                         "while parsing a block mapping (line 1, column 1): expected <block end>, "
                         "but found '<block mapping start>' in 'string', line 3, column 3 "
                         "(parser)"},
        YamlErrorExample{"a: - b",
                         "sequence entries are not allowed here in 'string', line 1, column 4 "
                         "(scanner)"},
        YamlErrorExample{"a: \"\u00e9\\\\ \\/\"",
                         "found unknown escape character /(47) in 'string', line 1, column 4 "
                         "(scanner)"},
        YamlErrorExample{R"(a: "x\'")",
                         "while parsing a quoted scalar: found unknown escape character '(39) in "
                         "'string', line 1, column 6 "
                         "(scanner)"},
        YamlErrorExample{"a: \"\\ud83d\\ude00\"\nb: \"x\\ud83d\"",
                         "while parsing a quoted scalar: found invalid Unicode character escape "
                         "code in 'string', line 2, column 8 (scanner)"},
        YamlErrorExample{"a: \"\\ude00\\ud83d\"",
                         "while parsing a quoted scalar: found invalid Unicode character escape "
                         "code in 'string', line 1, column 7 (scanner)"},
        YamlErrorExample{"a: \"\\\\ud83d\\ude00\"",
                         "while parsing a quoted scalar: found invalid Unicode character escape "
                         "code in 'string', line 1, column 14 (scanner)"},
        YamlErrorExample{std::string("a: 1\nb: x\0y", 11),
                         "special characters are not allowed: U+0000 in 'string', line 2, column 5 "
                         "(reader)"},
        YamlErrorExample{"a: 1\n---\nb: 2\n",
                         "expected a single document in the stream but found another document in "
                         "'string', line 2, column 1 (composer)"}));

TEST(RepeatedKeysTest, AreNamedOrTheLastOneCounts) {
  try {
    parse_yaml("{b: 1, a: 1, b: 2, a: 2}");
    FAIL();
  } catch (const RepeatedKeysError& error) {
    EXPECT_THAT(error.keys(), testing::ElementsAre("b", "a"));
  }
  const Value last = parse_yaml("{b: 1, a: 1, b: {c: 2, c: 3}}", "x", RepeatedKeys::last_wins);
  EXPECT_EQ(value::to_json(last), R"({"b":{"c":3},"a":1})");
}

INSTANTIATE_TEST_SUITE_P(
    Structure, YamlErrorTest,
    testing::Values(
        YamlErrorExample{"{a: 1, a: 2}", "Duplicated keys: [a] (constructor)"},
        YamlErrorExample{"{1: x, '1': y, b: 0, b: 1, b: 2}",
                         "Duplicated keys: [1, b] (constructor)"},
        YamlErrorExample{"{<<: {a: 1}, <<: {b: 1}}", "Duplicated keys: [<<] (constructor)"},
        YamlErrorExample{"~: x",
                         "a key must not be null in 'string', line 1, column 1 (constructor)"},
        YamlErrorExample{"a: *x",
                         "found undefined alias x in 'string', line 1, column 4 (composer)"},
        YamlErrorExample{"a: &a\n  b: *a",
                         "alias a stands within the node that it names in 'string', line 2, column "
                         "6 (composer)"},
        YamlErrorExample{"<<: text",
                         "expected a mapping or list of mappings for merging, but found scalar in "
                         "'string', line 1, column 5 (constructor)"},
        YamlErrorExample{"<<: [{a: 1}, [x]]",
                         "expected a mapping for merging, but found sequence in 'string', line 1, "
                         "column 5 (constructor)"},
        YamlErrorExample{"v: <<",
                         "could not determine a constructor for the tag tag:yaml.org,2002:merge in "
                         "'string', line 1, column 4 (constructor)"},
        YamlErrorExample{"a: !foo bar",
                         "could not determine a constructor for the tag !foo in 'string', line 1, "
                         "column 4 (constructor)"},
        YamlErrorExample{"!include : f",
                         "could not determine a constructor for the tag !include in 'string', line "
                         "1, column 1 (constructor)"},
        YamlErrorExample{"!!str [a]",
                         "could not determine a constructor for the tag tag:yaml.org,2002:str in "
                         "'string', line 1, column 1 (constructor)"},
        YamlErrorExample{"!!int x",
                         "For input string: \"x\" in 'string', line 1, column 1 (constructor)"},
        YamlErrorExample{"!!float 1-2",
                         "For input string: \"1-2\" in 'string', line 1, column 1 (constructor)"},
        YamlErrorExample{"0x_",
                         "For input string: \"\" in 'string', line 1, column 1 (constructor)"},
        YamlErrorExample{"!!bool maybe",
                         "expected a boolean, but found maybe in 'string', line 1, column 1 "
                         "(constructor)"},
        YamlErrorExample{"!!binary 'a*='",
                         "Illegal character in Base64 encoded data. in 'string', line 1, column 1 "
                         "(constructor)"},
        YamlErrorExample{"!!timestamp 2015-02-30",
                         "unexpected timestamp: 2015-02-30 in 'string', line 1, column 1 "
                         "(constructor)"},
        YamlErrorExample{"!!omap [{a: 1, b: 2}]",
                         "expected a single mapping item, but found 2 items in 'string', line 1, "
                         "column 1 (constructor)"},
        YamlErrorExample{"!!pairs [x]",
                         "expected a mapping of length 1, but found scalar in 'string', line 1, "
                         "column 1 (constructor)"}));

TEST(YamlLimitsTest, RefusesDeepNesting) {
  const std::string allowed = repeated("[", kMaxYamlDepth) + repeated("]", kMaxYamlDepth);
  EXPECT_EQ(yaml_error(allowed), "");
  EXPECT_THAT(yaml_error("[" + allowed + "]"), HasSubstr("nested deeper than 256 levels"));
  EXPECT_THAT(yaml_error(repeated("[", 1'000'000)), HasSubstr("nested deeper than 256 levels"));
  EXPECT_THAT(yaml_error("\"\\ud83d\\ude00\": " + repeated("[", 1'000'000)),
              HasSubstr("nested deeper than 256 levels"));
  EXPECT_THAT(yaml_error(repeated("- ", 100'000)), HasSubstr("nested deeper than 256 levels"));
}

TEST(YamlLimitsTest, RefusesNestingThatOnlyAliasesMakeDeep) {
  std::string yaml = "a0: &a0 x\n";
  for (int i = 1; i <= kMaxYamlDepth; ++i) yaml += fmt::format("a{}: &a{} [*a{}]\n", i, i, i - 1);
  EXPECT_THAT(yaml_error(yaml), HasSubstr("nested deeper than 256 levels"));
}

TEST(YamlLimitsTest, RefusesAliasesThatMultiply) {
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    yaml += fmt::format("a{0}: &a{0} [{1}]\n", i, repeated(fmt::format("*a{}, ", i - 1), 10));
  }
  EXPECT_THAT(yaml_error(yaml), HasSubstr("more than 2000000 values"));
}

TEST(YamlLimitsTest, RefusesTextThatMultiplies) {
  const std::string yaml =
      "a: &a " + std::string(1'000'000, 'x') + "\nb: [" + repeated("*a, ", 1000) + "]\n";
  EXPECT_THAT(yaml_error(yaml), HasSubstr("bytes of text"));
}

TEST(YamlLimitsTest, RefusesKeysThatMultiply) {
  const std::string yaml =
      "a: &a " + std::string(10'000, 'x') + "\n? [" + repeated("*a, ", 1000) + "]\n: 1\n";
  EXPECT_THAT(yaml_error(yaml), HasSubstr("a key is longer than 65536 bytes"));
}

TEST(YamlLimitsTest, RefusesLargeTexts) {
  EXPECT_THAT(yaml_error("a: " + std::string(kMaxYamlBytes, 'x')),
              HasSubstr("'string' is larger than 67108864 bytes"));
}

TEST(YamlLimitsTest, ReadsLongLines) {
  const std::string line(2'000'000, 'x');
  EXPECT_EQ(parse_yaml("a: " + line).as_object().find("a")->as_text(), line);
}

TEST(YamlLimitsTest, RefusesLongNumbersOfOtherRadix) {
  EXPECT_THAT(yaml_error("0x" + std::string(10'001, 'f')), HasSubstr("more than 10000 digits"));
  EXPECT_EQ(json_of("0x1" + std::string(8000, '0')).size(), 9633u);
}

TEST(YamlLimitsTest, AnAliasSharesWhatItNames) {
  const Value root = parse_yaml("a: &a {k: v}\nb: *a");
  EXPECT_TRUE(root.as_object().find("a")->same_as(*root.as_object().find("b")));
}

}  // namespace
}  // namespace mogura::workflow
