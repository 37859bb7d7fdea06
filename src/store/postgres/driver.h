// PostgreSQL as sessions for store/sql.
#pragma once

#include <memory>
#include <string>

#include "store/postgres/listener.h"
#include "store/postgres/pool.h"
#include "store/sql/session.h"

namespace mogura::store::postgres {

class PostgresDriver : public sql::Driver {
 public:
  /// A database that is up to date.
  explicit PostgresDriver(const Options& options);

  std::unique_ptr<sql::Session> session(sql::Access access) override;
  const sql::Dialect& dialect() const override;
  std::optional<sql::BulkRun> announcement(const Notice& notice) override;
  void listen(Notices& notices) override;

  Pool& pool() { return pool_; }

 private:
  Pool pool_;
  const std::string self_;  // what this process calls itself in its notices
  std::unique_ptr<Listener> listener_;
};

}  // namespace mogura::store::postgres
