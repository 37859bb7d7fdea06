#include "blob/log_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>
#include <map>
#include <thread>

#include "blob/log_text.h"
#include "blob/temporary_directory.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kNever = std::chrono::hours(1);

AttemptLogs attempt_logs() {
  return {.site = SiteId{0},
          .project = ProjectId{1},
          .workflow = "main",
          .attempt = AttemptId{5},
          .attempt_created_at = Instant(seconds(1'767'225'600)),
          .session_time = Instant(seconds(1'893'423'600)),
          .timezone = "Asia/Tokyo",
          .retry_attempt_name = std::nullopt};
}

TEST(LogNames, AreDigdags) {
  AttemptLogs logs = attempt_logs();
  EXPECT_EQ(log_directory_name(logs), "2026-01-01/0.1main@20300101T000000+0900");
  logs.retry_attempt_name = "again/2";
  EXPECT_EQ(log_directory_name(logs), "2026-01-01/0.1main@20300101T000000+0900_again_2");
  const Instant time = Instant(seconds(1'704'067'200)) + Duration(123'456);
  EXPECT_EQ(log_file_name("+main+task1", time, "42@host"),
            "+main+task1@65920080075bca00.42@host.log.gz");
}

TEST(LogNames, AreReadBack) {
  const Instant time = Instant(seconds(1'704'067'200)) + Duration(123'456);
  for (const char* task : {"+main+a", "+main+a@b", "+main+x@0123456789abcdef", "+a.b"}) {
    const auto parts = parse_log_file_name(log_file_name(task, time, "42@host.example"));
    ASSERT_TRUE(parts) << task;
    EXPECT_EQ(parts->task, task);
    EXPECT_EQ(parts->opened_at, time);
    EXPECT_EQ(parts->agent, "42@host.example");
  }
  for (const char* wrong : {"", ".log.gz", "+a.log.gz", "+a@65920080075bcd15.log",
                            "+a@65920080075bcd1.x.log.gz", "+a@6592008g075bcd15.x.log.gz"}) {
    EXPECT_FALSE(parse_log_file_name(wrong)) << wrong;
  }
}

TEST(LogNames, FitIntoAFileSystem) {
  const std::string long_task = "+main" + std::string(300, 'x');
  const std::string one = log_file_name(long_task + "1", Instant{}, "a");
  EXPECT_EQ(one.size(), 255u);
  EXPECT_NE(one, log_file_name(long_task + "2", Instant{}, "a"));
  EXPECT_TRUE(parse_log_file_name(one));
}

/// What a database keeps, in memory.
class ChunksInMemory : public store::LogChunks {
 public:
  void append_log(AttemptId attempt, const std::string& name, std::uint64_t offset,
                  std::string_view bytes) override {
    MutexLock lock(mutex_);
    if (is_away_) throw Error("database", "away");
    std::string& file = files_[{attempt, name}];
    EXPECT_LE(offset, file.size());
    file.replace(offset, std::string::npos, bytes);
  }
  void set_away(bool is_away) {
    MutexLock lock(mutex_);
    is_away_ = is_away;
  }
  std::vector<File> list_logs(AttemptId attempt) override {
    MutexLock lock(mutex_);
    std::vector<File> found;
    for (const auto& [key, bytes] : files_) {
      if (key.first == attempt) found.push_back({key.second, bytes.size()});
    }
    return found;
  }
  std::optional<std::string> read_log(AttemptId attempt, const std::string& name,
                                      std::uint64_t offset) override {
    MutexLock lock(mutex_);
    const auto found = files_.find({attempt, name});
    if (found == files_.end()) return std::nullopt;
    return found->second.substr(std::min<std::size_t>(offset, found->second.size()));
  }
  void delete_logs(AttemptId attempt) override {
    MutexLock lock(mutex_);
    std::erase_if(files_, [&](const auto& file) { return file.first.first == attempt; });
  }

 private:
  Mutex mutex_;
  bool is_away_ MOGURA_GUARDED_BY(mutex_) = false;
  std::map<std::pair<AttemptId, std::string>, std::string> files_ MOGURA_GUARDED_BY(mutex_);
};

enum class LogPlace { directory, database };

class LogStoreTest : public ::testing::TestWithParam<LogPlace> {
 protected:
  std::unique_ptr<LogFiles> files() {
    if (GetParam() == LogPlace::database) return std::make_unique<LogsInDatabase>(chunks_);
    return std::make_unique<LogsInDirectory>(root_.path() / "logs");
  }
  std::unique_ptr<LogStore> store(LogStoreOptions options) {
    options.agent = "42@host";
    return std::make_unique<LogStore>(files(), options, clock_, [](const LogRecord& record) {
      return "[" + std::string(record.label) + "] " + std::string(record.text) + "\n";
    });
  }
  /// The text of all files of the attempt, and whether each can be decoded whole.
  std::string text(LogStore& logs, const std::string& prefix = "") {
    std::string all;
    for (const LogFile& file : logs.list(attempt_logs(), prefix)) {
      const auto bytes = logs.read(attempt_logs(), file.name);
      EXPECT_EQ(bytes.value_or("").size(), file.bytes);
      all += LogText().decode(bytes.value_or(""));
    }
    return all;
  }

  FakeClock clock_{Instant(seconds(1'900'000'000))};
  TemporaryDirectory root_{fs::temp_directory_path()};
  ChunksInMemory chunks_;
};

TEST_P(LogStoreTest, KeepsLinesAndOutputInOrder) {
  const auto logs = store({.flush_interval = kNever});
  auto log = logs->open(attempt_logs(), "+main+a");
  log->write({{}, LogLevel::info, "0001@[0:p:1:5]+main+a", "x", "sh>: echo"});
  log->write({{}, LogLevel::trace, "", "x", "not for the task's log"});
  log->output("out\n");
  log.reset();
  EXPECT_EQ(text(*logs), "[0001@[0:p:1:5]+main+a] sh>: echo\nout\n");
  const std::vector<LogFile> files = logs->list(attempt_logs());
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].task, "+main+a");
  EXPECT_EQ(files[0].agent, "42@host");
  EXPECT_EQ(files[0].opened_at, clock_.now());
}

TEST_P(LogStoreTest, ShowsWhatIsWrittenWhileItIsWritten) {
  const auto logs = store({.flush_interval = kNever});
  auto log = logs->open(attempt_logs(), "+main+a");
  EXPECT_TRUE(logs->list(attempt_logs()).empty()) << "no file without content";
  log->output("one\n");
  EXPECT_EQ(text(*logs), "one\n");
  const std::uint64_t size = logs->list(attempt_logs())[0].bytes;
  log->output("two\n");
  EXPECT_GT(logs->list(attempt_logs())[0].bytes, size);
  EXPECT_EQ(text(*logs), "one\ntwo\n");

  LogText reader;
  const std::string name = logs->list(attempt_logs())[0].name;
  EXPECT_EQ(reader.decode(*logs->read(attempt_logs(), name)), "one\ntwo\n");
  log->output("three\n");
  EXPECT_EQ(reader.decode(*logs->read(attempt_logs(), name, reader.bytes_read())), "three\n");
  log.reset();
  EXPECT_EQ(reader.decode(*logs->read(attempt_logs(), name, reader.bytes_read())), "");
  EXPECT_EQ(text(*logs), "one\ntwo\nthree\n");
}

TEST_P(LogStoreTest, BringsOutWhatIsOldWithoutBeingAsked) {
  const auto logs = store({.flush_interval = milliseconds(100)});
  const auto log = logs->open(attempt_logs(), "+main+a");
  const auto reader = files();  // of another process: it cannot ask
  for (const char* line : {"one\n", "two\n"}) {
    log->output(line);
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    std::string seen;
    while (!seen.ends_with(line) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
      const auto listed = reader->list(attempt_logs());
      if (listed.empty()) continue;
      seen = LogText().decode(reader->read(attempt_logs(), listed[0].name, 0).value_or(""));
    }
    EXPECT_TRUE(seen.ends_with(line)) << seen;
  }
}

TEST_P(LogStoreTest, BringsOutWhatIsMuch) {
  const auto logs = store({.flush_bytes = 100, .flush_interval = kNever});
  const auto log = logs->open(attempt_logs(), "+main+a");
  log->output(std::string(250, 'x'));
  const auto reader = files();
  const auto listed = reader->list(attempt_logs());
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(LogText().decode(*reader->read(attempt_logs(), listed[0].name, 0)),
            std::string(200, 'x'));
}

TEST_P(LogStoreTest, SplitsFiles) {
  const auto logs = store({.split_bytes = 10, .flush_interval = kNever});
  auto log = logs->open(attempt_logs(), "+main+a");
  for (const char* part : {"1234567890", "more", "next"}) log->output(part);
  log.reset();
  const std::vector<LogFile> files = logs->list(attempt_logs());
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(LogText().decode(*logs->read(attempt_logs(), files[0].name)), "1234567890more");
  EXPECT_EQ(LogText().decode(*logs->read(attempt_logs(), files[1].name)), "next");
}

TEST_P(LogStoreTest, ListsByNameAndPrefix) {
  const auto logs = store({.flush_interval = kNever});
  for (const char* task : {"+main+b", "+main+a+x", "+main+a"}) {
    logs->open(attempt_logs(), task)->output(std::string(task) + "\n");
  }
  EXPECT_EQ(text(*logs), "+main+a+x\n+main+a\n+main+b\n");
  EXPECT_EQ(text(*logs, "+main+a"), "+main+a+x\n+main+a\n");
  EXPECT_EQ(text(*logs, "+main+none"), "");
  AttemptLogs other = attempt_logs();
  other.attempt = AttemptId{6};
  other.retry_attempt_name = "other";
  EXPECT_TRUE(logs->list(other).empty());
}

TEST_P(LogStoreTest, RefusesNamesThatAreNoFiles) {
  const auto logs = store({.flush_interval = kNever});
  for (const char* name : {"../../secret", "a/b", "..", "", "/etc/passwd"}) {
    EXPECT_THROW(logs->read(attempt_logs(), name), Error) << name;
  }
  EXPECT_EQ(logs->read(attempt_logs(), "passwd"), std::nullopt);
  EXPECT_EQ(logs->read(attempt_logs(), "+a@65920080075bcd15.x.log.gz"), std::nullopt);
}

TEST_P(LogStoreTest, WritesWhenItsPlaceComesBack) {
  LogStore logs(std::make_unique<LogsInDatabase>(chunks_), {.flush_interval = kNever}, clock_,
                [](const LogRecord&) { return ""; });
  const auto log = logs.open(attempt_logs(), "+main+a");
  log->output("one\n");
  EXPECT_EQ(text(logs), "one\n");
  chunks_.set_away(true);
  for (const char* line : {"two\n", "three\n"}) {
    log->output(line);
    EXPECT_EQ(text(logs), "one\n");
  }
  chunks_.set_away(false);
  EXPECT_EQ(text(logs), "one\ntwo\nthree\n");
}

TEST_P(LogStoreTest, WritesTheEndWhenItsPlaceComesBack) {
  LogStore logs(std::make_unique<LogsInDatabase>(chunks_), {.flush_interval = milliseconds(100)},
                clock_, [](const LogRecord&) { return ""; });
  chunks_.set_away(true);
  logs.open(attempt_logs(), "+main+a")->output("one\n");
  EXPECT_EQ(text(logs), "");
  chunks_.set_away(false);
  EXPECT_EQ(text(logs), "one\n");
}

TEST_P(LogStoreTest, IsWrittenToItsEndWithTheStore) {
  {
    const auto logs = store({.flush_interval = kNever});
    for (int task = 0; task < 100; ++task) {
      logs->open(attempt_logs(), "+main+" + std::to_string(task))->output("x");
    }
  }
  EXPECT_EQ(text(*store({})), std::string(100, 'x'));
}

TEST_P(LogStoreTest, RemovesAnAttemptsLogs) {
  const auto logs = store({.flush_interval = kNever});
  logs->open(attempt_logs(), "+main+a")->output("x");
  logs->remove(attempt_logs());
  EXPECT_TRUE(logs->list(attempt_logs()).empty());
  logs->remove(attempt_logs());
}

INSTANTIATE_TEST_SUITE_P(Places, LogStoreTest,
                         ::testing::Values(LogPlace::directory, LogPlace::database),
                         [](const auto& place) {
                           return place.param == LogPlace::directory ? "Directory" : "Database";
                         });

TEST(LogStore, StoresNothingWithoutFiles) {
  FakeClock clock{Instant{}};
  LogStore logs(nullptr, {}, clock, [](const LogRecord&) { return ""; });
  EXPECT_EQ(logs.open(attempt_logs(), "+main+a"), nullptr);
  EXPECT_TRUE(logs.list(attempt_logs()).empty());
  EXPECT_EQ(logs.read(attempt_logs(), "+a@65920080075bcd15.x.log.gz"), std::nullopt);
}

TEST(LogStore, GoesOnWhereNothingCanBeWritten) {
  const TemporaryDirectory root(fs::temp_directory_path());
  std::ofstream(root.path() / "logs") << "in the way";
  FakeClock clock{Instant{}};
  LogStore logs(std::make_unique<LogsInDirectory>(root.path() / "logs"), {.flush_bytes = 1}, clock,
                [](const LogRecord&) { return ""; });
  const auto log = logs.open(attempt_logs(), "+main+a");
  log->output("one");
  log->output("two");
}

TEST(LogStore, SurvivesTheEndOfItsProcess) {
  const TemporaryDirectory root(fs::temp_directory_path());
  FakeClock clock{Instant(seconds(1'900'000'000))};
  LogStore logs(std::make_unique<LogsInDirectory>(root.path()), {.flush_interval = kNever}, clock,
                [](const LogRecord&) { return ""; });
  auto log = logs.open(attempt_logs(), "+main+a");
  log->output("flushed\n");
  const std::string name = logs.list(attempt_logs())[0].name;
  log->output("lost\n");
  // What is there now is what a killed process leaves.
  const auto left = LogsInDirectory(root.path()).read(attempt_logs(), name, 0);
  EXPECT_EQ(LogText().decode(*left), "flushed\n");
}

TEST(LogText, StopsAtWhatIsBroken) {
  EXPECT_EQ(LogText().decode("not gzip"), "");
  EXPECT_EQ(LogText().decode(""), "");
}

}  // namespace
}  // namespace mogura::blob
