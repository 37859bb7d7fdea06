#include "blob/archive_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "blob/project_archive.h"
#include "blob/temporary_directory.h"
#include "store/sqlite/database.h"
#include "store/testing/push_maker.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;
using Kind = ArchiveProblem::Kind;
using std::chrono::hours;
using store::testing::make_push;
using ::testing::SizeIs;

class ArchiveStoreTest : public ::testing::Test {
 protected:
  ArchiveStore archives(const std::string& type) {
    ArchiveStoreOptions options;
    options.type = type;
    options.files["local"] = std::make_unique<ArchivesInDirectory>(directory());
    return {*database_, std::move(options)};
  }
  store::Revision push(ArchiveStore& archives, const std::string& revision,
                       const std::string& bytes) {
    return archives.push(make_push("p", revision), bytes, now_).revision;
  }
  // A push that writes its archive, and then is refused.
  void push_in_vain(ArchiveStore& archives, const std::string& bytes) {
    database_->push(make_push("p", "there already"), now_);
    EXPECT_THROW(push(archives, "there already", bytes), Error);
  }
  // What of a project but its newest revision is older than now goes.
  void drop_old(ProjectId project) { database_->drop_revisions(project, now_, 0, 100); }
  fs::path directory() const { return root_.path() / "archives"; }
  fs::path file_of(const store::Revision& revision) const {
    return directory() / *revision.archive_path;
  }
  // Relative, in order.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(directory(), none)) {
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), directory()));
    }
    return names;
  }

  const TemporaryDirectory root_{fs::temp_directory_path()};
  const std::unique_ptr<store::Database> database_ = store::sqlite::open_memory_database();
  Instant now_{hours(100'000)};
};

TEST_F(ArchiveStoreTest, GivesBackWhatWasPushed) {
  for (const std::string type : {"db", "local"}) {
    ArchiveStore all = archives(type);
    const std::string bytes("\x1f\x8b\0 bytes", 9);
    const store::Revision revision = push(all, type, bytes);
    EXPECT_EQ(revision.archive_type, type);
    EXPECT_EQ(revision.archive_digest->size(), 32u);
    EXPECT_EQ(revision.archive_md5, md5(bytes));
    EXPECT_EQ(all.read(revision).value(), bytes);
  }
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(ArchiveStoreTest, ReadsRevisionsFromWhereTheyWerePut) {
  ArchiveStore before = archives("local");
  const store::Revision old = push(before, "old", "bytes");
  ArchiveStore after = archives("db");
  EXPECT_EQ(push(after, "new", "bytes").archive_type, "db");
  EXPECT_EQ(after.read(old).value(), "bytes");
}

TEST_F(ArchiveStoreTest, HasAFileForAllRevisionsWithTheSameArchive) {
  ArchiveStore all = archives("local");
  const store::Revision first = push(all, "r1", "bytes");
  const store::Revision second = push(all, "r2", "bytes");
  EXPECT_EQ(first.archive_path, second.archive_path);
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_NE(push(all, "r3", "others").archive_path, first.archive_path);
}

TEST_F(ArchiveStoreTest, SaysWhyThereIsNone) {
  ArchiveStore all = archives("local");
  store::Revision revision = push(all, "r1", "bytes");
  const std::string id = std::to_string(revision.project.value);
  std::ofstream(file_of(revision)) << "others";
  EXPECT_EQ(all.read(revision).error().kind, Kind::damaged);
  EXPECT_EQ(all.read(revision).error().message,
            "Archive of project id=" + id + " revision='r1' is damaged");
  fs::remove(file_of(revision));
  EXPECT_EQ(all.read(revision).error().kind, Kind::missing);
  EXPECT_EQ(all.read(revision).error().message,
            "Archive file for project id=" + id + " revision='r1' is not found");
  revision.archive_type = "s3";
  EXPECT_EQ(all.read(revision).error().kind, Kind::out_of_reach);
  revision.archive_type = "none";
  EXPECT_EQ(all.read(revision).error().kind, Kind::not_kept);
  revision.archive_type = "db";
  EXPECT_EQ(all.read(revision).error().kind, Kind::missing);
}

TEST_F(ArchiveStoreTest, RepairsADamagedFileWhenTheSameIsPushed) {
  ArchiveStore all = archives("local");
  const store::Revision first = push(all, "r1", "bytes");
  std::ofstream(file_of(first)) << "half";
  push(all, "r2", "bytes");
  EXPECT_EQ(all.read(first).value(), "bytes");
}

TEST_F(ArchiveStoreTest, ErasesWhatNoRevisionNames) {
  ArchiveStore all = archives("local");
  const store::Revision first = push(all, "r1", "bytes");
  push_in_vain(all, "orphan");
  now_ += std::chrono::minutes(59);
  all.clean_up(now_);
  EXPECT_THAT(files(), SizeIs(2)) << "the push may still come";
  now_ += std::chrono::minutes(2);
  all.clean_up(now_);
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_EQ(all.read(first).value(), "bytes");
}

// A clock that jumps makes a push late.
TEST_F(ArchiveStoreTest, LeavesNothingOfAPushThatCameTooLate) {
  class LatePushes : public ArchivesInDirectory {
   public:
    LatePushes(const fs::path& root, store::Database& database)
        : ArchivesInDirectory(root), database_(database) {}
    void put(const std::string& path, std::string_view bytes) override {
      const Instant later = Instant::max();
      const auto condemned = database_.condemn_archives("local", later, "", 10).archives;
      ASSERT_THAT(condemned, SizeIs(1));
      database_.forget_archive("local", condemned[0]);
      ArchivesInDirectory::put(path, bytes);
    }

   private:
    store::Database& database_;
  };
  ArchiveStoreOptions options;
  options.type = "local";
  options.files["local"] = std::make_unique<LatePushes>(directory(), *database_);
  ArchiveStore all(*database_, std::move(options));
  EXPECT_THROW(push(all, "r1", "bytes"), store::ArchivePlaceLost);
  all.clean_up(now_ += hours(2));
  EXPECT_THAT(files(), SizeIs(0));
  EXPECT_FALSE(database_->find_project({0}, "p"));
}

TEST_F(ArchiveStoreTest, KeepsAFileAsLongAsOneRevisionNamesIt) {
  ArchiveStore all = archives("local");
  const store::Revision first = push(all, "r1", "bytes");
  now_ += hours(2);
  const store::Revision second = push(all, "r2", "bytes");
  all.clean_up(now_ += hours(2));
  drop_old(first.project);
  all.clean_up(now_ += hours(2));
  EXPECT_EQ(all.read(second).value(), "bytes");
  push(all, "r3", "newest");
  now_ += hours(2);
  drop_old(first.project);
  all.clean_up(now_ += hours(2));
  EXPECT_THAT(files(), SizeIs(1));
  EXPECT_EQ(push(all, "r4", "bytes").archive_path == second.archive_path, false)
      << "a place is used once";
}

TEST_F(ArchiveStoreTest, GoesOnWhereAFileCannotBeErased) {
  ArchiveStore all = archives("local");
  const store::Revision first = push(all, "r1", "one");
  const store::Revision second = push(all, "r2", "two");
  push(all, "r3", "newest");
  now_ += hours(2);
  drop_old(first.project);
  const fs::path stuck = directory() / std::min(*first.archive_path, *second.archive_path);
  fs::remove(stuck);
  fs::create_directory(stuck);
  all.clean_up(now_ += hours(2));
  EXPECT_THAT(files(), SizeIs(1));
  fs::remove(stuck);
  std::ofstream(stuck) << "again";
  all.clean_up(now_);
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(ArchiveStoreTest, RemovesWhatAnInterruptedWriteLeft) {
  ArchiveStore all = archives("local");
  push(all, "r1", "bytes");
  const fs::path half = directory() / "incoming" / "abcdef";
  std::ofstream(half) << "by";
  now_ = SystemClock().now();
  all.clean_up(now_);
  EXPECT_TRUE(fs::exists(half)) << "it may be in work";
  all.clean_up(now_ + hours(25));
  EXPECT_FALSE(fs::exists(half));
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(ArchiveStoreTest, SaysNoPathOfTheServer) {
  std::ofstream(directory()) << "in the way";
  ArchiveStore all = archives("local");
  try {
    push(all, "r1", "bytes");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "io");
    EXPECT_EQ(error.message().find(root_.path().string()), std::string::npos) << error.message();
  }
  EXPECT_FALSE(database_->find_project({0}, "p"));
}

}  // namespace
}  // namespace mogura::blob
