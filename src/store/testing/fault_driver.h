// A driver that fails when it is told to.
#pragma once

#include <functional>
#include <memory>

#include "store/sql/session.h"

namespace mogura::store::testing {

enum class Fault {
  statement_fails,   // before it did anything
  answer_lost,       // it was done, and nobody knows
  connection_drops,  // before the statement reached the database
};

/// When which fault comes. A step is whatever is sent to the database: a statement, or a commit.
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

  /// Takes a step; throws Error of kind "database" where the fault comes.
  template <class Action>
  auto step(Action action) {
    if (steps_left_ == 0 || --steps_left_ > 0) return action();
    if (fault_ == Fault::answer_lost) action();
    if (fault_ != Fault::connection_drops) throw Error("database", "a fault");
    cut_();
    return action();
  }

 private:
  const std::function<void()> cut_;
  Fault fault_{};
  int steps_left_ = 0;
};

class FaultDriver : public sql::Driver {
 public:
  FaultDriver(std::unique_ptr<sql::Driver> driver, FaultPlan& plan)
      : driver_(std::move(driver)), plan_(plan) {}

  std::unique_ptr<sql::Session> session(sql::Access access) override;
  const sql::Dialect& dialect() const override { return driver_->dialect(); }
  std::optional<sql::BulkRun> announcement(const Notice& notice) override {
    return driver_->announcement(notice);
  }
  void listen(Notices& notices) override { driver_->listen(notices); }

 private:
  std::unique_ptr<sql::Driver> driver_;
  FaultPlan& plan_;
};

}  // namespace mogura::store::testing
