#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mogura::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const OptionTable& sample_options() {
  static const OptionTable table = {
      {.names = {"-a", "--rerun", "--all"}},
      {.names = {"-s", "--start"}, .kind = OptionKind::text},
      {.names = {"-n", "--port"}, .kind = OptionKind::integer},
      {.names = {"--last-id"}, .kind = OptionKind::long_integer},
      {.names = {"--basic-auth"}, .kind = OptionKind::credentials},
      {.names = {"-p", "--param"}, .kind = OptionKind::pairs},
      {.names = {"--set"}, .kind = OptionKind::words},
      {.names = {"-X"}, .kind = OptionKind::property},
      {.names = {"--fancy"}, .mogura_only = true},
  };
  return table;
}

Arguments parse(const std::vector<std::string>& words, Face face = Face::digdag) {
  return parse_arguments(words, {&sample_options()}, face);
}

std::string error_of(const std::vector<std::string>& words, Face face = Face::digdag) {
  try {
    parse(words, face);
  } catch (const ArgumentError& error) {
    return error.message();
  }
  return "";
}

TEST(ArgumentsTest, MixesOptionsAndPositionals) {
  const Arguments arguments = parse({"main.dig", "-s", "+a", "+b", "-a"});
  EXPECT_THAT(arguments.positionals(), ElementsAre("main.dig", "+b"));
  EXPECT_EQ(arguments.text("--start"), "+a");
  EXPECT_TRUE(arguments.has("--all"));
  EXPECT_FALSE(arguments.has("-n"));
}

TEST(ArgumentsTest, TakesTheNextWordAsValueWhateverItLooksLike) {
  EXPECT_EQ(parse({"-s", "-a"}).text("-s"), "-a");
  EXPECT_EQ(parse({"-s", "--", "x"}).text("-s"), "x");
  EXPECT_EQ(parse({"-s", "--nosuch"}).text("-s"), "--nosuch");
}

TEST(ArgumentsTest, EndsOptionsAtTwoDashes) {
  EXPECT_THAT(parse({"--", "-s", "x", "--"}).positionals(), ElementsAre("-s", "x", "--"));
  EXPECT_THAT(parse({"x", "--"}).positionals(), ElementsAre("x"));
}

TEST(ArgumentsTest, TrimsWordsAndDropsEmptyOnes) {
  EXPECT_THAT(parse({"", " a ", "\"b c\"", "  ", "'d'", "x\"y\""}).positionals(),
              ElementsAre("a", "b c", "", "'d'", "x\"y\""));
  EXPECT_EQ(parse({"-s", " \"a=b c\" "}).text("-s"), "a=b c");
  EXPECT_EQ(parse({"-s", ""}).text("-s"), "");
}

TEST(ArgumentsTest, SplitsPairsAtCommas) {
  EXPECT_THAT(parse({"-p", "a=1,b=2"}).pairs("-p"), ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(parse({"-p", "a=x,y"}).pairs("-p"), ElementsAre(Pair("a", "x,y")));
  EXPECT_THAT(parse({"-p", "a=x,,y,"}).pairs("-p"), ElementsAre(Pair("a", "x,,y")));
  EXPECT_THAT(parse({"-p", "a=", "--param", "a=b=c d"}).pairs("-p"),
              ElementsAre(Pair("a", ""), Pair("a", "b=c d")));
  EXPECT_THAT(parse({"-p", "=,"}).pairs("-p"), ElementsAre(Pair("", "")));
}

TEST(ArgumentsTest, CollectsWordsUpToTheNextOption) {
  EXPECT_THAT(parse({"--set", "a=1", "b", "-a"}).words("--set"), ElementsAre("a=1", "b"));
  EXPECT_THAT(parse({"--set", "k=a,b", "--set", "c,"}).words("--set"),
              ElementsAre("k=a", "b", "c"));
  EXPECT_THAT(parse({"--set", "-a"}).words("--set"), IsEmpty());
  EXPECT_TRUE(parse({"--set", "-a"}).has("-a"));
}

TEST(ArgumentsTest, JoinsOrSeparatesProperties) {
  EXPECT_THAT(parse({"-Xa=b=c", "-X", "d=", "-X", "a=2"}).pairs("-X"),
              ElementsAre(Pair("a", "b=c"), Pair("d", ""), Pair("a", "2")));
}

TEST(ArgumentsTest, ReadsNumbers) {
  EXPECT_EQ(parse({"-n", "-5"}).integer("--port"), -5);
  EXPECT_EQ(parse({"-n", "+7"}).integer("-n"), 7);
  EXPECT_EQ(parse({"--last-id", "9999999999"}).integer("--last-id"), 9'999'999'999);
  EXPECT_EQ(parse({}).integer("-n"), std::nullopt);
}

TEST(ArgumentsTest, RefusesWithDigdagsTexts) {
  struct Case {
    std::vector<std::string> words;
    std::string message;
  };
  const std::vector<Case> cases = {
      {{"--nosuch"}, "Unknown option: --nosuch"},
      {{"-as"}, "Unknown option: -as"},
      {{"-"}, "Unknown option: -"},
      {{"-5"}, "Unknown option: -5"},
      {{"-h"}, "Unknown option: -h"},
      {{"--start=+a"}, "Unknown option: --start=+a"},
      {{"--fancy"}, "Unknown option: --fancy"},
      {{"--start"}, "Expected a value after parameter --start"},
      {{"-s", "--"}, "Expected a value after parameter -s"},
      {{"--set"}, "Expected a value after parameter --set"},
      {{"-X"}, "Expected a value after parameter -X"},
      {{"-s", "a", "--start", "b"}, "Can only specify option -s once."},
      {{"--all", "--rerun"}, "Can only specify option -a once."},
      {{"-n", "http"}, "\"-n\": couldn't convert \"http\" to an integer"},
      {{"--port", "2147483648"}, "\"-n\": couldn't convert \"2147483648\" to an integer"},
      {{"-n", ""}, "\"-n\": couldn't convert \"\" to an integer"},
      {{"-n", "+-1"}, "\"-n\": couldn't convert \"+-1\" to an integer"},
      {{"-n", "1 2"}, "\"-n\": couldn't convert \"1 2\" to an integer"},
      {{"--last-id", "x"}, "\"--last-id\": couldn't convert \"x\" to a long"},
      {{"--param", "foo"}, "Parameter -p expected a value of the form a=b but got:foo"},
      {{"-p", ""}, "Parameter -p expected a value of the form a=b but got:"},
      {{"-p", ",a=b"}, "Parameter -p expected a value of the form a=b but got:,a=b"},
      {{"-X", "foo"}, "Dynamic parameter expected a value of the form a=b but got:foo"},
      {{"-Xfoo"}, "Dynamic parameter expected a value of the form a=b but got:foo"},
      {{"--basic-auth", "bob"}, "Expected format: username:password"},
      {{"--basic-auth", ":x"}, "Expected format: username:password"},
      {{"--basic-auth", "x:"}, "Expected format: username:password"},
  };
  for (const Case& test : cases) EXPECT_EQ(error_of(test.words), test.message);
}

TEST(ArgumentsTest, AcceptsJoinedValuesUnderTheOwnName) {
  EXPECT_EQ(parse({"--start=+a"}, Face::mogura).text("-s"), "+a");
  EXPECT_EQ(parse({"--port=80"}, Face::mogura).integer("-n"), 80);
  EXPECT_TRUE(parse({"--fancy"}, Face::mogura).has("--fancy"));
  EXPECT_EQ(error_of({"--rerun=1"}, Face::mogura),
            "Unknown option: --rerun=1, did you mean '--rerun'?");
  EXPECT_EQ(error_of({"--strat"}, Face::mogura),
            "Unknown option: --strat, did you mean '--start'?");
  EXPECT_EQ(error_of({"--quite-different"}, Face::mogura), "Unknown option: --quite-different");
}

TEST(ArgumentsTest, SurvivesVeryLongWords) {
  const std::string commas(100'000, ',');
  EXPECT_THAT(parse({"-p", "a=1" + commas}).pairs("-p"), ElementsAre(Pair("a", "1")));
  EXPECT_EQ(parse({std::string(100'000, 'x')}).positionals()[0].size(), 100'000u);
}

}  // namespace
}  // namespace mogura::cli
