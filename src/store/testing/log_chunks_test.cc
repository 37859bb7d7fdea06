// What every database says about task logs kept in it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/backends.h"

namespace mogura::store::testing {
namespace {

class LogChunksTest : public ::testing::TestWithParam<DatabaseMaker> {
 protected:
  std::vector<std::string> listed(AttemptId attempt) {
    std::vector<std::string> files;
    for (const LogChunks::File& file : logs_.list_logs(attempt)) {
      files.push_back(file.name + " " + std::to_string(file.bytes));
    }
    std::ranges::sort(files);
    return files;
  }

  std::unique_ptr<DatabaseBackend> backend_ = GetParam().make();
  LogChunks& logs_ = backend_->database();
  const AttemptId attempt_{5};
};
INSTANTIATE_TEST_SUITE_P(Databases, LogChunksTest, ::testing::ValuesIn(database_makers()),
                         name_of<DatabaseBackend>);

TEST_P(LogChunksTest, JoinsPortions) {
  const std::string bytes("\x1f\x8b\x00\xff", 4);
  logs_.append_log(attempt_, "a", 0, bytes);
  logs_.append_log(attempt_, "a", 4, "more");
  logs_.append_log(attempt_, "b", 0, "other");
  logs_.append_log(AttemptId{6}, "a", 0, "of another");
  EXPECT_EQ(logs_.read_log(attempt_, "a", 0), bytes + "more");
  EXPECT_THAT(listed(attempt_), ::testing::ElementsAre("a 8", "b 5"));
}

TEST_P(LogChunksTest, ReadsFromAnyOffset) {
  logs_.append_log(attempt_, "a", 0, "0123");
  logs_.append_log(attempt_, "a", 4, "4567");
  for (std::uint64_t offset = 0; offset <= 8; ++offset) {
    EXPECT_EQ(logs_.read_log(attempt_, "a", offset), std::string("01234567").substr(offset));
  }
  EXPECT_EQ(logs_.read_log(attempt_, "a", 100), "");
  EXPECT_EQ(logs_.read_log(attempt_, "none", 0), std::nullopt);
}

TEST_P(LogChunksTest, TakesAPortionOnce) {
  for (int round = 0; round < 2; ++round) logs_.append_log(attempt_, "a", 0, "once");
  EXPECT_EQ(logs_.read_log(attempt_, "a", 0), "once");
}

TEST_P(LogChunksTest, DeletesAnAttemptsLogs) {
  logs_.append_log(attempt_, "a", 0, "x");
  logs_.append_log(AttemptId{6}, "a", 0, "x");
  logs_.delete_logs(attempt_);
  EXPECT_TRUE(logs_.list_logs(attempt_).empty());
  EXPECT_EQ(logs_.list_logs(AttemptId{6}).size(), 1u);
}

}  // namespace
}  // namespace mogura::store::testing
