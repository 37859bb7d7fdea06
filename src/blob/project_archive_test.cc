#include "blob/project_archive.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>

#include "blob/temporary_directory.h"
#include "blob/testing/tar.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;
using testing::archive_of;
using testing::gzip;
using testing::pax_block;
using testing::tar;
using testing::tar_block;
using testing::TarEntry;

constexpr const char* kWorkflow = "+a:\n  echo>: a\n";

class ProjectArchiveTest : public ::testing::Test {
 protected:
  std::string refusal(const std::string& archive, ArchiveLimits limits = {}) {
    try {
      read_pushed_project(archive, limits, scratch_.path());
    } catch (const Error& error) {
      EXPECT_TRUE(fs::is_empty(scratch_.path())) << "left behind";
      return error.message();
    }
    return "";
  }

  std::vector<std::string> workflows(const std::string& archive) {
    std::vector<std::string> names;
    for (const auto& definition : read_pushed_project(archive, {}, scratch_.path())) {
      names.push_back(definition.name);
    }
    EXPECT_TRUE(fs::is_empty(scratch_.path())) << "left behind";
    return names;
  }

  /// The message of the error, of its kind.
  std::string failure(const std::string& archive) {
    try {
      unpack_project(archive, scratch_.path());
    } catch (const Error& error) {
      return error.text();
    }
    return "";
  }

  std::string content(const std::string& name) {
    std::ifstream file(scratch_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  unsigned mode(const std::string& name) {
    struct stat status{};
    EXPECT_EQ(::lstat((scratch_.path() / name).c_str(), &status), 0) << name;
    return status.st_mode & 07777;
  }

  TemporaryDirectory scratch_{fs::temp_directory_path()};
};

TEST_F(ProjectArchiveTest, ReadsWorkflowsByName) {
  const std::string archive = archive_of({{.name = "b.dig", .content = kWorkflow},
                                          {.name = "a.dig", .content = kWorkflow},
                                          {.name = "sub/c.dig", .content = kWorkflow},
                                          {.name = ".hidden.dig", .content = "x"}});
  EXPECT_EQ(workflows(archive), (std::vector<std::string>{"a", "b"}));
}

TEST_F(ProjectArchiveTest, CountsOnlyTheFirstGzipMember) {
  const std::string first = archive_of({{.name = "a.dig", .content = kWorkflow}});
  const std::string all = first + archive_of({{.name = "b.dig", .content = kWorkflow}}) + "more";
  EXPECT_EQ(workflows(all), std::vector<std::string>{"a"});
}

TEST_F(ProjectArchiveTest, ReadsLongAndForeignNames) {
  const std::string long_name = std::string(120, 'd') + "/" + std::string(150, 'f');
  const std::string foreign = "j\xc3\xa4mf\xc3\xb6r.dig";
  const std::string gnu = tar_block({.name = "././@LongLink", .content = long_name, .type = 'L'}) +
                          tar_block({.name = "short", .content = "gnu"});
  const std::string pax =
      pax_block("path", foreign) + tar_block({.name = "short", .content = kWorkflow});
  const std::string raw = tar_block({.name = "raw-\xc3\xa4", .content = "raw"});
  const std::string archive = gzip(gnu + pax + raw + std::string(1024, '\0'));
  unpack_project(archive, scratch_.path());
  EXPECT_EQ(content(long_name), "gnu");
  EXPECT_EQ(content(foreign), kWorkflow);
  EXPECT_EQ(content("raw-\xc3\xa4"), "raw");
}

TEST_F(ProjectArchiveTest, FollowsLinksWithinTheArchive) {
  const std::string archive =
      archive_of({{.name = "link.dig", .type = '2', .link = "sub/real.dig"},
                  {.name = "main.dig", .content = "+a:\n  !include : 'lib.yml'\n"},
                  {.name = "lib.yml", .type = '2', .link = "sub/lib.yml"},
                  {.name = "sub/lib.yml", .content = "echo>: a\n"},
                  {.name = "sub/real.dig", .content = kWorkflow},
                  {.name = "secret.txt", .type = '2', .link = "/etc/passwd"},
                  {.name = "out.txt", .type = '2', .link = "../../etc/passwd"}});
  EXPECT_EQ(workflows(archive), (std::vector<std::string>{"link", "main"}));
}

TEST_F(ProjectArchiveTest, ReadsNothingThroughLinksThatLeave) {
  std::ofstream(scratch_.path().parent_path() / "mogura-outside.yml") << "echo>: outside\n";
  const std::string archive =
      archive_of({{.name = "main.dig", .content = "+a:\n  !include : 'out.yml'\n"},
                  {.name = "out.yml", .type = '2', .link = "../../mogura-outside.yml"}});
  EXPECT_NE(refusal(archive), "");
  fs::remove(scratch_.path().parent_path() / "mogura-outside.yml");
}

TEST_F(ProjectArchiveTest, RefusesBadArchives) {
  const std::string good = archive_of({{.name = "a.dig", .content = kWorkflow}});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "Input is not in the .gz format"},
      {"+a:\n  echo>: a\n", "Input is not in the .gz format"},
      {gzip("+a:\n  echo>: a\n"), "The archive is not a tar file, or is broken"},
      {gzip(std::string(2000, 'x')), "The archive is not a tar file, or is broken"},
      {good.substr(0, good.size() / 2), "The gzip content is cut off"},
      {good.substr(0, 40) + "????????" + good.substr(48), "The gzip content is broken"},
      {archive_of({{.name = "../evil", .content = "x"}}), "Bad zip entry"},
      {archive_of({{.name = "a/../../evil", .content = "x"}}), "Bad zip entry"},
      {archive_of({{.name = "/tmp/evil", .content = "x"}}), "Bad zip entry"},
      {archive_of({{.name = "a/../b", .content = "x"}}), "a/../b"},
      {archive_of({{.name = "d", .type = '2', .link = "."}, {.name = "d/x", .content = "x"}}),
       "Bad zip entry"},
      {archive_of({{.name = "x.dig", .content = "colour: red\n"}}),
       "Validating project failed\nworkflow x.dig Workflow 'x' includes unknown keys: [colour]"},
      {archive_of({{.name = "x.dig", .content = "+a:\n  !include : 'none.dig'\n"}}), "none.dig"},
  };
  for (const auto& [archive, message] : cases) EXPECT_EQ(refusal(archive), message);
}

TEST_F(ProjectArchiveTest, AcceptsArchivesWithoutEntries) {
  EXPECT_TRUE(workflows(gzip("")).empty());
  EXPECT_TRUE(workflows(archive_of({})).empty());
  EXPECT_TRUE(workflows(archive_of({{.name = "./", .type = '5', .mode = 0755}})).empty());
}

TEST_F(ProjectArchiveTest, KeepsLimits) {
  const ArchiveLimits limits{.max_total_bytes = 1000, .max_entries = 3};
  const auto file = [](const std::string& name, std::size_t size) {
    return TarEntry{.name = name, .content = std::string(size, 'x')};
  };
  EXPECT_EQ(refusal(std::string(1001, 'x'), limits),
            "Size of the uploaded archive file exceeds limit (1000 bytes)");
  EXPECT_EQ(refusal(archive_of({file("big", 1001)}), limits),
            "Size of a file in the archive exceeds limit (1001 > 1000 bytes): big");
  EXPECT_EQ(refusal(archive_of({file("a", 600), file("b", 600)}), limits),
            "Total size of the archive exceeds limit (1200 > 1000 bytes)");
  EXPECT_EQ(refusal(archive_of({file("a", 1), file("b", 1), file("c", 1), file("d", 1)}), limits),
            "The archive holds more than 3 entries");
  EXPECT_EQ(refusal(archive_of({file("a/b/c", 1), file("a/d", 1)}), limits), "");
  EXPECT_EQ(refusal(archive_of({file("a/b/c/d/e", 1)}), limits),
            "The archive holds more than 3 directories");
  EXPECT_EQ(refusal(archive_of({file("a", 600), file("b", 400)}), limits), "");
}

TEST_F(ProjectArchiveTest, StopsReadingBombs) {
  // Nothing but headers, which no entry's size tells of.
  std::string bomb;
  for (int header = 0; header < 30; ++header) bomb += pax_block("comment", std::string(6000, 'x'));
  const std::string archive = gzip(bomb + tar({{.name = "a", .content = "x"}}));
  EXPECT_EQ(refusal(archive, {.max_total_bytes = 10'000, .max_entries = 3}),
            "The archive holds more than 16144 bytes");
}

TEST_F(ProjectArchiveTest, UnpacksModesLinksAndDirectories) {
  const std::string archive =
      archive_of({{.name = "closed", .type = '5', .mode = 0555},
                  {.name = "closed/run.sh", .content = "#!/bin/sh\n", .mode = 04775},
                  {.name = "current", .type = '2', .link = "closed/run.sh", .mode = 0777},
                  {.name = "later", .type = '2', .link = "made/by/a/task"},
                  {.name = "hard", .type = '1', .link = "closed/run.sh"},
                  {.name = "device", .type = '3'}});
  const std::vector<UnpackedEntry> entries = unpack_project(archive, scratch_.path());
  ASSERT_EQ(entries.size(), 5u);
  EXPECT_EQ(entries[0].name, "closed/run.sh");
  EXPECT_EQ(entries[1].link_target, "closed/run.sh");
  EXPECT_EQ(mode("closed"), 0555u);
  EXPECT_EQ(mode("closed/run.sh"), 0775u);
  EXPECT_EQ(fs::read_symlink(scratch_.path() / "later"), "made/by/a/task");
  EXPECT_EQ(content("current"), "#!/bin/sh\n");
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(scratch_.path() / "hard")));
  EXPECT_EQ(content("hard"), "");
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(scratch_.path() / "device")));
}

TEST_F(ProjectArchiveTest, ReplacesWhatIsThere) {
  std::ofstream(scratch_.path() / "kept") << "kept";
  fs::create_symlink("kept", scratch_.path() / "file");
  std::ofstream(scratch_.path() / "link") << "old";
  unpack_project(archive_of({{.name = "file", .content = "new"},
                             {.name = "link", .type = '2', .link = "file"}}),
                 scratch_.path());
  EXPECT_EQ(content("kept"), "kept") << "not written through a link";
  EXPECT_EQ(content("file"), "new");
  EXPECT_EQ(content("link"), "new");
}

TEST_F(ProjectArchiveTest, RefusesToUnpackWhatLeaves) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {archive_of({{.name = "../evil", .content = "x"}}),
       "Archive includes an invalid entry: ../evil (runtime)"},
      {archive_of({{.name = "l", .type = '2', .link = "../evil"}}),
       "Archive includes an invalid symlink: l -> ../evil (runtime)"},
      {archive_of({{.name = "l", .type = '2', .link = "/etc"}}),
       "Archive includes an invalid symlink: l -> /etc (runtime)"},
      {archive_of({{.name = "d", .type = '2', .link = "/tmp"}, {.name = "d/x", .content = "x"}}),
       "Archive includes an invalid entry: d/x (runtime)"},
  };
  for (const auto& [archive, text] : cases) EXPECT_EQ(failure(archive), text);
}

TEST_F(ProjectArchiveTest, DoesNotFollowLinksThatWereThere) {
  const TemporaryDirectory elsewhere(fs::temp_directory_path());
  fs::create_directory_symlink(elsewhere.path(), scratch_.path() / "d");
  EXPECT_NE(failure(archive_of({{.name = "d/x", .content = "x"}})), "");
  EXPECT_TRUE(fs::is_empty(elsewhere.path()));
}

TEST(Md5, OfKnownTexts) {
  EXPECT_EQ(md5(""),
            std::string("\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e", 16));
}

TEST(TemporaryDirectory, IsRemovedWithClosedDirectories) {
  fs::path path;
  {
    const TemporaryDirectory directory(fs::temp_directory_path());
    path = directory.path();
    fs::create_directories(path / "a/b");
    std::ofstream(path / "a/b/file") << "x";
    fs::permissions(path / "a/b", fs::perms::owner_read);
    fs::permissions(path / "a", fs::perms::none);
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace mogura::blob
