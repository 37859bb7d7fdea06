#include "store/sqlite/connection.h"

#include <sqlite3.h>

namespace mogura::store::sqlite {
namespace {

// How long a statement waits for another process that writes.
constexpr int kBusyTimeoutMillis = 10'000;

// Puts a statement back to its start, whatever ends its run.
struct ResetAtEnd {
  ~ResetAtEnd() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
  sqlite3_stmt* statement;
};

}  // namespace

void Connection::Closer::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}
void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Connection::Connection(const std::filesystem::path& file, OpenMode mode, Synchronous synchronous)
    : name_(file.string()) {
  open(mode == OpenMode::create ? SQLITE_OPEN_CREATE : 0);
  execute("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
  execute(synchronous == Synchronous::full ? "PRAGMA synchronous = FULL"
                                           : "PRAGMA synchronous = NORMAL");
}

Connection Connection::in_memory() {
  Connection connection(":memory:");
  connection.open(0);
  connection.execute("PRAGMA foreign_keys = ON");
  return connection;
}

void Connection::open(int flags) {
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(name_.c_str(), &opened,
                                     flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(opened);
  if (status != SQLITE_OK) fail("open");
  sqlite3_busy_timeout(opened, kBusyTimeoutMillis);
}

void Connection::fail(std::string_view doing) const {
  const char* problem = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_.get());
  throw Error("database", "Cannot " + std::string(doing) + " " + name_ + ": " + problem);
}

void Connection::execute(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(database_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail("change");
  }
}

bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* prepared = nullptr;
  const int status =
      sqlite3_prepare_v3(connection.database_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  statement_.reset(prepared);
  if (status != SQLITE_OK) connection_.fail("read");
  const int parameters = sqlite3_bind_parameter_count(prepared);
  for (int number = 1; number <= parameters; ++number) {
    const std::string name = "$" + std::to_string(number);
    positions_.push_back(sqlite3_bind_parameter_index(prepared, name.c_str()));
  }
}

void Statement::bind(int position, const sql::Param& param) {
  int status = SQLITE_OK;
  if (const auto* number = std::get_if<std::int64_t>(&param.value)) {
    status = sqlite3_bind_int64(statement_.get(), position, *number);
  } else if (const auto* text = std::get_if<std::string>(&param.value)) {
    status = param.type == sql::Type::bytes
                 ? sqlite3_bind_blob64(statement_.get(), position, text->data(), text->size(),
                                       SQLITE_STATIC)
                 : sqlite3_bind_text64(statement_.get(), position, text->data(), text->size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  } else {
    status = sqlite3_bind_null(statement_.get(), position);
  }
  if (status != SQLITE_OK) connection_.fail("read");
}

sql::Cell Statement::cell(int column) const {
  switch (sqlite3_column_type(statement_.get(), column)) {
    case SQLITE_NULL:
      return std::monostate();
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement_.get(), column)};
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
      const int size = sqlite3_column_bytes(statement_.get(), column);
      return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
    }
  }
}

sql::Rows Statement::run(sql::Params params) {
  const ResetAtEnd reset{statement_.get()};
  for (std::size_t i = 0; i < params.size() && i < positions_.size(); ++i) {
    if (positions_[i] != 0) bind(positions_[i], params[i]);
  }
  const int width = sqlite3_column_count(statement_.get());
  std::vector<sql::Cell> cells;
  while (true) {
    const int status = sqlite3_step(statement_.get());
    if (status == SQLITE_DONE) break;
    if (status != SQLITE_ROW) connection_.fail("change");
    for (int column = 0; column < width; ++column) cells.push_back(cell(column));
  }
  return {static_cast<std::size_t>(width), std::move(cells)};
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const Error&) {
    // The connection is broken; closing it rolls back as well.
  }
}

void Transaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace mogura::store::sqlite
