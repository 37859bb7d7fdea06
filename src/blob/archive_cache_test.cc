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
        [this](ProjectId project, const std::string& revision) -> std::optional<std::string> {
          ++fetches_;
          if (revision == "none") return std::nullopt;
          return std::to_string(project.value) + revision + std::string(98, 'x');
        },
        max_bytes);
  }
  int fetches_ = 0;
};

TEST_F(ArchiveCacheTest, FetchesARevisionOnce) {
  ArchiveCache archives = cache(1000);
  EXPECT_EQ(archives.get(ProjectId{1}, "a")->substr(0, 2), "1a");
  EXPECT_EQ(archives.get(ProjectId{1}, "a")->substr(0, 2), "1a");
  EXPECT_EQ(fetches_, 1);
  EXPECT_EQ(archives.get(ProjectId{2}, "a")->substr(0, 2), "2a");
  EXPECT_EQ(fetches_, 2);
}

TEST_F(ArchiveCacheTest, ForgetsWhatWasNotUsedForLong) {
  ArchiveCache archives = cache(200);
  archives.get(ProjectId{1}, "a");
  archives.get(ProjectId{1}, "b");
  archives.get(ProjectId{1}, "a");
  archives.get(ProjectId{1}, "c");  // b goes
  archives.get(ProjectId{1}, "a");
  EXPECT_EQ(fetches_, 3);
  archives.get(ProjectId{1}, "b");
  EXPECT_EQ(fetches_, 4);
}

TEST_F(ArchiveCacheTest, DoesNotKeepWhatIsLargerThanItself) {
  ArchiveCache archives = cache(50);
  archives.get(ProjectId{1}, "a");
  archives.get(ProjectId{1}, "a");
  EXPECT_EQ(fetches_, 2);
}

TEST_F(ArchiveCacheTest, SaysWhatIsMissing) {
  ArchiveCache archives = cache(1000);
  try {
    archives.get(ProjectId{7}, "none");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "Archive data for project id=7 revision='none' is not found in database");
  }
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
