#include "cli/task_workspaces.h"

#include <gtest/gtest.h>

#include "blob/testing/tar.h"
#include "cli/testing/temp_directory.h"
#include "store/sqlite/database.h"
#include "store/testing/push_maker.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

class TaskWorkspacesTest : public testing::Test {
 protected:
  void push(const std::string& revision, const std::string& content) {
    store::Push push = store::testing::make_push("p", revision);
    const std::string archive = blob::testing::archive_of({{.name = "data", .content = content}});
    request.project = archives.push(push, archive, Instant()).project.id;
    request.revision = revision;
  }
  TaskWorkspaces workspaces(std::uint64_t idle_bytes = 64u << 20) {
    return {{*database, archives, directories, clock}, root.path(), {.idle_bytes = idle_bytes}};
  }
  std::unique_ptr<agent::ProjectFiles> open(TaskWorkspaces& all, std::int64_t task) {
    request.task_id = task;
    return all.open(request);
  }
  static ino_t inode(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_ino;
  }
  static std::string content(const agent::ProjectFiles& files) {
    return read_file(files.path() / "data");
  }
  std::ptrdiff_t copies() const { return std::distance(fs::directory_iterator(root.path()), {}); }

  const TempDirectory root;
  const std::unique_ptr<store::Database> database = store::sqlite::open_memory_database();
  blob::ArchiveStore archives{*database, {}};
  FakeClock clock{Instant()};
  operators::TemporaryDirectories directories;
  operators::TaskRequest request{.workflow_name = "w", .attempt = AttemptId{2}};
};

TEST_F(TaskWorkspacesTest, HandOnWhatATaskLeftUnchanged) {
  push("r1", "as pushed");
  TaskWorkspaces all = workspaces();
  ino_t first = 0;
  {
    const auto files = open(all, 7);
    first = inode(files->path());
    write_file(files->path() / "output", "of task 7", Durability::replaced_in_place);
    operators::TemporaryDirectory scripts(directories, files->path(), "digdag-sh", 7);
    scripts.write("runner.sh", "a secret");
  }
  const auto files = open(all, 8);
  EXPECT_EQ(inode(files->path()), first);
  EXPECT_TRUE(files->path().filename().string().starts_with(std::to_string(request.project.value) +
                                                            "_w_2_8_"));
  EXPECT_EQ(content(*files), "as pushed");
  EXPECT_FALSE(fs::exists(files->path() / "output"));
  const ino_t kept = inode(*fs::directory_iterator(files->path() / ".digdag/tmp"));
  const operators::TemporaryDirectory scripts(directories, files->path(), "digdag-sh", 8);
  EXPECT_EQ(inode(scripts.path()), kept);
}

TEST_F(TaskWorkspacesTest, AreFreshForTasksAtOneTimeAndAfterAChange) {
  push("r1", "as pushed");
  TaskWorkspaces all = workspaces();
  {
    const auto one = open(all, 7);
    const auto two = open(all, 8);
    EXPECT_NE(one->path(), two->path());
    write_file(one->path() / "data", "changed!!", Durability::replaced_in_place);
    EXPECT_EQ(content(*two), "as pushed");
  }
  EXPECT_EQ(copies(), 1);
  const auto three = open(all, 9);
  const auto four = open(all, 10);
  EXPECT_EQ(content(*three), "as pushed");
  EXPECT_EQ(content(*four), "as pushed");
}

TEST_F(TaskWorkspacesTest, BelongToOneArchive) {
  TaskWorkspaces all = workspaces();
  push("r1", "first");
  open(all, 7).reset();
  push("r2", "second");
  EXPECT_EQ(content(*open(all, 8)), "second");
}

TEST_F(TaskWorkspacesTest, ServeAllRevisionsWithTheSameArchive) {
  TaskWorkspaces all = workspaces();
  push("r1", "as pushed");
  const ino_t first = inode(open(all, 7)->path());
  push("r2", "as pushed");
  EXPECT_EQ(inode(open(all, 8)->path()), first);
}

// Its name may have been given to another one since.
TEST_F(TaskWorkspacesTest, LookARevisionUpAgainAfterAWhile) {
  TaskWorkspaces all = workspaces();
  push("r1", "first");
  open(all, 7).reset();
  push("r2", "newest");
  database->drop_revisions(request.project, Instant(std::chrono::seconds(9)), 0, 10);
  push("r1", "second");
  EXPECT_EQ(content(*open(all, 8)), "first");
  clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(content(*open(all, 9)), "second");
}

TEST_F(TaskWorkspacesTest, AreEmptyForARevisionWithoutAnArchive) {
  TaskWorkspaces all = workspaces();
  request.project = database->push(store::testing::make_push("p", "r1"), Instant()).project.id;
  request.revision = "r1";
  EXPECT_TRUE(fs::is_empty(open(all, 7)->path()));
}

TEST_F(TaskWorkspacesTest, SayWhyThereIsNoArchive) {
  TaskWorkspaces all = workspaces();
  request.project = ProjectId{7};
  request.revision = "r1";
  const auto problem = [&]() -> std::string {
    try {
      open(all, 7);
    } catch (const Error& error) {
      return error.message();
    }
    return "none";
  };
  EXPECT_EQ(problem(), "Archive data for project id=7 revision='r1' is not found in database");
  store::Push elsewhere = store::testing::make_push("p", "r1");
  elsewhere.archive_type = "s3";
  request.project = database->push(elsewhere, Instant()).project.id;
  EXPECT_EQ(problem(), "Archive of project id=" + std::to_string(request.project.value) +
                           " revision='r1' is in a storage that this server is not set up for: s3");
}

TEST_F(TaskWorkspacesTest, AreMadeAnewWhereSomebodyRemovedThem) {
  push("r1", "as pushed");
  TaskWorkspaces all = workspaces();
  fs::path path;
  {
    const auto files = open(all, 7);
    path = files->path();
  }
  fs::remove(path / "data");
  EXPECT_EQ(content(*open(all, 8)), "as pushed");
}

TEST_F(TaskWorkspacesTest, ThatWaitAreLimited) {
  push("r1", "as pushed");
  TaskWorkspaces all = workspaces((2u << 20) + 100);
  {
    const auto one = open(all, 7);
    const auto two = open(all, 8);
    const auto three = open(all, 9);
  }
  EXPECT_EQ(copies(), 2);
  TaskWorkspaces none = workspaces(0);
  open(none, 10).reset();
  EXPECT_EQ(copies(), 2);
}

}  // namespace
}  // namespace mogura::cli
