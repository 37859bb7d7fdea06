// A driver that notes which statements are run.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "store/testing/forwarding_driver.h"

namespace mogura::store::testing {

struct RecordedStatement {
  sql::Bulk statement;  // without columns: not a bulk
  std::vector<sql::Param> params;
};
using Record = std::vector<RecordedStatement>;

class RecordingDriver : public ForwardingDriver {
 public:
  RecordingDriver(std::unique_ptr<sql::Driver> driver, Record& record)
      : ForwardingDriver(std::move(driver)), record_(record) {}

 private:
  std::unique_ptr<sql::Session> wrap(std::unique_ptr<sql::Session> session) override;

  Record& record_;
};

}  // namespace mogura::store::testing
