// A connection to an SQLite database, and statements on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/sql/session.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mogura::store::sqlite {

enum class OpenMode { create, existing };

/// What a commit waits for. Both outlive a killed process; only `full` a power cut as well.
enum class Synchronous { normal, full };

/// Used by one thread at a time. Everything throws Error of kind "database" with the database's
/// name and SQLite's own message.
class Connection {
 public:
  /// Opens the file in WAL mode, with foreign keys checked.
  Connection(const std::filesystem::path& file, OpenMode mode,
             Synchronous synchronous = Synchronous::normal);
  /// A database in memory, gone with the connection.
  static Connection in_memory();

  /// Runs statements without parameters, separated by semicolons.
  void execute(std::string_view sql);
  bool in_transaction() const;

 private:
  friend class Statement;
  explicit Connection(std::string name) : name_(std::move(name)) {}
  void open(int flags);
  [[noreturn]] void fail(std::string_view doing) const;

  struct Closer {
    void operator()(sqlite3* database) const;
  };
  std::string name_;
  std::unique_ptr<sqlite3, Closer> database_;
};

/// A prepared statement with parameters `$1`, `$2`, … in any order.
class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);

  /// Runs it; `text` and `bytes` of the parameters must outlive the call only.
  sql::Rows run(sql::Params params);

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  void bind(int position, const sql::Param& param);
  sql::Cell cell(int column) const;

  Connection& connection_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  std::vector<int> positions_;  // of `$1`, `$2`, …; 0 where the text does not have it
};

/// All or nothing: rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace mogura::store::sqlite
