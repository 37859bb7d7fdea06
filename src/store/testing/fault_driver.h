// A driver that fails when it is told to.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "store/testing/forwarding_driver.h"

namespace mogura::store::testing {

enum class Fault {
  statement_fails,   // before it did anything
  answer_lost,       // it was done, and nobody knows
  connection_drops,  // before the statement reached the database
};

/// When which fault comes: once, where a test says, or again and again, as if by chance. A step is
/// whatever is sent to the database: a statement, or a commit.
class FaultPlan {
 public:
  /// `cut` ends all connections of the database.
  explicit FaultPlan(std::function<void()> cut) : cut_(std::move(cut)) {}

  /// In the `step`-th step from now, from 1; once.
  void arm(Fault fault, int step) {
    fault_ = fault;
    steps_left_ = step;
  }
  void disarm() { steps_left_ = 0; }
  bool is_armed() const { return steps_left_ > 0; }

  /// From now on in one of `one_in` steps, and not twice in a row.
  void scatter(unsigned seed, int one_in) {
    random_.seed(seed);
    one_in_ = one_in;
  }
  /// While it is so, what is scattered leaves nobody in doubt: statements fail before they did
  /// anything, commits do not. What it was before.
  bool leave_no_doubt(bool wanted) { return std::exchange(leaves_no_doubt_, wanted); }

  /// Takes a step; throws Error of kind "database" where the fault comes.
  template <class Action>
  auto step(Action action, bool is_commit = false) {
    const std::optional<Fault> fault = next(is_commit);
    if (!fault) return action();
    if (*fault == Fault::answer_lost) action();
    if (*fault != Fault::connection_drops) throw Error("database", "a fault");
    cut_();
    return action();
  }

 private:
  std::optional<Fault> next(bool is_commit);

  const std::function<void()> cut_;
  Fault fault_{};
  int steps_left_ = 0;
  int one_in_ = 0;  // 0: none is scattered
  bool just_failed_ = false;
  bool leaves_no_doubt_ = false;
  std::minstd_rand random_;
};

class FaultDriver : public ForwardingDriver {
 public:
  FaultDriver(std::unique_ptr<sql::Driver> driver, FaultPlan& plan)
      : ForwardingDriver(std::move(driver)), plan_(plan) {}

 private:
  std::unique_ptr<sql::Session> wrap(std::unique_ptr<sql::Session> session) override;

  FaultPlan& plan_;
};

}  // namespace mogura::store::testing
