#include "agent/worker_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>

namespace mogura::agent {
namespace {

TEST(WorkerPool, RunsWhatWasSubmittedBeforeItStops) {
  std::atomic<int> runs = 0;
  WorkerPool pool({});
  for (int i = 0; i < 1'000; ++i) pool.submit([&] { ++runs; });
  pool.stop();
  EXPECT_EQ(runs, 1'000);
}

TEST(WorkerPool, GrowsWhileItsThreadsAreBlocked) {
  constexpr int kJobs = 12;
  WorkerPool pool({.min_threads = 2, .max_threads = 50});
  // Ends only when all jobs run at the same time.
  std::latch all_running(kJobs);
  for (int i = 0; i < kJobs; ++i) pool.submit([&] { all_running.arrive_and_wait(); });
  all_running.wait();
  pool.stop();
}

TEST(WorkerPool, DoesNotGrowBeyondItsLimit) {
  WorkerPool pool({.min_threads = 1, .max_threads = 2});
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future();
  std::latch two_running(2);
  std::atomic<int> started = 0;
  for (int i = 0; i < 3; ++i) {
    pool.submit([&, i] {
      ++started;
      if (i < 2) two_running.count_down();
      released.wait();
    });
  }
  two_running.wait();
  EXPECT_EQ(started, 2);
  release.set_value();
  pool.stop();
  EXPECT_EQ(started, 3);
}

TEST(WorkerPool, GoesOnWithWhatIsBegunBeforeItBeginsMore) {
  WorkerPool pool({.min_threads = 1, .max_threads = 1});
  std::promise<void> release;
  std::string order;  // the one thread's
  pool.submit([&, released = release.get_future().share()] { released.wait(); });
  pool.submit([&] { order += "new "; });
  pool.submit_ahead([&] { order += "begun "; });
  pool.submit_ahead([&] { order += "too "; });
  release.set_value();
  pool.stop();
  EXPECT_EQ(order, "begun too new ");
}

}  // namespace
}  // namespace mogura::agent
