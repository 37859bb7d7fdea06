// SQLite as sessions for store/sql.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "store/sql/session.h"
#include "store/sqlite/connection.h"

namespace mogura::store::sqlite {

/// A connection with the statements that were run on it.
class PreparedConnection;

class SqliteDriver : public sql::Driver {
 public:
  /// A file that is up to date.
  SqliteDriver(std::filesystem::path file, Synchronous synchronous);
  /// A database in memory that is up to date.
  explicit SqliteDriver(Connection memory);
  ~SqliteDriver() override;

  std::unique_ptr<sql::Session> session(sql::Access access) override;
  const sql::Dialect& dialect() const override;
  std::optional<sql::BulkRun> announcement(const Notice&) override { return std::nullopt; }
  void listen(Notices&) override {}

  void give_back(std::unique_ptr<PreparedConnection> connection, sql::Access access);

 private:
  std::unique_ptr<PreparedConnection> take_writer();
  std::unique_ptr<PreparedConnection> take_reader();

  const std::optional<std::filesystem::path> file_;  // absent: in memory
  const Synchronous synchronous_;
  Mutex mutex_;
  Condition writer_came_back_;
  std::unique_ptr<PreparedConnection> writer_ MOGURA_GUARDED_BY(mutex_);  // null: it is out
  std::vector<std::unique_ptr<PreparedConnection>> readers_ MOGURA_GUARDED_BY(mutex_);  // idle
};

}  // namespace mogura::store::sqlite
