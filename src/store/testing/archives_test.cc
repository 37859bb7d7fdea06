// What every database does with archives: their bytes once, and the places of those that lie
// elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/backends.h"
#include "store/testing/push_maker.h"

namespace mogura::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ArchivesTest : public ::testing::TestWithParam<DatabaseMaker> {
 protected:
  // A revision, made at this second, with an archive of these bytes.
  Pushed push(const std::string& project, const std::string& revision, std::int64_t second,
              const std::string& bytes) {
    Push push = make_push(project, revision);
    push.archive_type = "db";
    push.archive = bytes;
    push.archive_digest = digest_of(bytes);
    return database_.push(push, at_second(second));
  }
  Pushed push_file(const std::string& project, const std::string& revision, std::int64_t second,
                   const std::string& bytes, const std::string& path) {
    Push push = make_push(project, revision);
    push.archive_type = "files";
    push.archive_path = path;
    push.archive_digest = digest_of(bytes);
    return database_.push(push, at_second(second));
  }
  static std::string digest_of(const std::string& bytes) {
    std::string digest = bytes;
    digest.resize(32, '\0');
    return digest;
  }
  std::string note(const std::string& bytes, const std::string& fresh_path, std::int64_t second) {
    return database_.note_archive("files", digest_of(bytes), fresh_path, at_second(second));
  }
  std::vector<std::string> condemned(std::int64_t noted_before) {
    return paths_of(database_.condemn_archives("files", at_second(noted_before), "", 100));
  }
  static std::vector<std::string> paths_of(const CondemnedArchives& condemned) {
    std::vector<std::string> paths;
    for (const CondemnedArchive& archive : condemned.archives) paths.push_back(archive.path);
    return paths;
  }
  void drop_before(ProjectId project, std::int64_t second) {
    database_.drop_revisions(project, at_second(second), 0, 100);
  }
  std::optional<std::string> archive_of(const Pushed& pushed) {
    return database_.find_archive(pushed.revision.id);
  }

  std::unique_ptr<DatabaseBackend> backend_ = GetParam().make();
  Database& database_ = backend_->database();
};
INSTANTIATE_TEST_SUITE_P(Databases, ArchivesTest, ::testing::ValuesIn(database_makers()),
                         name_of<DatabaseBackend>);

TEST_P(ArchivesTest, KnowTheirDigests) {
  const Pushed pushed = push("p", "r1", 1, "bytes");
  EXPECT_EQ(pushed.revision.archive_digest, digest_of("bytes"));
  EXPECT_EQ(database_.find_revision(pushed.revision.id)->archive_digest, digest_of("bytes"));
  const Pushed none = database_.push(make_push("p", "r2"), at_second(2));
  EXPECT_FALSE(database_.find_revision(none.revision.id)->archive_digest);
}

// What the first of them brought is what the others have.
TEST_P(ArchivesTest, AreStoredOnceForEqualDigests) {
  const Pushed first = push("p", "r1", 1, "bytes");
  Push same = make_push("other", "r1");
  same.archive_type = "db";
  same.archive = "not looked at";
  same.archive_digest = digest_of("bytes");
  const Pushed second = database_.push(same, at_second(2));
  EXPECT_EQ(archive_of(first), "bytes");
  EXPECT_EQ(archive_of(second), "bytes");
  EXPECT_EQ(archive_of(push("p", "r2", 3, "others")), "others");
}

TEST_P(ArchivesTest, StayWhileARevisionHasThem) {
  const Pushed first = push("p", "r1", 1, "bytes");
  const Pushed second = push("p", "r2", 2, "bytes");
  const Pushed elsewhere = push("q", "r1", 3, "bytes");
  push("p", "r3", 4, "more");
  drop_before(first.project.id, 2);
  EXPECT_FALSE(database_.find_revision(first.revision.id));
  EXPECT_FALSE(archive_of(first));
  EXPECT_EQ(archive_of(second), "bytes");
  drop_before(first.project.id, 9);
  EXPECT_FALSE(archive_of(second));
  EXPECT_EQ(archive_of(elsewhere), "bytes");
}

// Else it would still be what the first of them brought.
TEST_P(ArchivesTest, GoWithTheLastRevisionThatHasThem) {
  const Pushed first = push("p", "r1", 1, "bytes");
  push("p", "r2", 2, "bytes");
  push("p", "r3", 3, "newest");
  drop_before(first.project.id, 9);
  Push other = make_push("p", "r4");
  other.archive_type = "db";
  other.archive = "brought anew";
  other.archive_digest = digest_of("bytes");
  EXPECT_EQ(archive_of(database_.push(other, at_second(10))), "brought anew");
}

TEST_P(ArchivesTest, WithoutADigestAreNotShared) {
  Push push = make_push("p", "r1");
  push.archive_type = "db";
  push.archive = "one";
  const Pushed one = database_.push(push, at_second(1));
  push.revision = "r2";
  push.archive = "two";
  const Pushed two = database_.push(push, at_second(2));
  EXPECT_EQ(archive_of(one), "one");
  EXPECT_EQ(archive_of(two), "two");
  drop_before(one.project.id, 9);
  EXPECT_FALSE(archive_of(one));
  EXPECT_EQ(archive_of(two), "two");
}

TEST_P(ArchivesTest, ElsewhereShareAPlace) {
  EXPECT_EQ(note("bytes", "a.1", 1), "a.1");
  EXPECT_EQ(note("bytes", "a.2", 2), "a.1") << "of a push at the same time";
  EXPECT_EQ(note("others", "b.1", 2), "b.1");
  push_file("p", "r1", 3, "bytes", "a.1");
  EXPECT_THAT(condemned(9), ElementsAre("b.1"));
  EXPECT_EQ(note("bytes", "a.3", 10), "a.1") << "its note was forgotten";
  EXPECT_EQ(database_.note_archive("cloud", digest_of("bytes"), "c.1", at_second(10)), "c.1");
}

TEST_P(ArchivesTest, ElsewhereAreCondemnedWhenNobodyNamesThemForLong) {
  note("bytes", "a.1", 5);
  EXPECT_THAT(condemned(5), IsEmpty());
  EXPECT_THAT(condemned(6), ElementsAre("a.1"));
  EXPECT_THAT(condemned(6), ElementsAre("a.1")) << "it may not be erased yet";
  EXPECT_EQ(note("bytes", "a.2", 7), "a.2");
  try {
    push_file("p", "r1", 8, "bytes", "a.1");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "conflict");
  }
  EXPECT_FALSE(database_.find_project({0}, "p"));
  database_.forget_archive("files", {"a.1", at_second(5)});
  EXPECT_THAT(condemned(7), IsEmpty());
  push_file("p", "r1", 8, "bytes", "a.2");
  EXPECT_THAT(condemned(99), IsEmpty());
}

TEST_P(ArchivesTest, ElsewhereAreNotedAgainWhenTheirRevisionsGo) {
  note("bytes", "a.1", 1);
  const Pushed first = push_file("p", "r1", 1, "bytes", "a.1");
  push_file("p", "r2", 2, "bytes", "a.1");
  push("p", "r3", 3, "newest");
  ASSERT_THAT(condemned(9), IsEmpty());
  drop_before(first.project.id, 2);
  EXPECT_THAT(condemned(9), IsEmpty()) << "r2 names it";
  drop_before(first.project.id, 10);
  EXPECT_THAT(condemned(10), IsEmpty());
  EXPECT_THAT(condemned(11), ElementsAre("a.1"));
}

TEST_P(ArchivesTest, ElsewhereAreNotUsedOnceAPushHasLostThem) {
  note("bytes", "a.1", 1);
  push_file("p", "r1", 1, "bytes", "a.1");
  ASSERT_THAT(condemned(9), IsEmpty());
  database_.give_up_archive("files", digest_of("bytes"), "a.1", at_second(9));
  EXPECT_EQ(note("bytes", "a.2", 9), "a.2");
  EXPECT_THAT(condemned(10), ElementsAre("a.2")) << "a revision names the other";
  database_.give_up_archive("files", digest_of("others"), "b.1", at_second(9));
  EXPECT_THAT(condemned(10), ElementsAre("a.2", "b.1"));
}

TEST_P(ArchivesTest, ElsewhereAreErasedAgainWhenWrittenMeanwhile) {
  note("bytes", "a.1", 1);
  const CondemnedArchives seen = database_.condemn_archives("files", at_second(9), "", 1);
  database_.give_up_archive("files", digest_of("bytes"), "a.1", at_second(9));
  database_.forget_archive("files", seen.archives.at(0));
  EXPECT_THAT(condemned(9), ElementsAre("a.1"));
}

TEST_P(ArchivesTest, ElsewhereAreLookedThroughInParts) {
  for (const std::string path : {"a", "b", "c"}) note(path, path, 1);
  note("d", "d", 50);
  push_file("p", "r1", 2, "b", "b");
  const CondemnedArchives first = database_.condemn_archives("files", at_second(9), "", 2);
  EXPECT_THAT(paths_of(first), ElementsAre("a"));
  ASSERT_EQ(first.next, "b");
  const CondemnedArchives second =
      database_.condemn_archives("files", at_second(9), *first.next, 2);
  EXPECT_THAT(paths_of(second), ElementsAre("c"));
  EXPECT_FALSE(second.next);
  EXPECT_THAT(database_.condemn_archives("cloud", at_second(99), "", 2).archives, IsEmpty());
}

}  // namespace
}  // namespace mogura::store::testing
