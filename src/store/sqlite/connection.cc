#include "store/sqlite/connection.h"

#include <sqlite3.h>

namespace mogura::store::sqlite {
namespace {

// How long a statement waits for another process that writes.
constexpr int kBusyTimeoutMillis = 10'000;

}  // namespace

void Connection::Closer::operator()(sqlite3* database) const {
  sqlite3_close(database);
}
void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Connection::Connection(const std::filesystem::path& file, OpenMode mode) : file_(file.string()) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
  if (mode == OpenMode::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(file_.c_str(), &opened, flags, nullptr);
  database_.reset(opened);
  if (status != SQLITE_OK) fail("open");
  sqlite3_busy_timeout(opened, kBusyTimeoutMillis);
  execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
}

void Connection::fail(std::string_view doing) const {
  const char* problem = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_.get());
  throw Error("database", "Cannot " + std::string(doing) + " " + file_ + ": " + problem);
}

void Connection::execute(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(database_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail("change");
  }
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* prepared = nullptr;
  const int status = sqlite3_prepare_v2(connection.database_.get(), sql.data(),
                                        static_cast<int>(sql.size()), &prepared, nullptr);
  statement_.reset(prepared);
  if (status != SQLITE_OK) connection_.fail("read");
}

void Statement::bind(int parameter, std::string_view text) {
  const int status = sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
  if (status != SQLITE_OK) connection_.fail("read");
}

bool Statement::step() {
  const int status = sqlite3_step(statement_.get());
  if (status != SQLITE_ROW && status != SQLITE_DONE) connection_.fail("change");
  return status == SQLITE_ROW;
}

std::string Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
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
