#include "store/testing/backends.h"

#include <stdlib.h>

#include <filesystem>

#include "store/memory_store.h"
#include "store/postgres/database.h"
#include "store/sql/sql_database.h"
#include "store/sqlite/database.h"
#include "store/testing/fault_driver.h"
#include "store/testing/postgres_server.h"
#include "store/testing/retrying_database.h"

namespace mogura::store::testing {
namespace {

class MemoryBackend : public Backend {
 public:
  Store& store() override { return store_; }

 private:
  MemoryStore store_;
};

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "mogura-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class SqliteFileBackend : public DatabaseBackend {
 public:
  Database& database() override { return *database_; }

 private:
  Directory directory_;
  std::unique_ptr<Database> database_ = sqlite::open_database(directory_.path());
};

class SqliteMemoryBackend : public DatabaseBackend {
 public:
  Database& database() override { return *database_; }

 private:
  std::unique_ptr<Database> database_ = sqlite::open_memory_database();
};

class PostgresBackend : public DatabaseBackend {
 public:
  Database& database() override { return *database_; }

 private:
  std::unique_ptr<PostgresServer::Database> lent_ = PostgresServer::instance().lend_database();
  std::unique_ptr<Database> database_ = postgres::open_database(lent_->options());
};

// The test's own faults, the same in each run.
unsigned seed_of_this_test() {
  const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  return static_cast<unsigned>(std::hash<std::string>()(test->name()));
}

// A database that fails again and again, behind a caller who goes on.
class FaultyBackend : public DatabaseBackend {
 public:
  FaultyBackend(std::unique_ptr<sql::Driver> driver, std::function<void()> cut)
      : faults_(std::move(cut)),
        database_(std::make_unique<FaultDriver>(std::move(driver), faults_)),
        caller_(database_, faults_) {
    faults_.scatter(seed_of_this_test(), kStepsBetweenFaults);
  }
  Database& database() override { return caller_; }

 private:
  static constexpr int kStepsBetweenFaults = 5;

  FaultPlan faults_;
  sql::SqlDatabase database_;
  RetryingDatabase caller_;
};

// A connection to SQLite cannot be cut; a statement fails in its place.
std::unique_ptr<FaultyBackend> faulty_sqlite() {
  return std::make_unique<FaultyBackend>(sqlite::open_memory_driver(),
                                         [] { throw Error("database", "cut"); });
}

std::unique_ptr<FaultyBackend> faulty_postgres() {
  std::shared_ptr<PostgresServer::Database> lent = PostgresServer::instance().lend_database();
  return std::make_unique<FaultyBackend>(postgres::open_driver(lent->options()), [lent] {
    PostgresServer::instance().cut_connections(lent->options());
  });
}

}  // namespace

std::vector<DatabaseMaker> database_makers() {
  return {
      {"SqliteFile", [] { return std::make_unique<SqliteFileBackend>(); }},
      {"SqliteMemory", [] { return std::make_unique<SqliteMemoryBackend>(); }},
      {"Postgres", [] { return std::make_unique<PostgresBackend>(); }},
      {"FaultySqlite", faulty_sqlite},
      {"FaultyPostgres", faulty_postgres},
  };
}

std::vector<StoreMaker> store_makers() {
  std::vector<StoreMaker> makers = {{"Memory", [] { return std::make_unique<MemoryBackend>(); }}};
  for (const DatabaseMaker& database : database_makers()) {
    makers.push_back({database.name, database.make});
  }
  return makers;
}

}  // namespace mogura::store::testing
