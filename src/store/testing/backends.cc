#include "store/testing/backends.h"

#include <stdlib.h>

#include <filesystem>

#include "store/memory_store.h"
#include "store/postgres/database.h"
#include "store/sqlite/database.h"
#include "store/testing/postgres_server.h"

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

}  // namespace

std::vector<DatabaseMaker> database_makers() {
  return {
      {"SqliteFile", [] { return std::make_unique<SqliteFileBackend>(); }},
      {"SqliteMemory", [] { return std::make_unique<SqliteMemoryBackend>(); }},
      {"Postgres", [] { return std::make_unique<PostgresBackend>(); }},
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
