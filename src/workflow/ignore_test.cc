#include "workflow/ignore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workflow/file.h"
#include "workflow/test_files.h"

namespace mogura::workflow {
namespace {

struct IgnoreExample {
  std::string rules;
  std::vector<std::string> ignored;  // directories end with a slash
  std::vector<std::string> kept;
};

class IgnoreRulesTest : public testing::TestWithParam<IgnoreExample> {};

bool is_ignored(const IgnoreRules& rules, std::string path) {
  const bool is_directory = path.ends_with('/');
  if (is_directory) path.pop_back();
  return rules.match(path, is_directory);
}

TEST_P(IgnoreRulesTest, MatchLikeGit) {
  const IgnoreRules rules(GetParam().rules);
  for (const std::string& path : GetParam().ignored) EXPECT_TRUE(is_ignored(rules, path)) << path;
  for (const std::string& path : GetParam().kept) EXPECT_FALSE(is_ignored(rules, path)) << path;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, IgnoreRulesTest,
    testing::Values(
        IgnoreExample{"", {}, {"a"}},
        IgnoreExample{"# comment\n\n   \n!\n/\n", {}, {"a", "# comment", "!"}},
        IgnoreExample{"wip*", {"wip", "wip.dig", "x/wip1", "wip/"}, {"awip", "x/a"}},
        IgnoreExample{"*.log\n!keep.log", {"a.log", "x/b.log"}, {"keep.log", "x/keep.log"}},
        IgnoreExample{"!a\na", {"a"}, {}}, IgnoreExample{"/top", {"top", "top/"}, {"x/top"}},
        IgnoreExample{"x/y", {"x/y"}, {"a/x/y", "y"}},
        IgnoreExample{"build/", {"build/", "x/build/"}, {"build", "x/build"}},
        IgnoreExample{"**/tmp", {"tmp", "a/tmp", "a/b/tmp"}, {"a/tmpx"}},
        IgnoreExample{"a/**", {"a/b", "a/b/c"}, {"a/", "b/a"}},
        IgnoreExample{"a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"a/x", "b"}},
        IgnoreExample{"a/**/b/**/c", {"a/b/c", "a/x/b/y/z/c"}, {"a/c", "a/b"}},
        IgnoreExample{"a/*/c", {"a/b/c"}, {"a/c", "a/b/b/c"}},
        IgnoreExample{"?.sh", {"a.sh"}, {"ab.sh", ".sh"}},
        IgnoreExample{"[a-c]x\n[!0-9]y\n[^0-9]z", {"ax", "cx", "ay", "az"}, {"dx", "1y", "1z"}},
        IgnoreExample{
            "[]]a\n[[:digit:]]b\n[\\]]c\n[x-]d", {"]a", "7b", "]c", "-d", "xd"}, {"a", "xb", "yd"}},
        IgnoreExample{"[a\n[[:digit:", {}, {"a", "[a", "1"}},
        IgnoreExample{"\\#x\n\\!y\n\\*z\na\\ \nb  \t\n",
                      {"#x", "!y", "*z", "a ", "b"},
                      {"x", "y", "az", "a", "b  "}},
        IgnoreExample{"a\r\nb\r\n", {"a", "b"}, {}},
        IgnoreExample{"*a*b*c", {"abc", "xaxbxc"}, {"ab", "acb"}},
        IgnoreExample{"日本*", {"日本語.dig"}, {"日"}}));

TEST(IgnoreRulesTest, TakeBoundedTimeForManyStars) {
  std::string rule;
  for (int i = 0; i < 2000; ++i) rule += "*a";
  EXPECT_FALSE(IgnoreRules(rule + "b").match(std::string(5000, 'a'), /*is_directory=*/false));
  std::string deep;
  std::string path;
  for (int i = 0; i < 500; ++i) {
    deep += "**/a/";
    path += "a/";
  }
  EXPECT_FALSE(IgnoreRules(deep + "b").match(path + "c", /*is_directory=*/false));
}

TEST(IgnoreRulesTest, AreReadFromAFile) {
  TestFiles files;
  EXPECT_FALSE(IgnoreRules::read(files.root() / ".digdagignore").match("a", false));
  EXPECT_TRUE(IgnoreRules::read(files.write(".digdagignore", "a\n")).match("a", false));
  const auto large = files.write("large", std::string(2u << 20, 'x'));
  EXPECT_THROW(IgnoreRules::read(large), FileError);
}

}  // namespace
}  // namespace mogura::workflow
