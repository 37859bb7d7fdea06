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
    plan_.step([&] { session_->commit(); });
  }
  void roll_back() noexcept override { session_->roll_back(); }

 private:
  std::unique_ptr<sql::Session> session_;
  FaultPlan& plan_;
};

}  // namespace

std::unique_ptr<sql::Session> FaultDriver::session(sql::Access access) {
  return std::make_unique<FaultSession>(driver_->session(access), plan_);
}

}  // namespace mogura::store::testing
