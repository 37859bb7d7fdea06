// A driver on top of another one, for tests that look at its sessions or disturb them.
#pragma once

#include <memory>

#include "store/sql/session.h"

namespace mogura::store::testing {

class ForwardingDriver : public sql::Driver {
 public:
  explicit ForwardingDriver(std::unique_ptr<sql::Driver> driver) : driver_(std::move(driver)) {}

  std::unique_ptr<sql::Session> session(sql::Access access) override {
    return wrap(driver_->session(access));
  }
  const sql::Dialect& dialect() const override { return driver_->dialect(); }
  std::optional<sql::BulkRun> announcement(const Notice& notice) override {
    return driver_->announcement(notice);
  }
  void listen(Notices& notices) override { driver_->listen(notices); }

 private:
  /// The session that takes the place of this one.
  virtual std::unique_ptr<sql::Session> wrap(std::unique_ptr<sql::Session> session) = 0;

  std::unique_ptr<sql::Driver> driver_;
};

}  // namespace mogura::store::testing
