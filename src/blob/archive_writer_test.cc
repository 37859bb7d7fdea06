#include "blob/archive_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "blob/archive_reader.h"
#include "blob/temporary_directory.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Packed {
  std::string name;
  std::string content;  // of a link, " -> TARGET"
  unsigned mode;
};

std::vector<Packed> unpack(const fs::path& path) {
  const std::string archive = read_all(path);
  ArchiveReader reader(archive, 1u << 20);
  std::vector<Packed> entries;
  while (const auto header = reader.next()) {
    Packed packed{header->name, "", header->mode};
    if (header->kind == ArchiveEntryHeader::Kind::link) {
      packed.content = " -> " + header->link_target;
    } else {
      packed.content = reader.read();
    }
    entries.push_back(std::move(packed));
  }
  return entries;
}

struct Place : TemporaryDirectory {
  Place() : TemporaryDirectory(fs::temp_directory_path()) {}
  fs::path operator/(std::string_view name) const { return path() / name; }
  fs::path write(const std::string& name, const std::string& content) const {
    fs::create_directories((path() / name).parent_path());
    std::ofstream(path() / name) << content;
    return path() / name;
  }
};

class ArchiveWriterTest : public ::testing::Test {
 protected:
  std::vector<std::string> names(OutgoingLinks outgoing = OutgoingLinks::refused) const {
    std::vector<std::string> names;
    for (const ArchiveEntry& entry : list_archive_entries(project_, outgoing)) {
      names.push_back(entry.name + (entry.link_target ? " -> " + *entry.link_target : ""));
    }
    return names;
  }
  void pack(const fs::path& archive, FileTimes times = FileTimes::kept) const {
    write_project_archive(archive, list_archive_entries(project_, OutgoingLinks::copied), times,
                          [](const ArchiveEntry&) {});
  }

  Place place_;
  fs::path project_ = place_ / "project";
};

TEST_F(ArchiveWriterTest, PacksContentAndPermissions) {
  place_.write("project/b/run.sh", "#!/bin/sh\n");
  fs::permissions(project_ / "b/run.sh", fs::perms{0750});
  place_.write("project/a.dig", "+a:\n  echo>: x\n");
  const std::string long_name = std::string(120, 'd') + "/" + std::string(120, 'f');
  place_.write("project/" + long_name, "");
  place_.write("project/\xe6\x97\xa5\xe6\x9c\xac.dig", "");
  place_.write("project/.hidden", "x");
  pack(place_ / "out.tar.gz");
  const std::vector<Packed> entries = unpack(place_ / "out.tar.gz");
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].name, "a.dig");
  EXPECT_EQ(entries[0].content, "+a:\n  echo>: x\n");
  EXPECT_EQ(entries[1].name, "b/run.sh");
  EXPECT_EQ(entries[1].mode, 0750u);
  EXPECT_EQ(entries[2].name, long_name);
  EXPECT_EQ(entries[3].name, "\xe6\x97\xa5\xe6\x9c\xac.dig");
}

TEST_F(ArchiveWriterTest, MakesEqualArchivesOfEqualProjects) {
  const fs::path file = place_.write("project/a.dig", "x");
  fs::last_write_time(file, fs::file_time_type{});
  pack(place_ / "one.tar.gz");
  pack(place_ / "two.tar.gz");
  EXPECT_EQ(read_all(place_ / "one.tar.gz"), read_all(place_ / "two.tar.gz"));
}

TEST_F(ArchiveWriterTest, KeepsLinksInsideTheProject) {
  place_.write("project/data/x.csv", "x");
  place_.write("project/data/y.csv", "y");
  place_.write("project/sub/z", "z");
  fs::create_directory_symlink("data", project_ / "latest");
  fs::create_symlink(project_ / "data/x.csv", project_ / "sub/absolute");
  EXPECT_THAT(names(), ElementsAre("data/x.csv", "data/y.csv", "latest -> data",
                                   "sub/absolute -> ../data/x.csv", "sub/z"));
  pack(place_ / "out.tar.gz");
  EXPECT_EQ(unpack(place_ / "out.tar.gz")[2].content, " -> data");
}

TEST_F(ArchiveWriterTest, RefusesOrCopiesWhatLinksLeadOutTo) {
  place_.write("common/lib.sh", "lib");
  place_.write("project/a.dig", "");
  fs::create_directory_symlink(place_ / "common", project_ / "shared");
  try {
    names();
    FAIL() << "a link out of the project was packed";
  } catch (const Error& error) {
    EXPECT_EQ(error.chain(), "Invalid symbolic link: Given path '" + (place_ / "common").string() +
                                 "' is outside of project directory '" + project_.string() +
                                 "'. Consider to add --copy-outgoing-symlinks option "
                                 "(illegal argument)");
  }
  EXPECT_THAT(names(OutgoingLinks::copied), ElementsAre("a.dig", "shared/lib.sh"));
  pack(place_ / "out.tar.gz");
  EXPECT_EQ(unpack(place_ / "out.tar.gz")[1].content, "lib");
}

TEST_F(ArchiveWriterTest, StoresItselfAsTheBeginningOfAnArchive) {
  place_.write("project/a.dig", "x");
  place_.write("project/out.tar.gz", "an older archive");
  pack(project_ / "out.tar.gz");
  const std::vector<Packed> entries = unpack(project_ / "out.tar.gz");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].name, "out.tar.gz");
  EXPECT_EQ(entries[1].content.substr(0, 3), "\x1f\x8b\x08");
  EXPECT_EQ(entries[1].content.size(), 10u);
}

TEST_F(ArchiveWriterTest, MakesTheSameOfFreshCopiesWithoutTheirTimes) {
  const fs::path file = place_.write("project/a.dig", "x");
  fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(48));
  pack(place_ / "old.tar.gz");
  pack(place_ / "old-without.tar.gz", FileTimes::left_out);
  fs::last_write_time(file, fs::file_time_type::clock::now());
  pack(place_ / "new.tar.gz");
  pack(place_ / "new-without.tar.gz", FileTimes::left_out);
  EXPECT_NE(read_all(place_ / "old.tar.gz"), read_all(place_ / "new.tar.gz"));
  EXPECT_EQ(read_all(place_ / "old-without.tar.gz"), read_all(place_ / "new-without.tar.gz"));
}

TEST_F(ArchiveWriterTest, NamesTheArchiveThatHasNoDirectory) {
  const std::string archive = place_ / "none/a.tar.gz";
  try {
    write_project_archive(archive, {}, FileTimes::kept, [](const ArchiveEntry&) {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "no such file");
    EXPECT_EQ(error.message(), archive);
  }
}

TEST_F(ArchiveWriterTest, KeepsTheOldArchiveWhereItFails) {
  place_.write("project/a.dig", "x");
  const fs::path archive = place_.write("out.tar.gz", "old");
  const auto entries = list_archive_entries(project_, OutgoingLinks::refused);
  fs::remove(project_ / "a.dig");
  EXPECT_THROW(write_project_archive(archive, entries, FileTimes::kept, [](const ArchiveEntry&) {}),
               Error);
  EXPECT_EQ(read_all(archive), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(place_.path()), fs::directory_iterator()), 2);
}

}  // namespace
}  // namespace mogura::blob
