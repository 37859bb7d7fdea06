#include "blob/archive_tree.h"

#include <gtest/gtest.h>

#include <vector>

namespace mogura::blob {
namespace {

TEST(ArchiveTree, NormalizesNames) {
  const std::vector<std::pair<std::string, std::optional<std::string>>> cases = {
      {"a", "a"},           {"./a//b/", "a/b"},
      {"a/../b", "b"},      {".", ""},
      {"..", std::nullopt}, {"a/../../b", std::nullopt},
      {"/a", std::nullopt}, {std::string(256, 'x'), std::nullopt},
      {"..a/b", "..a/b"},   {std::string(255, 'x'), std::string(255, 'x')},
  };
  for (const auto& [name, normalized] : cases) {
    EXPECT_EQ(ArchiveTree::normalized(name), normalized) << name;
  }
}

TEST(ArchiveTree, MakesParentsOnceAndTheOutermostFirst) {
  ArchiveTree tree;
  std::vector<std::string> made;
  tree.made = [&](const std::string& name) { made.push_back(name); };
  EXPECT_TRUE(tree.add_file("a/b/c"));
  EXPECT_TRUE(tree.add_file("a/d"));
  EXPECT_TRUE(tree.add_directory("a/b"));
  EXPECT_EQ(made, (std::vector<std::string>{"a", "a/b"}));
}

TEST(ArchiveTree, RefusesWhatIsInTheWay) {
  ArchiveTree tree;
  EXPECT_TRUE(tree.add_file("file"));
  EXPECT_TRUE(tree.add_link("link", "dir"));
  EXPECT_TRUE(tree.add_directory("dir"));
  EXPECT_FALSE(tree.add_file("file/below"));
  EXPECT_FALSE(tree.add_file("link/below")) << "never through a link";
  EXPECT_FALSE(tree.add_directory("link"));
  EXPECT_FALSE(tree.add_file("dir"));
  EXPECT_FALSE(tree.add_link("dir", "x"));
  EXPECT_FALSE(tree.add_link("", "x")) << "the root itself";
  EXPECT_TRUE(tree.add_file("link")) << "what comes later counts";
  EXPECT_TRUE(tree.links().empty());
}

TEST(ArchiveTree, KnowsWhereLinksLead) {
  using enum ArchiveTree::Leads;
  struct Case {
    std::map<std::string, std::string> links;
    ArchiveTree::Leads leads;  // of the link called `l` or `d/l`
  };
  const std::vector<Case> cases = {
      {{{"l", "file"}}, to_entry},
      {{{"l", "d/e/file"}}, to_entry},
      {{{"l", "."}}, to_entry},
      {{{"l", "d/.."}}, to_entry},
      {{{"l", "d/e/../../file"}}, to_entry},
      {{{"l", "none"}}, nowhere},
      {{{"l", ".."}}, outside},
      {{{"l", "d/../../x"}}, outside},
      {{{"l", "/etc/passwd"}}, outside},
      {{{"l", "m"}, {"m", "file"}}, to_entry},
      {{{"l", "m"}, {"m", "/etc"}}, outside},
      {{{"l", "l"}}, nowhere},
      {{{"l", "m"}, {"m", "l"}}, nowhere},
      // By its letters `d/e/up/../x` is d/e/x; through the link it leaves.
      {{{"l", "d/e/up/../x"}, {"d/e/up", "../.."}}, outside},
      {{{"l", "d/e/up/file"}, {"d/e/up", "../.."}}, to_entry},
      // And the other way round.
      {{{"l", "in/../../file"}, {"in", "d/e"}}, to_entry},
  };
  for (const Case& example : cases) {
    ArchiveTree tree;
    tree.add_file("file");
    tree.add_file("d/e/file");
    for (const auto& [name, target] : example.links) ASSERT_TRUE(tree.add_link(name, target));
    EXPECT_EQ(tree.resolve("l"), example.leads) << example.links.at("l");
  }
}

TEST(ArchiveTree, GivesUpOnTangledLinks) {
  ArchiveTree tree;
  std::string twice;
  for (int round = 0; round < 500; ++round) twice += "d/../";
  tree.add_file("d/file");
  tree.add_link("l", twice + "d/file");
  EXPECT_EQ(tree.resolve("l"), ArchiveTree::Leads::outside);
}

}  // namespace
}  // namespace mogura::blob
