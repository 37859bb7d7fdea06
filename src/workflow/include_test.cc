#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "value/json.h"
#include "workflow/test_files.h"
#include "workflow/yaml.h"

namespace mogura::workflow {
namespace {

using testing::HasSubstr;

std::string loaded(const TestFiles& files, const std::string& name = "main.dig") {
  return value::to_json(Value(load_yaml_file(files.root() / name)));
}

std::string load_error(const TestFiles& files, const std::string& name = "main.dig") {
  return files.shown(error_of([&] { load_yaml_file(files.root() / name); }));
}

struct IncludeExample {
  std::string main;
  std::string included;
  std::string json;
};

class IncludeTest : public testing::TestWithParam<IncludeExample> {};

TEST_P(IncludeTest, MergesTheFileAtTheDirectivesPlace) {
  TestFiles files;
  files.write("main.dig", GetParam().main);
  files.write("f", GetParam().included);
  EXPECT_EQ(loaded(files), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Merging, IncludeTest,
    testing::Values(
        IncludeExample{"{k: 1, !include : f, z: 2}", "{k: 9, m: {a: 1}, z: 3}",
                       R"({"k":9,"m":{"a":1},"z":2})"},
        IncludeExample{"{m: {a: 0, b: {x: 1}}, !include : f}", "{m: {a: 1, b: {y: 2}}}",
                       R"({"m":{"a":1,"b":{"x":1,"y":2}}})"},
        IncludeExample{"{!include : f, m: {q: 1}}", "{m: {a: 1}, n: 1}", R"({"m":{"q":1},"n":1})"},
        IncludeExample{"{m: [1, 2], !include : f}", "m: [3]", R"({"m":[3]})"},
        IncludeExample{"l: [{a: 1}, {!include : f}]", "b: 2", R"({"l":[{"a":1},{"b":2}]})"},
        IncludeExample{"a:\n  !include : 'f'\nb:\n  !include : ./x/../f\n", "k: v",
                       R"({"a":{"k":"v"},"b":{"k":"v"}})"},
        IncludeExample{"!include ignored text : f", "k: v", R"({"k":"v"})"},
        IncludeExample{"'!include:x' : f", "k: v", R"({"k":"v"})"},
        IncludeExample{"\"!include\" : f", "k: v", R"({"!include":"f"})"},
        IncludeExample{"a: &a {!include : f}\nb: *a", "k: v", R"({"a":{"k":"v"},"b":{"k":"v"}})"},
        IncludeExample{"b: &b {!include : f}\nd: {k: {p: 1}, <<: *b}", "k: {q: 2}",
                       R"({"b":{"k":{"q":2}},"d":{"k":{"p":1,"q":2}}})"}));

TEST(IncludeFilesTest, MayBeIncludedSeveralTimesAndFromDirectories) {
  TestFiles files;
  files.write("main.dig", "!include : a.yml\n!include : sub/b.yml\n");
  files.write("a.yml", "x: 1\ny: 1\n");
  files.write("sub/b.yml", "y: 2\n!include : c.yml\n!include : 12\n");
  files.write("sub/c.yml", "z: 3\n");
  files.write("sub/12", "n: 4\n");
  EXPECT_EQ(loaded(files), R"({"x":1,"y":2,"z":3,"n":4})");
}

TEST(IncludePlaceTest, IsWithinTheDirectoryOfTheFirstFile) {
  const TestFiles files;
  files.write("project/main.dig", "!include : ../project2/t.yml\n");
  files.write("project2/t.yml", "k: v\n");
  EXPECT_EQ(load_error(files, "project/main.dig"),
            "File name must not include ..: ../project2/t.yml (file not found)");
}

struct IncludeErrorExample {
  std::string main;
  std::string error;
};

class IncludeErrorTest : public testing::TestWithParam<IncludeErrorExample> {};

TEST_P(IncludeErrorTest, IsClear) {
  TestFiles files;
  files.write("main.dig", GetParam().main);
  files.write("sub/out.yml", "!include : ../t.yml");
  files.write("sub/prefix.yml", "!include : ../subx/t.yml");
  files.write("subx/t.yml", "k: v");
  files.write("list.yml", "[1, 2]");
  files.write("twice.yml", "{a: 1, a: 2}");
  files.write("broken.yml", "k: 'x");
  EXPECT_EQ(load_error(files), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, IncludeErrorTest,
    testing::Values(
        IncludeErrorExample{"!include : nope.dig", "$DIR/nope.dig (no such file)"},
        IncludeErrorExample{"!include : list.yml/x", "$DIR/list.yml/x (not directory)"},
        IncludeErrorExample{"!include : sub", "$DIR/sub: Is a directory (io)"},
        IncludeErrorExample{"!include : sub/out.yml",
                            "File name must not include ..: ../t.yml (file not found)"},
        IncludeErrorExample{"!include : /etc/hostname",
                            "File name must not include ..: /etc/hostname (file not found)"},
        IncludeErrorExample{"!include : \"list.yml\\0\"",
                            "File name must not include ..: list.yml (file not found)"},
        IncludeErrorExample{"!include : sub/prefix.yml", ""},
        IncludeErrorExample{"!include : list.yml",
                            "Expected object to load Config but got [1,2] (runtime json mapping)"},
        IncludeErrorExample{"",
                            "Expected object to load Config but got null (runtime json mapping)"},
        IncludeErrorExample{"!include : twice.yml", "Duplicated keys: [a] (constructor)"},
        IncludeErrorExample{"!include : broken.yml",
                            "while scanning a quoted scalar: found unexpected end of stream in "
                            "'$DIR/broken.yml', line 1, column 6 (scanner)"},
        IncludeErrorExample{"!include: list.yml",
                            "could not determine a constructor for the tag !include: in "
                            "'$DIR/main.dig', line 1, column 1 (constructor)"},
        IncludeErrorExample{"k: !include list.yml",
                            "$DIR/!include:00000000-0000-4000-8000-000000000001 (no such file)"},
        IncludeErrorExample{"k: '!include:x'", "$DIR/!include:x (no such file)"}));

TEST(IncludeErrorPlaceTest, NamesWhoIncludesAMissingFile) {
  const struct {
    std::string file;
    std::string text;
    std::string place;
  } cases[] = {
      {"a.yml", "!include : nope", "included by '$DIR/a.yml', line 1"},
      {"b.yml", "k: 1\n# two\nm:\n  !include : ok\n  !include : nope\n",
       "included by '$DIR/b.yml', line 5"},
      {"c.yml", "k: 1\n!include : sub/d.yml", "included by '$DIR/sub/d.yml', line 2"},
      {"d.yml", "k: !include ok",
       "!include must be a key: write `!include : FILE` on a line of its own; found as a value in "
       "'$DIR/d.yml', line 1, column 4"},
      {"e.yml", "k: '!include:1'", "included by '$DIR/e.yml'"},
      {"f.yml", "'!include:x' : nope", "included by '$DIR/f.yml'"},
      {"g.yml", "'!include:9' : nope", "included by '$DIR/g.yml'"},
  };
  TestFiles files;
  files.write("ok", "k: v");
  files.write("sub/d.yml", "k: 1\n!include : nope");
  for (const auto& [file, text, place] : cases) {
    files.write(file, text);
    try {
      load_yaml_file(files.root() / file);
      ADD_FAILURE() << "found the file of " << text;
    } catch (const MissingInclude& error) {
      EXPECT_EQ(files.shown(error.place()), place) << text;
    }
  }
}

TEST(IncludeLimitsTest, ADirectiveWithAMappingStaysAKey) {
  TestFiles files;
  files.write("main.dig", "{!include : {a: 1}, !include : [f]}");
  EXPECT_EQ(loaded(files), R"({"!include:00000000-0000-4000-8000-000000000001":{"a":1},)"
                           R"("!include:00000000-0000-4000-8000-000000000002":["f"]})");
}

// language.md §2.2: the text of the error is the same in an included file.
TEST(IncludeErrorPlaceTest, NamesTheIncludedFileBesideTheText) {
  TestFiles files;
  files.write("a.yml", "k: 1\n!include : sub/twice.yml");
  files.write("b.yml", "!include : sub/list.yml");
  files.write("sub/twice.yml", "{a: 1, a: 2}");
  files.write("sub/list.yml", "[1]");
  for (const auto& [file, place] : {std::pair("a.yml", "in '$DIR/sub/twice.yml'"),
                                    std::pair("b.yml", "in '$DIR/sub/list.yml'")}) {
    try {
      load_yaml_file(files.root() / file);
      ADD_FAILURE() << file << " is not broken";
    } catch (const IncludedYamlError& error) {
      EXPECT_EQ(files.shown(error.place()), place);
    }
  }
}

TEST(IncludeLimitsTest, AFileThatIncludesItselfIsNamedWithItsChain) {
  TestFiles files;
  files.write("main.dig", "!include : a.yml");
  files.write("a.yml", "k: {!include : b.yml}");
  files.write("b.yml", "!include : a.yml");
  EXPECT_EQ(load_error(files),
            "a file includes itself: $DIR/main.dig > $DIR/a.yml > $DIR/b.yml > $DIR/a.yml "
            "(include)");
}

TEST(IncludeLimitsTest, ChainsAreLimited) {
  TestFiles files;
  for (int i = 0; i <= kMaxIncludeDepth + 1; ++i) {
    files.write(fmt::format("{}.yml", i), fmt::format("!include : {}.yml", i + 1));
  }
  EXPECT_THAT(load_error(files, "0.yml"), HasSubstr("includes are nested deeper than 64 files"));
}

TEST(IncludeLimitsTest, IncludesThatMultiplyAreLimited) {
  TestFiles files;
  for (int i = 0; i < 40; ++i) {
    files.write(fmt::format("{}.yml", i),
                fmt::format("a: {{!include : {0}.yml}}\nb: {{!include : {0}.yml}}\n", i + 1));
  }
  files.write("40.yml", "k: v");
  EXPECT_EQ(load_error(files, "0.yml"), "'$DIR/0.yml' includes more than 10000 files (include)");
}

TEST(IncludeLimitsTest, NestingIsCountedOverAllFiles) {
  TestFiles files;
  const int levels = kMaxYamlDepth / 4;
  const std::string open(static_cast<std::size_t>(levels - 1), '[');
  const std::string close(static_cast<std::size_t>(levels - 1), ']');
  for (int i = 0; i < 5; ++i) {
    files.write(fmt::format("{}.yml", i),
                fmt::format("k: {}{{!include : {}.yml}}{}", open, i + 1, close));
  }
  files.write("5.yml", "k: v");
  EXPECT_THAT(load_error(files, "0.yml"), HasSubstr("is nested deeper than 256 levels"));
  EXPECT_EQ(load_error(files, "3.yml"), "");
}

TEST(IncludeLimitsTest, ALinkToItselfIsAnError) {
  TestFiles files;
  std::filesystem::create_symlink("main.dig", files.root() / "main.dig");
  EXPECT_THAT(load_error(files), HasSubstr("$DIR/main.dig: Too many levels of symbolic links"));
}

}  // namespace
}  // namespace mogura::workflow
