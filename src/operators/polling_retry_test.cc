#include "operators/polling_retry.h"

#include <gtest/gtest.h>

#include "value/json.h"

namespace mogura::operators {
namespace {

constexpr Logger kTestLog("test");

TEST(PollForRetry, WaitsDoubleUpToTheLongest) {
  Object state;
  for (const int seconds : {1, 2, 4, 8, 16, 30, 30}) {
    const Poll poll = poll_for_retry(state, "request", "failed", kTestLog);
    EXPECT_EQ(poll.interval.count(), seconds);
    state = poll.state;
  }
  EXPECT_EQ(value::to_json(state), R"({"request":{"operation":{},"retry":7}})");
}

TEST(PollForRetry, KeepsTheRestOfTheState) {
  const Object state =
      value::parse_json(R"({"retry_count":1,"request":{"operation":{"a":1},"retry":2},"x":"y"})")
          .as_object();
  const Poll poll = poll_for_retry(state, "request", "failed", kTestLog);
  EXPECT_EQ(poll.interval.count(), 4);
  EXPECT_EQ(value::to_json(poll.state),
            R"({"retry_count":1,"request":{"operation":{"a":1},"retry":3},"x":"y"})");
}

TEST(PollForRetry, BeginsAnewWhereTheStateIsUnreadable) {
  for (const char* kept : {R"("x")", "null", "[]", R"({"retry":"2"})", R"({"retry":-5})"}) {
    const Object state{{"request", value::parse_json(kept)}};
    EXPECT_EQ(poll_for_retry(state, "request", "failed", kTestLog).interval.count(), 1) << kept;
  }
  const Object many{{"request", Object{{"retry", 1'000'000'000'000}}}};
  EXPECT_EQ(poll_for_retry(many, "request", "failed", kTestLog).interval.count(), 30);
}

TEST(PollForRetry, HasItsOwnLimits) {
  const Object state{{"k", Object{{"retry", 3}}}};
  const RetryWaits waits{std::chrono::seconds(5), std::chrono::seconds(20)};
  EXPECT_EQ(poll_for_retry(state, "k", "failed", kTestLog, waits).interval.count(), 20);
}

}  // namespace
}  // namespace mogura::operators
