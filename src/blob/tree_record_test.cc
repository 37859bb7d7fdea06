#include "blob/tree_record.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "blob/temporary_directory.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::trunc) << text;
}

class TreeRecordTest : public ::testing::Test {
 protected:
  TreeRecordTest() {
    fs::create_directories(path("a/deep"));
    put(path("data"), "12345");
    put(path("a/deep/data"), "123");
    fs::create_symlink("data", path("link"));
    record = TreeRecord::of(root.path());
  }
  fs::path path(const std::string& name) const { return root.path() / name; }

  const TemporaryDirectory root{fs::temp_directory_path()};
  const TemporaryDirectory elsewhere{fs::temp_directory_path()};
  std::optional<TreeRecord> record;
};

TEST_F(TreeRecordTest, CountsWhatIsThere) {
  ASSERT_TRUE(record);
  EXPECT_EQ(record->bytes(), 5u + 3 + 4);
  EXPECT_TRUE(record->restore(root.path(), {}));
}

TEST_F(TreeRecordTest, RemovesWhatHasCome) {
  fs::create_directories(path("a/new/er"));
  put(path("a/new/er/file"), "x");
  put(path("output"), "x");
  fs::create_symlink("/etc", path("a/outside"));
  EXPECT_TRUE(record->restore(root.path(), {}));
  EXPECT_FALSE(fs::exists(path("a/new")));
  EXPECT_FALSE(fs::exists(path("output")));
  EXPECT_FALSE(fs::is_symlink(path("a/outside")));
  EXPECT_TRUE(fs::exists("/etc/passwd"));
}

TEST_F(TreeRecordTest, RemovesWhatHasComeHoweverSoon) {
  for (int round = 0; round < 50; ++round) {
    const std::string name = "new" + std::to_string(round);
    for (const char* const directory : {"", "a/", "a/deep/", ".keep/", ".keep/of/"}) {
      fs::create_directories(path(".keep/of/mine"));
      put(path(directory + name), "x");
      ASSERT_TRUE(record->restore(root.path(), {".keep/of/mine"}));
      ASSERT_FALSE(fs::exists(path(directory + name))) << directory;
    }
  }
}

TEST_F(TreeRecordTest, RemovesWhatWasLeftOnceItIsNotToStay) {
  fs::create_directories(path("a/.keep/mine"));
  EXPECT_TRUE(record->restore(root.path(), {"a/.keep/mine"}));
  EXPECT_TRUE(record->restore(root.path(), {"a/.keep/mine"}));
  EXPECT_TRUE(fs::exists(path("a/.keep/mine")));
  EXPECT_TRUE(record->restore(root.path(), {}));
  EXPECT_FALSE(fs::exists(path("a/.keep")));
}

TEST_F(TreeRecordTest, FollowsNoLinkOnTheWayToWhatIsLeft) {
  fs::create_directories(elsewhere.path() / "mine");
  put(elsewhere.path() / "theirs", "x");
  fs::create_directory_symlink(elsewhere.path(), path(".keep"));
  EXPECT_TRUE(record->restore(root.path(), {".keep/mine"}));
  EXPECT_TRUE(fs::exists(elsewhere.path() / "theirs"));
  EXPECT_FALSE(fs::is_symlink(path(".keep")));
}

TEST_F(TreeRecordTest, LeavesWhatIsToStay) {
  fs::create_directories(path(".keep/of/mine"));
  fs::create_directories(path(".keep/of/others"));
  put(path(".keep/of/mine/file"), "x");
  EXPECT_TRUE(record->restore(root.path(), {".keep/of/mine"}));
  EXPECT_TRUE(fs::exists(path(".keep/of/mine/file")));
  EXPECT_FALSE(fs::exists(path(".keep/of/others")));
}

TEST_F(TreeRecordTest, HoldsForADirectoryThatMoved) {
  fs::rename(root.path(), root.path().string() + "-moved");
  const fs::path moved = root.path().string() + "-moved";
  EXPECT_TRUE(record->restore(moved, {}));
  fs::rename(moved, root.path());
}

TEST_F(TreeRecordTest, SeesEveryChange) {
  const std::pair<const char*, std::function<void()>> changes[] = {
      {"content of the same length, at once", [&] { put(path("data"), "54321"); }},
      {"another length", [&] { put(path("a/deep/data"), "1234"); }},
      {"replaced",
       [&] {
         put(path("data2"), "12345");
         fs::rename(path("data2"), path("data"));
       }},
      {"removed", [&] { fs::remove(path("link")); }},
      {"another link",
       [&] {
         fs::remove(path("link"));
         fs::create_symlink("a", path("link"));
       }},
      {"mode of a file", [&] { fs::permissions(path("data"), fs::perms::owner_all); }},
      {"mode of a directory", [&] { fs::permissions(path("a/deep"), fs::perms::owner_all); }},
      {"a second name", [&] { fs::create_hard_link(path("data"), elsewhere.path() / "data"); }},
      {"a directory in place of a file",
       [&] {
         fs::remove(path("data"));
         fs::create_directory(path("data"));
       }},
      {"all gone", [&] { fs::remove_all(root.path()); }},
  };
  for (const auto& [what, change] : changes) {
    fs::remove_all(root.path());
    fs::create_directories(path("a/deep"));
    put(path("data"), "12345");
    put(path("a/deep/data"), "123");
    fs::create_symlink("data", path("link"));
    auto before = TreeRecord::of(root.path());
    ASSERT_TRUE(before && before->restore(root.path(), {})) << what;
    change();
    EXPECT_FALSE(before->restore(root.path(), {})) << what;
  }
}

}  // namespace
}  // namespace mogura::blob
