#include "store/postgres/driver.h"

#include <utility>

#include "store/postgres/dialect.h"
#include "store/uuid.h"

namespace mogura::store::postgres {
namespace {

class PostgresSession : public sql::Session {
 public:
  PostgresSession(Pool& pool, sql::Access access)
      : pool_(pool), access_(access), connection_(pool.take()) {}
  ~PostgresSession() override {
    roll_back();
    pool_.give_back(std::move(connection_));
  }

  sql::Rows run(std::string_view text, sql::Params params) override {
    return connection_->run(text, params);
  }
  sql::Rows run(const sql::Bulk& bulk, sql::Params rows) override {
    return connection_->run(bulk, rows);
  }
  std::vector<sql::Rows> run_together(std::span<const sql::BulkRun> runs) override {
    return connection_->run_together(runs);
  }

  // What is read in one transaction is from one moment; that takes a transaction in words.
  void begin() override {
    if (access_ == sql::Access::write) {
      connection_->begin();
    } else {
      connection_->run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {});
      reading_ = true;
    }
  }
  void commit() override {
    if (!std::exchange(reading_, false)) {
      connection_->commit();
    } else {
      connection_->run("COMMIT", {});
    }
  }
  void roll_back() noexcept final {
    if (std::exchange(reading_, false)) connection_->begin();
    connection_->roll_back();
  }

 private:
  Pool& pool_;
  const sql::Access access_;
  std::unique_ptr<Connection> connection_;
  bool reading_ = false;
};

}  // namespace

PostgresDriver::PostgresDriver(const Options& options) : pool_(options), self_(new_uuid()) {}

std::unique_ptr<sql::Session> PostgresDriver::session(sql::Access access) {
  return std::make_unique<PostgresSession>(pool_, access);
}

const sql::Dialect& PostgresDriver::dialect() const {
  return kDialect;
}

std::optional<sql::BulkRun> PostgresDriver::announcement(const Notice& notice) {
  static const sql::Bulk bulk = {"SELECT count(pg_notify(r.channel, r.payload)) FROM {rows}",
                                 {{"channel", sql::Type::text}, {"payload", sql::Type::text}}};
  if (notice.empty()) return std::nullopt;
  return sql::BulkRun{&bulk, {kChannel, notice_text(self_, notice)}};
}

void PostgresDriver::listen(Notices& notices) {
  listener_ = std::make_unique<Listener>(pool_.options(), self_, notices);
}

}  // namespace mogura::store::postgres
