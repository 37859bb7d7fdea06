// Servers that push the same few archives, drop revisions and erase files, all at the same time:
// whatever comes first, a revision that was stored has its archive.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <set>
#include <thread>

#include "base/mutex.h"
#include "store/postgres/database.h"
#include "store/testing/postgres_server.h"
#include "store/testing/push_maker.h"

namespace mogura::store::testing {
namespace {

constexpr int kPushes = 150;
constexpr std::array<std::string_view, 2> kArchives = {"one", "two"};
// All notes are old: what no revision names is condemned at once.
constexpr std::int64_t kLongAfter = 1'000'000;

std::string digest_of(std::string_view bytes) {
  return std::string(32, bytes.front());
}

// A storage that servers share.
class Files {
 public:
  void put(const std::string& path) {
    const MutexLock lock(mutex_);
    there_.insert(path);
  }
  void erase(const std::string& path) {
    const MutexLock lock(mutex_);
    there_.erase(path);
  }
  bool has(const std::string& path) {
    const MutexLock lock(mutex_);
    return there_.contains(path);
  }

 private:
  Mutex mutex_;
  std::set<std::string> there_ MOGURA_GUARDED_BY(mutex_);
};

class ArchivesRaceTest : public ::testing::Test {
 protected:
  ArchivesRaceTest() {
    for (const std::string name : {"p", "q"}) {
      projects_.push_back(server()->push(make_push(name, "first"), at_second(1)).project.id);
    }
  }
  std::unique_ptr<Database> server() { return postgres::open_database(options_); }

  // Pushes to a project of its own, whose newest revision nobody drops.
  template <class PushOne>
  std::thread pusher(const std::string& project, PushOne push_one) {
    return std::thread([this, project, push_one] {
      const auto database = server();
      for (int i = 0; i < kPushes; ++i) {
        Push push = make_push(project, "r" + std::to_string(i));
        push_one(*database, push, kArchives[static_cast<std::size_t>(i) % kArchives.size()]);
      }
      ++finished_;
    });
  }
  // Goes on until the pushers have finished.
  template <class Sweep>
  std::thread sweeper(Sweep sweep) {
    return std::thread([this, sweep] {
      const auto database = server();
      while (finished_ < 2) {
        for (const ProjectId project : projects_) {
          database->drop_revisions(project, at_second(kLongAfter), 0, 100);
        }
        sweep(*database);
      }
    });
  }
  void run(std::array<std::thread, 4> threads) {
    for (std::thread& thread : threads) thread.join();
  }

  const postgres::Options options_ = PostgresServer::instance().new_database();
  std::vector<ProjectId> projects_;
  std::atomic<int> finished_ = 0;
};

TEST_F(ArchivesRaceTest, BytesStayWhileARevisionHasThem) {
  const auto push_one = [](Database& database, Push& push, std::string_view bytes) {
    push.archive_type = "db";
    push.archive = bytes;
    push.archive_digest = digest_of(bytes);
    const RevisionId revision = database.push(push, at_second(1)).revision.id;
    EXPECT_EQ(database.find_archive(revision), bytes) << push.project << " " << push.revision;
  };
  const auto nothing_more = [](Database&) {};
  run({pusher("p", push_one), pusher("q", push_one), sweeper(nothing_more), sweeper(nothing_more)});
}

TEST_F(ArchivesRaceTest, FilesStayWhileARevisionNamesThem) {
  Files files;
  std::atomic<std::int64_t> paths = 0;
  std::atomic<std::int64_t> ticks = 0;
  const auto now = [&] { return Instant(Duration(++ticks)); };
  const auto push_one = [&](Database& database, Push& push, std::string_view bytes) {
    push.archive_type = "files";
    push.archive_digest = digest_of(bytes);
    while (true) {
      push.archive_path =
          database.note_archive("files", *push.archive_digest, std::to_string(++paths), now());
      files.put(*push.archive_path);
      try {
        database.push(push, now());
        break;
      } catch (const ArchivePlaceLost&) {
        database.give_up_archive("files", *push.archive_digest, *push.archive_path, now());
      }
    }
    EXPECT_TRUE(files.has(*push.archive_path)) << push.project << " " << push.revision;
  };
  const auto sweep = [&](Database& database) {
    for (std::optional<std::string> after = ""; after;) {
      const auto condemned = database.condemn_archives("files", at_second(kLongAfter), *after, 100);
      for (const CondemnedArchive& archive : condemned.archives) {
        files.erase(archive.path);
        database.forget_archive("files", archive);
      }
      after = condemned.next;
    }
  };
  run({pusher("p", push_one), pusher("q", push_one), sweeper(sweep), sweeper(sweep)});
}

}  // namespace
}  // namespace mogura::store::testing
