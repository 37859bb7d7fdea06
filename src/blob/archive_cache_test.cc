#include "blob/archive_cache.h"

#include <gtest/gtest.h>

#include <fstream>

#include "blob/task_workspace.h"
#include "blob/temporary_directory.h"
#include "blob/testing/tar.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

class ArchiveCacheTest : public ::testing::Test {
 protected:
  ArchiveCache cache(std::uint64_t max_bytes) {
    return ArchiveCache(
        [this](const store::Revision& revision) {
          ++fetches_;
          return *revision.archive_digest + std::string(99, 'x');
        },
        max_bytes);
  }
  static std::string get(ArchiveCache& archives, const std::string& digest) {
    store::Revision revision;
    revision.archive_digest = digest;
    return archives.get(revision)->substr(0, 1);
  }
  int fetches_ = 0;
};

TEST_F(ArchiveCacheTest, FetchesAnArchiveOnce) {
  ArchiveCache archives = cache(1000);
  EXPECT_EQ(get(archives, "a"), "a");
  EXPECT_EQ(get(archives, "a"), "a");
  EXPECT_EQ(fetches_, 1);
  EXPECT_EQ(get(archives, "b"), "b");
  EXPECT_EQ(fetches_, 2);
}

TEST_F(ArchiveCacheTest, TellsRevisionsWithoutADigestApart) {
  ArchiveCache archives([](const store::Revision& revision) { return revision.name; });
  store::Revision one;
  one.id = {1};
  one.name = "one";
  store::Revision two;
  two.id = {2};
  two.name = "two";
  EXPECT_EQ(*archives.get(one), "one");
  EXPECT_EQ(*archives.get(two), "two");
}

TEST_F(ArchiveCacheTest, ForgetsWhatWasNotUsedForLong) {
  ArchiveCache archives = cache(200);
  get(archives, "a");
  get(archives, "b");
  get(archives, "a");
  get(archives, "c");  // b goes
  get(archives, "a");
  EXPECT_EQ(fetches_, 3);
  get(archives, "b");
  EXPECT_EQ(fetches_, 4);
}

TEST_F(ArchiveCacheTest, DoesNotKeepWhatIsLargerThanItself) {
  ArchiveCache archives = cache(50);
  get(archives, "a");
  get(archives, "a");
  EXPECT_EQ(fetches_, 2);
}

TEST(TaskWorkspace, IsPrivateAndGoneWithItsTask) {
  const TemporaryDirectory root(fs::temp_directory_path());
  const std::string archive = testing::archive_of({{.name = "data", .content = "as pushed"}});
  const TaskWorkspace::Task task{ProjectId{1}, "a/b", AttemptId{2}, 3};
  fs::path path;
  {
    TaskWorkspace one(root.path() / "workspace", task);
    TaskWorkspace two(root.path() / "workspace", task);
    path = one.path();
    EXPECT_TRUE(path.filename().string().starts_with("1_a_b_2_3_")) << path;
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    one.unpack(archive);
    two.unpack(archive);
    std::ofstream(one.path() / "data") << "changed";
    std::string seen;
    std::ifstream(two.path() / "data") >> seen;
    EXPECT_EQ(seen, "as") << "of another task";
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace mogura::blob
