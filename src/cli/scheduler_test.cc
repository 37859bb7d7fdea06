// What a scheduler remembers of the attempts that it started.
#include <gtest/gtest.h>

#include <thread>

#include "cli/done_watch.h"
#include "engine/apply.h"

namespace mogura::cli {
namespace {

/// Notes whether an attempt's tasks were there when its end was told.
class EndObserver : public executor::Observer {
 public:
  explicit EndObserver(store::MemoryStore& store) : store_(store) {}
  void committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                 const std::vector<engine::TaskIndex>&) override {
    if (attempt.done()) saw_held_ = store_.holds(info.id);
  }
  std::optional<bool> saw_held() const { return saw_held_; }

 private:
  store::MemoryStore& store_;
  std::optional<bool> saw_held_;
};

class DoneWatchTest : public ::testing::Test {
 protected:
  DoneWatchTest() {
    engine::AttemptSpec spec;
    spec.tree = workflow::compile("", "+w", Object{{"+a", Object{{"echo>", "x"}}}});
    const store::AttemptIds ids = store_.reserve_ids({1}, "w", Instant{});
    added_.info.id = ids.attempt;
    added_.info.session = ids.session;
    added_.info.project = {1};
    added_.info.workflow_name = "w";
    added_.attempt = engine::create_attempt(std::move(spec), Instant{}).attempt;
    store_.insert_attempt(added_);
  }
  void tell() { watch_.committed(added_.info, added_.attempt, {0}); }

  store::MemoryStore store_;
  store::NewAttempt added_;
  EndObserver observer_{store_};
  DoneWatch watch_{store_, &observer_};
};

TEST_F(DoneWatchTest, ReleasesAnAttemptOnceItsEndIsTold) {
  tell();
  EXPECT_TRUE(store_.holds(added_.info.id));
  added_.attempt.tasks[0].state = engine::TaskState::success;
  tell();
  EXPECT_EQ(observer_.saw_held(), true);
  EXPECT_FALSE(store_.holds(added_.info.id));
  EXPECT_TRUE(watch_.wait(added_.info.id, [] { return true; }));
}

TEST_F(DoneWatchTest, AsksWhetherToGiveUpWhenItIsInterrupted) {
  std::thread interrupter([this] { watch_.interrupt(); });
  // However the two meet, an interrupt is not lost.
  EXPECT_FALSE(watch_.wait(added_.info.id, [] { return true; }));
  interrupter.join();
}

}  // namespace
}  // namespace mogura::cli
