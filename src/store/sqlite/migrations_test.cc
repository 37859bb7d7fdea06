#include "store/sqlite/migrations.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "store/sqlite/connection.h"

namespace mogura::store::sqlite {
namespace {

class MigrationsTest : public testing::Test {
 protected:
  MigrationsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "migrations-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~MigrationsTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(MigrationsTest, MakeADatabaseOnceAndThenHaveNothingToDo) {
  const auto directory = folder_ / "new" / "db";
  const auto schema = schema_in(directory);
  EXPECT_FALSE(schema->has_tables());
  const auto pending = schema->pending();
  EXPECT_GT(pending.size(), 3u);
  EXPECT_FALSE(std::filesystem::exists(directory));
  EXPECT_EQ(schema->migrate(), pending);
  EXPECT_TRUE(schema->has_tables());
  EXPECT_TRUE(schema->pending().empty());
  EXPECT_TRUE(schema_in(directory)->migrate().empty());
}

TEST_F(MigrationsTest, SayWhichFileIsNoDatabase) {
  std::ofstream(database_file(folder_)) << std::string(4096, 'x');
  try {
    schema_in(folder_)->migrate();
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("mogura.db"), std::string::npos) << error.message();
    EXPECT_EQ(error.kind(), "database");
  }
}

TEST_F(MigrationsTest, RollBackWhatFailsInTheMiddle) {
  schema_in(folder_)->migrate();
  Connection connection(database_file(folder_), OpenMode::existing);
  {
    Transaction transaction(connection);
    connection.execute("CREATE TABLE half (x INTEGER)");
  }
  Statement select(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'half'");
  EXPECT_TRUE(select.run({}).empty());
}

}  // namespace
}  // namespace mogura::store::sqlite
