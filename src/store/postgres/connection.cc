#include "store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <utility>

#include "store/postgres/dialect.h"
#include "store/postgres/wire.h"
#include "store/sql/dialect.h"

namespace mogura::store::postgres {
namespace {

/// character_not_in_repertoire: a NUL, which SQL's texts cannot hold.
constexpr std::string_view kNoSuchCharacter = "22021";

// Every statement is to go by index, and in its order, and its plan to be made once: tables that
// were empty when a statement was planned would be read whole ever after.
constexpr const char* kSettings =
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
    "SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
    "SET enable_sort = off; SET jit = off; "
    "SET default_transaction_isolation = 'read committed'";

void ignore_server_notice(void*, const pg_result*) {}

std::string without_line_end(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

struct Connection::Encoded {
  void add(TypeNumber type, std::optional<std::string> value) {
    types.push_back(type);
    values.push_back(std::move(value));
  }
  std::vector<Oid> types;
  std::vector<std::optional<std::string>> values;
};

void Connection::Closer::operator()(pg_conn* connection) const {
  PQfinish(connection);
}
void Connection::Clearer::operator()(pg_result* result) const {
  PQclear(result);
}

Connection::Connection(const Options& options) : socket_timeout_(options.socket_timeout) {
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  add("client_encoding", "UTF8");
  add("fallback_application_name", "mogura");
  for (const auto& [keyword, value] : options.connection) add(keyword.c_str(), value.c_str());
  add(nullptr, nullptr);
  connection_.reset(PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/0));
  if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) fail();
  PQsetNoticeReceiver(connection_.get(), ignore_server_notice, nullptr);
  const Result settings(PQexec(connection_.get(), kSettings));
  if (PQresultStatus(settings.get()) != PGRES_COMMAND_OK) fail(settings.get());
  if (PQsetnonblocking(connection_.get(), 1) != 0) fail();
  if (PQenterPipelineMode(connection_.get()) != 1) fail();
}

void Connection::fail() {
  const char* problem =
      connection_ == nullptr ? "out of memory" : PQerrorMessage(connection_.get());
  throw Error("database", "PostgreSQL: " + without_line_end(problem));
}

void Connection::fail(const pg_result* result) {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (state != nullptr && std::string_view(state) == kNoSuchCharacter) {
    throw Error("illegal argument", "A text holds a character that the database cannot store");
  }
  throw Error("database", "PostgreSQL: " + without_line_end(PQresultErrorMessage(result)));
}

bool Connection::is_broken() const {
  return PQstatus(connection_.get()) != CONNECTION_OK;
}

// A server that has something to say to an idle connection says goodbye.
bool Connection::seems_alive() const {
  pollfd waiting = {.fd = socket(), .events = POLLIN, .revents = 0};
  return !is_broken() && ::poll(&waiting, 1, 0) == 0;
}

int Connection::socket() const {
  return PQsocket(connection_.get());
}

void Connection::wait_until_ready(short events) {
  pollfd waiting = {.fd = socket(), .events = events, .revents = 0};
  const auto deadline = std::chrono::steady_clock::now() + socket_timeout_;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) break;
  }
  connection_.reset();
  throw Error("database", "PostgreSQL: no answer within " +
                              std::to_string(socket_timeout_.count() / 1000) + " seconds");
}

// While the server has answers to send, it may not take more: they are read meanwhile.
void Connection::flush() {
  while (true) {
    const int left = PQflush(connection_.get());
    if (left == 0) return;
    if (left < 0) fail();
    wait_until_ready(POLLIN | POLLOUT);
    if (PQconsumeInput(connection_.get()) != 1) fail();
  }
}

Connection::Result Connection::next_result() {
  while (PQisBusy(connection_.get()) == 1) {
    wait_until_ready(POLLIN);
    if (PQconsumeInput(connection_.get()) != 1) fail();
  }
  return Result(PQgetResult(connection_.get()));
}

// The answer to one statement: its result and the null behind it. After an error the server ignores
// all up to the next Sync.
sql::Rows Connection::read_answer() {
  const Result result = next_result();
  if (result == nullptr) fail();
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    if (!is_broken()) {
      next_result();
      if (in_transaction_) send_sync();
      in_transaction_ = false;
      expect_end_of_pipeline();
    }
    fail(result.get());
  }
  next_result();
  const int width = PQnfields(result.get());
  const int count = PQntuples(result.get());
  std::vector<sql::Cell> cells;
  cells.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(count));
  for (int row = 0; row < count; ++row) {
    for (int column = 0; column < width; ++column) {
      if (PQgetisnull(result.get(), row, column) == 1) {
        cells.emplace_back();
        continue;
      }
      const std::string_view bytes(
          PQgetvalue(result.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result.get(), row, column)));
      cells.push_back(decode(PQftype(result.get(), column), bytes));
    }
  }
  return {static_cast<std::size_t>(width), std::move(cells)};
}

void Connection::send_sync() {
  if (PQpipelineSync(connection_.get()) != 1) fail();
  flush();
}

// Whatever comes before it was an error of the commit itself, or follows from one.
void Connection::expect_end_of_pipeline() {
  Result problem;
  while (true) {
    Result result = next_result();
    if (is_broken()) fail();
    if (result == nullptr) continue;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_FATAL_ERROR && problem == nullptr) problem = std::move(result);
  }
  if (problem != nullptr) fail(problem.get());
}

const std::string& Connection::prepare(const std::string& key, const std::string& text,
                                       const Encoded& params) {
  const auto known = names_.find(key);
  if (known != names_.end()) return known->second;
  std::string name = "s" + std::to_string(names_.size());
  const int sent =
      PQsendPrepare(connection_.get(), name.c_str(), sql::in_dialect(text, kDialect).c_str(),
                    static_cast<int>(params.types.size()), params.types.data());
  if (sent != 1 || PQsendFlushRequest(connection_.get()) != 1) fail();
  flush();
  const bool alone = !std::exchange(in_transaction_, true);  // the statement follows
  read_answer();
  if (alone) in_transaction_ = false;
  return names_.emplace(key, std::move(name)).first->second;
}

sql::Rows Connection::run_encoded(const std::string& key, const std::string& text,
                                  const Encoded& params) {
  if (connection_ == nullptr) throw Error("database", "PostgreSQL: the connection is closed");
  const std::string& name = prepare(key, text, params);
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const auto& value : params.values) {
    values.push_back(value ? value->data() : nullptr);
    lengths.push_back(value ? static_cast<int>(value->size()) : 0);
  }
  const std::vector<int> binary(values.size(), 1);
  const int sent =
      PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()),
                          values.data(), lengths.data(), binary.data(), /*resultFormat=*/1);
  if (sent != 1) fail();
  if (in_transaction_) {
    if (PQsendFlushRequest(connection_.get()) != 1) fail();
    flush();
    return read_answer();
  }
  send_sync();
  sql::Rows rows = read_answer();
  expect_end_of_pipeline();
  return rows;
}

sql::Rows Connection::run(std::string_view text, sql::Params params) {
  Encoded encoded;
  for (const sql::Param& param : params) {
    const bool null = std::holds_alternative<std::monostate>(param.value);
    encoded.add(type_number(param.type), null ? std::nullopt : std::optional(encode(param.value)));
  }
  const std::string key(text);
  return run_encoded(key, key, encoded);
}

sql::Rows Connection::run(const sql::Bulk& bulk, sql::Params rows) {
  if (rows.empty()) return {};
  const std::size_t width = bulk.columns.size();
  Encoded encoded;
  for (std::size_t column = 0; column < width; ++column) {
    encoded.add(array_type_number(bulk.columns[column].type), encode_column(rows, width, column));
  }
  return run_encoded(bulk.text, text_for_arrays(bulk), encoded);
}

std::vector<sql::Rows> Connection::run_together(std::span<const sql::BulkRun> runs) {
  Encoded encoded;
  for (const sql::BulkRun& one : runs) {
    if (one.rows.empty()) continue;
    const std::size_t width = one.bulk->columns.size();
    for (std::size_t column = 0; column < width; ++column) {
      encoded.add(array_type_number(one.bulk->columns[column].type),
                  encode_column(one.rows, width, column));
    }
  }
  std::vector<sql::Rows> results(runs.size());
  if (encoded.values.empty()) return results;
  const std::string text = text_for_all(runs);
  const sql::Rows rows = run_encoded(text, text, encoded);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sql::Rows::Row row = rows[i];
    const auto run = static_cast<std::size_t>(row.number());
    results[run].append(sql::Rows(1, {row.number()}));
  }
  return results;
}

void Connection::run_script(const std::string& script) {
  if (PQexitPipelineMode(connection_.get()) != 1) fail();
  PQsetnonblocking(connection_.get(), 0);
  const Result result(PQexec(connection_.get(), script.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  PQsetnonblocking(connection_.get(), 1);
  if (is_broken() || PQenterPipelineMode(connection_.get()) != 1) fail();
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(result.get());
}

void Connection::commit() {
  if (!in_transaction_) throw Error("database", "PostgreSQL: the transaction was rolled back");
  in_transaction_ = false;
  send_sync();
  expect_end_of_pipeline();
}

// ROLLBACK ends what was sent since the last Sync as well, with a warning that is ignored.
void Connection::roll_back() noexcept {
  if (!in_transaction_ || connection_ == nullptr || is_broken()) return;
  try {
    in_transaction_ = false;
    run("ROLLBACK", {});
  } catch (const Error&) {
    connection_.reset();  // it is not known what state it is in
  }
}

std::vector<Connection::Notification> Connection::notifications() {
  if (PQconsumeInput(connection_.get()) != 1) fail();
  std::vector<Notification> received;
  while (PGnotify* const notify = PQnotifies(connection_.get())) {
    received.push_back({notify->extra});
    PQfreemem(notify);
  }
  return received;
}

}  // namespace mogura::store::postgres
