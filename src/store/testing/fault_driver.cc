#include "store/testing/fault_driver.h"

namespace mogura::store::testing {
namespace {

class FaultSession : public sql::Session {
 public:
  FaultSession(std::unique_ptr<sql::Session> session, FaultPlan& plan)
      : session_(std::move(session)), plan_(plan) {}

  sql::Rows run(std::string_view text, sql::Params params) override {
    return plan_.step([&] { return session_->run(text, params); });
  }
  sql::Rows run(const sql::Bulk& bulk, sql::Params rows) override {
    return plan_.step([&] { return session_->run(bulk, rows); });
  }
  std::vector<sql::Rows> run_together(std::span<const sql::BulkRun> runs) override {
    return plan_.step([&] { return session_->run_together(runs); });
  }
  void begin() override {
    plan_.step([&] { session_->begin(); });
  }
  void commit() override {
    plan_.step([&] { session_->commit(); }, /*is_commit=*/true);
  }
  void roll_back() noexcept override { session_->roll_back(); }

 private:
  std::unique_ptr<sql::Session> session_;
  FaultPlan& plan_;
};

}  // namespace

std::optional<Fault> FaultPlan::next(bool is_commit) {
  if (steps_left_ > 0 && --steps_left_ == 0) return fault_;
  if (one_in_ == 0 || (leaves_no_doubt_ && is_commit)) return std::nullopt;
  const auto chance = static_cast<int>(random_() % static_cast<unsigned>(one_in_));
  just_failed_ = !just_failed_ && chance == 0;
  if (!just_failed_) return std::nullopt;
  if (leaves_no_doubt_) return Fault::statement_fails;
  // PostgreSQL takes a tenth of a second to cut its connections.
  constexpr Fault kOften[] = {Fault::statement_fails, Fault::answer_lost};
  const auto kind = random_() % 8;
  return kind == 0 ? Fault::connection_drops : kOften[kind % 2];
}

std::unique_ptr<sql::Session> FaultDriver::wrap(std::unique_ptr<sql::Session> session) {
  return std::make_unique<FaultSession>(std::move(session), plan_);
}

}  // namespace mogura::store::testing
