#include "store/testing/recording_driver.h"

namespace mogura::store::testing {
namespace {

class RecordingSession : public sql::Session {
 public:
  RecordingSession(std::unique_ptr<sql::Session> session, Record& record)
      : session_(std::move(session)), record_(record) {}

  sql::Rows run(std::string_view text, sql::Params params) override {
    record_.push_back({{std::string(text), {}}, {params.begin(), params.end()}});
    return session_->run(text, params);
  }
  sql::Rows run(const sql::Bulk& bulk, sql::Params rows) override {
    note(bulk, rows);
    return session_->run(bulk, rows);
  }
  std::vector<sql::Rows> run_together(std::span<const sql::BulkRun> runs) override {
    for (const sql::BulkRun& one : runs) note(*one.bulk, one.rows);
    return session_->run_together(runs);
  }
  void begin() override { session_->begin(); }
  void commit() override { session_->commit(); }
  void roll_back() noexcept override { session_->roll_back(); }

 private:
  void note(const sql::Bulk& bulk, sql::Params rows) {
    if (rows.empty()) return;
    const sql::Params first = rows.first(bulk.columns.size());
    record_.push_back({bulk, {first.begin(), first.end()}});
  }

  std::unique_ptr<sql::Session> session_;
  Record& record_;
};

}  // namespace

std::unique_ptr<sql::Session> RecordingDriver::wrap(std::unique_ptr<sql::Session> session) {
  return std::make_unique<RecordingSession>(std::move(session), record_);
}

}  // namespace mogura::store::testing
