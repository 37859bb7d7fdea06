// A connection to an SQLite database file, and statements on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mogura::store::sqlite {

enum class OpenMode { create, existing };

/// Used by one thread at a time. Everything throws Error of kind "database" with the file's name
/// and SQLite's own message.
class Connection {
 public:
  /// Opens the file in WAL mode, with foreign keys checked.
  Connection(const std::filesystem::path& file, OpenMode mode);

  /// Runs statements without parameters, separated by semicolons.
  void execute(std::string_view sql);

 private:
  friend class Statement;
  [[noreturn]] void fail(std::string_view doing) const;

  struct Closer {
    void operator()(sqlite3* database) const;
  };
  std::string file_;
  std::unique_ptr<sqlite3, Closer> database_;
};

/// A prepared statement. Parameters and columns are numbered from 1 and from 0, as SQLite does.
class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);

  void bind(int parameter, std::string_view text);
  /// Whether there is another row; false: the statement is through.
  bool step();
  std::string text(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  Connection& connection_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
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
