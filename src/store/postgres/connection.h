// A connection to PostgreSQL.
//
// Statements are prepared on first use and sent in pipeline mode: a transaction is all that was
// sent between two Syncs, so it needs no BEGIN and COMMIT of its own, and several statements may be
// sent before the answer of the first is read.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/postgres/options.h"
#include "store/sql/session.h"

struct pg_conn;
struct pg_result;

namespace mogura::store::postgres {

/// Used by one thread at a time. Everything throws Error of kind "database" with PostgreSQL's own
/// message; a connection that is_broken() then is of no more use. A text with a NUL, which it
/// cannot store, is an Error of kind "illegal argument".
class Connection {
 public:
  explicit Connection(const Options& options);

  /// Runs one statement and reads its rows. Outside of a transaction it is one by itself.
  sql::Rows run(std::string_view text, sql::Params params);
  sql::Rows run(const sql::Bulk& bulk, sql::Params rows);
  /// All in one statement.
  std::vector<sql::Rows> run_together(std::span<const sql::BulkRun> runs);
  /// Runs a script of statements without parameters, outside of a transaction, as one.
  void run_script(const std::string& script);

  void begin() { in_transaction_ = true; }
  void commit();
  void roll_back() noexcept;

  bool is_broken() const;
  /// Whether an idle connection is still there, as far as is known without asking.
  bool seems_alive() const;

  struct Notification {
    std::string payload;
  };
  /// What LISTEN brought so far.
  std::vector<Notification> notifications();
  /// To wait on for notifications.
  int socket() const;

 private:
  struct Closer {
    void operator()(pg_conn* connection) const;
  };
  struct Clearer {
    void operator()(pg_result* result) const;
  };
  using Result = std::unique_ptr<pg_result, Clearer>;
  struct Encoded;

  sql::Rows run_encoded(const std::string& key, const std::string& text, const Encoded& params);
  const std::string& prepare(const std::string& key, const std::string& text,
                             const Encoded& params);
  Result next_result();
  sql::Rows read_answer();
  void expect_end_of_pipeline();
  void send_sync();
  void flush();
  void wait_until_ready(short events);
  [[noreturn]] void fail();
  [[noreturn]] void fail(const pg_result* result);

  std::unique_ptr<pg_conn, Closer> connection_;
  std::chrono::milliseconds socket_timeout_;
  std::unordered_map<std::string, std::string> names_;  // of prepared statements, by text
  bool in_transaction_ = false;
};

}  // namespace mogura::store::postgres
