// What the SQL of a store needs of a database: statements with parameters, rows, transactions.
//
// One text serves SQLite and PostgreSQL. Parameters are `$1`, `$2`, …; integers are 64 bits, times
// microseconds since 1970, flags 0 or 1. What differs between the two is a word in braces, which
// the dialect replaces (dialect.h).
//
//   Transaction transaction(driver);
//   const Rows rows = transaction->run("SELECT id FROM projects WHERE name = $1", {name});
//   transaction.commit();
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"
#include "store/notices.h"

namespace mogura::store::sql {

enum class Type { integer, text, bytes };

/// NULL, a number, or text or bytes.
using Cell = std::variant<std::monostate, std::int64_t, std::string>;

/// A parameter: also of a NULL the type is known.
struct Param {
  template <std::integral T>
  Param(T number) : type(Type::integer), value(static_cast<std::int64_t>(number)) {}
  template <class Tag>
  Param(Id<Tag> id) : Param(id.value) {}
  Param(Instant time) : Param(time.time_since_epoch().count()) {}
  Param(std::string text) : type(Type::text), value(std::move(text)) {}
  Param(std::string_view text) : Param(std::string(text)) {}
  Param(const char* text) : Param(std::string(text)) {}
  template <class T>
  Param(const std::optional<T>& maybe) : Param(maybe ? Param(*maybe) : Param(T())) {
    if (!maybe) value = std::monostate();
  }
  static Param bytes(std::optional<std::string> bytes) {
    Param param(bytes);
    param.type = Type::bytes;
    return param;
  }

  Type type;
  Cell value;
};
using Params = std::span<const Param>;

/// What a statement returned; a statement without rows returns none.
class Rows {
 public:
  class Row;
  Rows() = default;
  Rows(std::size_t width, std::vector<Cell> cells) : width_(width), cells_(std::move(cells)) {}

  bool empty() const { return cells_.empty(); }
  std::size_t width() const { return width_; }
  std::size_t size() const { return width_ == 0 ? 0 : cells_.size() / width_; }
  Row operator[](std::size_t row) const;
  /// Adds the rows of the same statement run again.
  void append(Rows more);

 private:
  std::size_t width_ = 0;
  std::vector<Cell> cells_;
};

/// A row, read column by column from the left. A column of another type than asked for is a defect
/// of the statement: it throws std::bad_variant_access.
class Rows::Row {
 public:
  explicit Row(std::span<const Cell> cells) : cells_(cells) {}

  std::int64_t number() { return std::get<std::int64_t>(next()); }
  std::optional<std::int64_t> maybe_number() {
    const Cell& cell = next();
    if (std::holds_alternative<std::monostate>(cell)) return std::nullopt;
    return std::get<std::int64_t>(cell);
  }
  bool flag() { return number() != 0; }
  const std::string& text() { return std::get<std::string>(next()); }
  std::optional<std::string> maybe_text() {
    const Cell& cell = next();
    if (std::holds_alternative<std::monostate>(cell)) return std::nullopt;
    return std::get<std::string>(cell);
  }
  /// Absent for '' as well.
  std::optional<std::string> maybe_name() {
    std::optional<std::string> name = maybe_text();
    if (name && name->empty()) name.reset();
    return name;
  }
  Instant time() { return Instant(Duration(number())); }
  std::optional<Instant> maybe_time() {
    const auto micros = maybe_number();
    if (!micros) return std::nullopt;
    return Instant(Duration(*micros));
  }
  template <class IdType>
  IdType id() {
    return IdType{number()};
  }

 private:
  const Cell& next() { return cells_[at_++]; }
  std::span<const Cell> cells_;
  std::size_t at_ = 0;
};

inline Rows::Row Rows::operator[](std::size_t row) const {
  return Row(std::span(cells_).subspan(row * width_, width_));
}

/// A statement for many rows at once: `{rows}` in its text stands for a table `r` with these
/// columns. Where its text has RETURNING, no column of `r` may be called as one of the table.
struct Bulk {
  struct Column {
    std::string_view name;
    Type type;
  };
  std::string text;
  std::vector<Column> columns;
};

/// A bulk with the values of its columns, row after row.
struct BulkRun {
  const Bulk* bulk;
  std::vector<Param> rows;
};

/// A connection, used by one thread. Everything throws Error of kind "database". What was begun and
/// not committed is rolled back at its end.
class Session {
 public:
  virtual ~Session() = default;

  virtual Rows run(std::string_view text, Params params) = 0;
  Rows run(std::string_view text, std::initializer_list<Param> params) {
    return run(text, Params(params.begin(), params.size()));
  }
  /// No rows: nothing is run.
  virtual Rows run(const Bulk& bulk, Params rows) = 0;
  /// Runs them in one go, each of which returns one number for a row or nothing. What one of them
  /// writes, another may or may not see.
  virtual std::vector<Rows> run_together(std::span<const BulkRun> runs) = 0;

  virtual void begin() = 0;
  virtual void commit() = 0;
  virtual void roll_back() noexcept = 0;
};

enum class Access { read, write };

struct Dialect;

/// Where sessions come from. Safe to use from many threads.
class Driver {
 public:
  virtual ~Driver() = default;

  /// A session of its own for the caller. Waits while too many are out; throws Error of kind
  /// "database" where none comes, or the database is out of reach.
  virtual std::unique_ptr<Session> session(Access access) = 0;
  virtual const Dialect& dialect() const = 0;
  /// What tells other processes when the transaction in which it runs is committed; absent where
  /// there are none.
  virtual std::optional<BulkRun> announcement(const Notice& notice) = 0;
  /// What other processes announce from now on. Called once.
  virtual void listen(Notices& notices) = 0;
};

/// All or nothing: rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Driver& driver, Access access = Access::write)
      : session_(driver.session(access)) {
    session_->begin();
  }
  ~Transaction() {
    if (open_) session_->roll_back();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Session* operator->() { return session_.get(); }
  Session& session() { return *session_; }
  void commit() {
    session_->commit();
    open_ = false;
  }

 private:
  std::unique_ptr<Session> session_;
  bool open_ = true;
};

}  // namespace mogura::store::sql
