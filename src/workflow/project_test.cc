#include "workflow/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "workflow/file.h"
#include "workflow/test_files.h"

namespace mogura::workflow {
namespace {

using testing::ElementsAre;

std::vector<std::string> names_of_files(const TestFiles& files) {
  std::vector<std::string> names;
  for (const ProjectFile& file : list_files(files.root())) names.push_back(file.name);
  return names;
}

std::vector<std::string> names_of_workflows(const TestFiles& files) {
  std::vector<std::string> names;
  for (const Definition& definition : load_project(files.root())) names.push_back(definition.name);
  return names;
}

TEST(ListFilesTest, SortsAndSkipsHiddenAndIgnored) {
  TestFiles files;
  files.write("b.dig", "");
  files.write("a/z.sh", "");
  files.write("a/b/c", "");
  files.write("a.txt", "");
  files.write(".hidden", "");
  files.write("a/.git/config", "");
  files.write("build/x", "");
  files.write("a/build/x", "");
  files.write(".digdagignore", "/build/\n*.txt\n");
  EXPECT_THAT(names_of_files(files), ElementsAre("a/b/c", "a/build/x", "a/z.sh", "b.dig"));
  EXPECT_EQ(list_files(files.root()).back().path, files.root() / "b.dig");
}

TEST(ListFilesTest, FollowsLinksButNotInCircles) {
  TestFiles files;
  files.write("real/x", "");
  std::filesystem::create_symlink("real", files.root() / "link");
  std::filesystem::create_symlink("x", files.root() / "real/y");
  std::filesystem::create_symlink("..", files.root() / "real/up");
  std::filesystem::create_symlink("nowhere", files.root() / "dangling");
  std::filesystem::create_symlink("self", files.root() / "self");
  EXPECT_THAT(names_of_files(files), ElementsAre("link/x", "link/y", "real/x", "real/y"));
}

TEST(ListFilesTest, SaysWhichDirectoryIsMissingOrUnreadable) {
  TestFiles files;
  const auto listing_error = [&](const std::string& name) {
    return files.shown(error_of([&] { list_files(files.root() / name); }));
  };
  EXPECT_EQ(listing_error("nope"), "$DIR/nope (no such file)");
  EXPECT_EQ(listing_error("nope/"), "$DIR/nope (no such file)");
  files.write("file", "");
  EXPECT_EQ(listing_error("file"), "$DIR/file (not directory)");
}

// The superuser may read everything, so the test gives that up for a moment.
class AsOrdinaryUser {
 public:
  AsOrdinaryUser() : original_(::geteuid()) {
    constexpr uid_t kNobody = 65534;
    if (original_ == 0) active_ = ::seteuid(kNobody) == 0;
  }
  ~AsOrdinaryUser() {
    if (active_) active_ = ::seteuid(original_) != 0;
  }
  AsOrdinaryUser(const AsOrdinaryUser&) = delete;
  AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;

 private:
  uid_t original_;
  bool active_ = false;
};

TEST(ListFilesTest, AnUnreadableDirectoryIsAnError) {
  TestFiles files;
  std::filesystem::create_directory(files.root() / "secret");
  std::filesystem::permissions(files.root(), std::filesystem::perms(0755));
  std::filesystem::permissions(files.root() / "secret", std::filesystem::perms::none);
  std::string error;
  {
    const AsOrdinaryUser ordinary_user;
    error = error_of([&] { list_files(files.root()); });
  }
  std::filesystem::permissions(files.root() / "secret", std::filesystem::perms::owner_all);
  EXPECT_EQ(files.shown(error), "$DIR/secret (access denied)");
}

TEST(LoadProjectTest, AnUnreadableFileEndsTheLoad) {
  TestFiles files;
  const auto path = files.write("a.dig", "{}");
  std::filesystem::permissions(files.root(), std::filesystem::perms(0755));
  std::filesystem::permissions(path, std::filesystem::perms::none);
  std::string error;
  {
    const AsOrdinaryUser ordinary_user;
    error = error_of([&] { load_project(files.root()); });
  }
  EXPECT_EQ(files.shown(error), "$DIR/a.dig (access denied)");
}

TEST(LoadProjectTest, FindsWorkflowsAtTheTop) {
  TestFiles files;
  files.write("b.dig", "+a: {echo>: x}");
  files.write("a.dig", "timezone: Asia/Tokyo");
  files.write("a-b.dig", "{}");
  files.write("sub/broken.dig", "foo: 1");
  files.write(".hidden.dig", "foo: 1");
  files.write("directory.dig/x", "");
  files.write("ignored.dig", "foo: 1");
  files.write(".digdagignore", "ignored.dig");
  std::filesystem::create_symlink("b.dig", files.root() / "link.dig");
  EXPECT_THAT(names_of_workflows(files), ElementsAre("a", "a-b", "b", "link"));
  EXPECT_EQ(load_project(files.root()).front().timezone, "Asia/Tokyo");
}

TEST(LoadProjectTest, IsEmptyWithoutWorkflows) {
  TestFiles files;
  EXPECT_TRUE(load_project(files.root()).empty());
}

std::string project_error(const TestFiles& files) {
  return files.shown(error_of([&] { load_project(files.root()); }));
}

TEST(LoadProjectTest, ReportsAllBrokenFilesTogether) {
  TestFiles files;
  files.write("a.dig", "foo: 1");
  files.write("b.dig", "+a: {}\n+a: {}");
  files.write("c.dig", "+a: {}");
  files.write("d.dig", "timezone: JST");
  files.write("e.dig", "- x");
  files.write("f.dig", "a: b: c");
  EXPECT_EQ(project_error(files),
            "Validating project failed\n"
            "workflow $DIR/a.dig Workflow 'a' includes unknown keys: [foo]\n"
            "workflow $DIR/b.dig Duplicated keys: [+a]\n"
            "workflow $DIR/d.dig Expected [reference type, class "
            "com.google.common.base.Optional<java.time.ZoneId><[simple type, class "
            "java.time.ZoneId]>] for key 'timezone' but got \"JST\" (string)\n"
            "workflow $DIR/e.dig Expected object to load Config but got [\"x\"]\n"
            "workflow $DIR/f.dig mapping values are not allowed here in '$DIR/f.dig', line 1, "
            "column 5 (model validation)\n"
            "> Unknown time zone name: JST (json mapping)\n"
            "> Unknown time-zone ID: JST (zone rules)");
}

TEST(LoadProjectTest, AMissingIncludeEndsTheLoadAtOnce) {
  TestFiles files;
  files.write("a.dig", "foo: 1");
  files.write("b.dig", "!include : nope.dig");
  EXPECT_EQ(project_error(files), "$DIR/nope.dig (no such file)");
  files.write("b.dig", "!include : ../t.dig");
  EXPECT_EQ(project_error(files), "File name must not include ..: ../t.dig (file not found)");
}

}  // namespace
}  // namespace mogura::workflow
