// A driver that notes which statements are run.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "store/sql/session.h"

namespace mogura::store::testing {

struct RecordedStatement {
  sql::Bulk statement;  // without columns: not a bulk
  std::vector<sql::Param> params;
};
using Record = std::vector<RecordedStatement>;

class RecordingDriver : public sql::Driver {
 public:
  RecordingDriver(std::unique_ptr<sql::Driver> driver, Record& record)
      : driver_(std::move(driver)), record_(record) {}

  std::unique_ptr<sql::Session> session(sql::Access access) override;
  const sql::Dialect& dialect() const override { return driver_->dialect(); }
  std::optional<sql::BulkRun> announcement(const Notice& notice) override {
    return driver_->announcement(notice);
  }
  void listen(Notices& notices) override { driver_->listen(notices); }

 private:
  std::unique_ptr<sql::Driver> driver_;
  Record& record_;
};

}  // namespace mogura::store::testing
