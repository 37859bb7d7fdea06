#include "store/sqlite/driver.h"

#include <unordered_map>

#include "store/sql/dialect.h"

namespace mogura::store::sqlite {
namespace {

// Whoever writes is alone: nothing has to be locked.
constexpr sql::Dialect kSqliteDialect = {
    .skip_locked = "",
    .for_update = "",
    .key_share = "",
    .find = "instr",
    .next_id = "UPDATE sequences SET last = last + 1 WHERE name = $1 RETURNING last",
};

// The bulk's text for one row: "(SELECT $1 AS a, $2 AS b) AS r" in place of {rows}.
std::string text_for_a_row(const sql::Bulk& bulk) {
  std::string table = "(SELECT ";
  for (std::size_t i = 0; i < bulk.columns.size(); ++i) {
    if (i > 0) table += ", ";
    table.append("$").append(std::to_string(i + 1)).append(" AS ").append(bulk.columns[i].name);
  }
  table += ") AS r";
  std::string text = bulk.text;
  constexpr std::string_view kRows = "{rows}";
  return text.replace(text.find(kRows), kRows.size(), table);
}

}  // namespace

class PreparedConnection {
 public:
  explicit PreparedConnection(Connection connection) : connection_(std::move(connection)) {}

  Connection& connection() { return connection_; }
  Statement& statement(std::string_view text) {
    const auto known = statements_.find(std::string(text));
    if (known != statements_.end()) return known->second;
    Statement prepared(connection_, sql::in_dialect(text, kSqliteDialect));
    return statements_.emplace(text, std::move(prepared)).first->second;
  }
  Statement& statement(const sql::Bulk& bulk) {
    const auto known = statements_.find(bulk.text);
    if (known != statements_.end()) return known->second;
    Statement prepared(connection_, sql::in_dialect(text_for_a_row(bulk), kSqliteDialect));
    return statements_.emplace(bulk.text, std::move(prepared)).first->second;
  }

 private:
  Connection connection_;
  std::unordered_map<std::string, Statement> statements_;
};

namespace {

class SqliteSession : public sql::Session {
 public:
  SqliteSession(SqliteDriver& driver, std::unique_ptr<PreparedConnection> connection,
                sql::Access access)
      : driver_(driver), connection_(std::move(connection)), access_(access) {}
  ~SqliteSession() override {
    roll_back();
    driver_.give_back(std::move(connection_), access_);
  }

  sql::Rows run(std::string_view text, sql::Params params) override {
    return connection_->statement(text).run(params);
  }
  // Outside of a transaction the rows are one as well.
  sql::Rows run(const sql::Bulk& bulk, sql::Params rows) override {
    sql::Rows results;
    if (rows.empty()) return results;
    const bool alone = !connection_->connection().in_transaction();
    if (alone) begin();
    Statement& statement = connection_->statement(bulk);
    const std::size_t width = bulk.columns.size();
    for (std::size_t at = 0; at < rows.size(); at += width) {
      results.append(statement.run(rows.subspan(at, width)));
    }
    if (alone) commit();
    return results;
  }

  std::vector<sql::Rows> run_together(std::span<const sql::BulkRun> runs) override {
    std::vector<sql::Rows> results;
    for (const sql::BulkRun& one : runs) results.push_back(run(*one.bulk, one.rows));
    return results;
  }

  void begin() override {
    connection_->statement(access_ == sql::Access::write ? "BEGIN IMMEDIATE" : "BEGIN").run({});
  }
  void commit() override { connection_->statement("COMMIT").run({}); }
  void roll_back() noexcept final {
    if (!connection_->connection().in_transaction()) return;
    try {
      connection_->statement("ROLLBACK").run({});
    } catch (const Error&) {
      // Nothing is left to roll back.
    }
  }

 private:
  SqliteDriver& driver_;
  std::unique_ptr<PreparedConnection> connection_;
  const sql::Access access_;
};

}  // namespace

SqliteDriver::SqliteDriver(std::filesystem::path file, Synchronous synchronous)
    : file_(std::move(file)),
      synchronous_(synchronous),
      writer_(std::make_unique<PreparedConnection>(
          Connection(*file_, OpenMode::existing, synchronous))) {}

SqliteDriver::SqliteDriver(Connection memory)
    : synchronous_(Synchronous::normal),
      writer_(std::make_unique<PreparedConnection>(std::move(memory))) {}

SqliteDriver::~SqliteDriver() = default;

const sql::Dialect& SqliteDriver::dialect() const {
  return kSqliteDialect;
}

std::unique_ptr<sql::Session> SqliteDriver::session(sql::Access access) {
  const bool one_for_all = !file_;
  auto connection = access == sql::Access::write || one_for_all ? take_writer() : take_reader();
  return std::make_unique<SqliteSession>(*this, std::move(connection), access);
}

std::unique_ptr<PreparedConnection> SqliteDriver::take_writer() {
  MutexLock lock(mutex_);
  while (writer_ == nullptr) writer_came_back_.wait(mutex_);
  return std::move(writer_);
}

std::unique_ptr<PreparedConnection> SqliteDriver::take_reader() {
  {
    MutexLock lock(mutex_);
    if (!readers_.empty()) {
      auto reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  return std::make_unique<PreparedConnection>(Connection(*file_, OpenMode::existing, synchronous_));
}

void SqliteDriver::give_back(std::unique_ptr<PreparedConnection> connection, sql::Access access) {
  MutexLock lock(mutex_);
  if (access == sql::Access::read && file_) {
    readers_.push_back(std::move(connection));
    return;
  }
  writer_ = std::move(connection);
  writer_came_back_.notify_one();
}

}  // namespace mogura::store::sqlite
