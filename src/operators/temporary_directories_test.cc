#include "operators/temporary_directories.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"
#include "operators/operator_test_kit.h"
#include "operators/workspace.h"

namespace mogura::operators {
namespace {

namespace fs = std::filesystem;

class TemporaryDirectoriesTest : public testing::Test {
 protected:
  static mode_t mode(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }
  static void put(const fs::path& file, std::string_view text) { std::ofstream(file) << text; }

  /// What is left of a directory when it was used and given back.
  fs::path used(const std::function<void(TemporaryDirectory&)>& use, std::string_view kind = "sh") {
    TemporaryDirectory directory(all, project.path(), kind, 7);
    use(directory);
    return directory.path();
  }
  std::ptrdiff_t directories() const {
    return std::distance(fs::directory_iterator(project.path() / ".digdag/tmp"), {});
  }

  ProjectDirectory project;
  TemporaryDirectories all;
};

TEST_F(TemporaryDirectoriesTest, IsPrivateAndNamesItsKindAndTask) {
  TemporaryDirectory directory(all, project.path(), "digdag-sh", 7);
  directory.write("file", "content");
  const std::string name = directory.path().filename().string();
  EXPECT_EQ(directory.project_relative(), fs::path(".digdag/tmp") / name);
  EXPECT_TRUE(name.starts_with("digdag-sh-7-"));
  EXPECT_EQ(name.find_first_not_of("0123456789", 12), std::string::npos);
  EXPECT_EQ(mode(directory.path()), 0700u);
  EXPECT_EQ(mode(directory.path() / "file"), 0600u);
  EXPECT_EQ(read_bytes(directory.path() / "file", 100), "content");
  EXPECT_THROW(directory.write("file", "again"), Error);
}

TEST_F(TemporaryDirectoriesTest, ComesBackUnderAnotherNameWithoutItsContent) {
  const fs::path first = used([](TemporaryDirectory& directory) {
    directory.write("script", "a secret");
    put(directory.path() / "output", "another");
  });
  EXPECT_EQ(directories(), 1);
  EXPECT_EQ(read_bytes(first / "script", 100), "\n");
  EXPECT_FALSE(fs::exists(first / "output"));

  const fs::path second = used([](TemporaryDirectory& directory) {
    directory.write("script", "new");
    directory.forget_earlier_files();
    EXPECT_EQ(read_bytes(directory.path() / "script", 100), "new");
  });
  EXPECT_NE(first, second);
  EXPECT_FALSE(fs::exists(first));
  EXPECT_EQ(directories(), 1);
}

TEST_F(TemporaryDirectoriesTest, ForgetsFilesThatOnlyAnEarlierUserHad) {
  used([](TemporaryDirectory& directory) { directory.write("old", "1"); });
  used([](TemporaryDirectory& directory) {
    directory.write("new", "2");
    directory.forget_earlier_files();
    EXPECT_FALSE(fs::exists(directory.path() / "old"));
    EXPECT_TRUE(fs::exists(directory.path() / "new"));
  });
}

TEST_F(TemporaryDirectoriesTest, LosesWhatACommandAddsHoweverOftenItIsUsed) {
  for (int round = 0; round < 20; ++round) {
    const fs::path path = used([&](TemporaryDirectory& directory) {
      directory.write("script", "1");
      if (round % 3 != 0) put(directory.path() / "output", "a secret");
    });
    ASSERT_FALSE(fs::exists(path / "output")) << round;
    ASSERT_EQ(directories(), 1);
  }
}

TEST_F(TemporaryDirectoriesTest, IsForOneKindAtATime) {
  used([](TemporaryDirectory& directory) { directory.write("script", "1"); }, "sh");
  used([](TemporaryDirectory&) {}, "py");
  EXPECT_EQ(directories(), 2);
}

TEST_F(TemporaryDirectoriesTest, GoesAwayWhenItsCommandMadeMoreOfIt) {
  const std::map<std::string, std::function<void(TemporaryDirectory&)>> uses = {
      {"a directory", [](auto& own) { fs::create_directory(own.path() / "more"); }},
      {"another name of a file",
       [&](auto& own) { fs::create_hard_link(own.path() / "script", project.path() / "kept"); }},
      {"a link in place of a file",
       [&](auto& own) {
         put(project.path() / "elsewhere", "theirs");
         fs::remove(own.path() / "script");
         fs::create_symlink(project.path() / "elsewhere", own.path() / "script");
       }},
      {"a file less", [](auto& own) { fs::remove(own.path() / "script"); }},
  };
  for (const auto& [what, use] : uses) {
    const fs::path path = used([&](TemporaryDirectory& directory) {
      directory.write("script", "text");
      use(directory);
    });
    EXPECT_FALSE(fs::exists(path)) << what;
  }
  EXPECT_EQ(read_bytes(project.path() / "kept", 100), "text");
  EXPECT_EQ(read_bytes(project.path() / "elsewhere", 100), "theirs");
}

TEST_F(TemporaryDirectoriesTest, IsMadeAnewWhereSomebodyRemovedIt) {
  fs::remove_all(used([](TemporaryDirectory& directory) { directory.write("script", "1"); }));
  used([](TemporaryDirectory& directory) {
    directory.write("script", "2");
    EXPECT_EQ(read_bytes(directory.path() / "script", 100), "2");
  });
}

TEST(TemporaryDirectories, TakesAllAwayAtItsEnd) {
  const ProjectDirectory project;
  {
    TemporaryDirectories all;
    const TemporaryDirectory one(all, project.path(), "sh", 1);
    const TemporaryDirectory other(all, project.path(), "sh", 2);
  }
  EXPECT_TRUE(fs::is_empty(project.path() / ".digdag/tmp"));
}

}  // namespace
}  // namespace mogura::operators
