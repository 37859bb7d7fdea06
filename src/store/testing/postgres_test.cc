// What only PostgreSQL has: several servers on one database, connections that come and go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "store/postgres/database.h"
#include "store/postgres/driver.h"
#include "store/postgres/migrations.h"
#include "store/testing/attempt_maker.h"
#include "store/testing/postgres_server.h"

namespace mogura::store::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::chrono::seconds kDeadline{20};

class PostgresTest : public ::testing::Test {
 protected:
  std::unique_ptr<PostgresServer::Database> lent_ = PostgresServer::instance().lend_database();
};

// The first notice that somebody hears.
class Ear {
 public:
  explicit Ear(Store& store)
      : subscription_(store.watch([this](const Notice& notice) {
          if (!heard_.exchange(true)) notice_.set_value(notice);
        })) {}
  Notice wait() {
    std::future<Notice> notice = notice_.get_future();
    if (notice.wait_for(kDeadline) != std::future_status::ready) {
      throw std::runtime_error("no notice came");
    }
    return notice.get();
  }

 private:
  std::promise<Notice> notice_;
  std::atomic<bool> heard_ = false;
  std::unique_ptr<Notices::Subscription> subscription_;
};

TEST_F(PostgresTest, TellsOtherServers) {
  const auto mine = postgres::open_database(lent_->options());
  const auto theirs = postgres::open_database(lent_->options());
  Ear ear(*theirs);
  insert(*mine, {.wake_at = at_second(7)});
  EXPECT_EQ(ear.wait(), Notice{.wake_at = at_second(7)});
}

TEST_F(PostgresTest, SaysThatATextCannotBeStored) {
  const auto database = postgres::open_database(lent_->options());
  try {
    database->find_project({0}, std::string("a\0b", 3));
    FAIL() << "PostgreSQL takes texts with a NUL";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "illegal argument");
  }
  EXPECT_FALSE(database->find_project({0}, "a")) << "the connection is of use";
}

TEST_F(PostgresTest, SaysThatNoticesMayHaveBeenMissed) {
  const auto database = postgres::open_database(lent_->options());
  Ear ear(*database);
  PostgresServer::instance().cut_connections(lent_->options());
  EXPECT_EQ(ear.wait(), Notice{.missed = true});
}

TEST_F(PostgresTest, GoesOnAfterItsConnectionsWereCut) {
  const auto database = postgres::open_database(lent_->options());
  const AttemptId id = insert(*database).id;
  PostgresServer::instance().cut_connections(lent_->options());
  EXPECT_TRUE(database->find_attempt(id));
}

TEST_F(PostgresTest, GivesEachEntryToOneOfManyServers) {
  constexpr std::size_t kServers = 4;
  constexpr engine::TaskIndex kEntries = 200;
  const auto database = postgres::open_database(lent_->options());
  const AttemptId id = insert(*database).id;
  Working working(*database, id);
  for (engine::TaskIndex run = 1; run <= kEntries; ++run) {
    working.next().enqueue.push_back({1, static_cast<std::int32_t>(run), "payload"});
  }
  ASSERT_EQ(working.commit(), CommitResult::committed);

  std::vector<std::vector<Claim>> claims(kServers);
  std::vector<std::thread> servers;
  for (std::size_t server = 0; server < kServers; ++server) {
    servers.emplace_back([&, server] {
      const Lease lease = database->open_lease("agent", std::chrono::seconds(10));
      while (true) {
        const std::vector<Claim> more = database->claim(lease, 7);
        if (more.empty()) return;
        claims[server].insert(claims[server].end(), more.begin(), more.end());
      }
    });
  }
  for (std::thread& server : servers) server.join();
  std::set<EntryId> entries;
  for (const auto& of_server : claims) {
    for (const Claim& claim : of_server) EXPECT_TRUE(entries.insert(claim.entry).second);
  }
  EXPECT_THAT(entries, SizeIs(kEntries));
}

TEST_F(PostgresTest, LetsOneOfManyCommitsWin) {
  constexpr int kRounds = 20;
  const auto database = postgres::open_database(lent_->options());
  const AttemptId id = insert(*database).id;
  std::atomic<int> committed = 0;
  std::vector<std::thread> servers;
  for (int server = 0; server < 4; ++server) {
    servers.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        while (Working(*database, id).commit() != CommitResult::committed) {
        }
        ++committed;
      }
    });
  }
  for (std::thread& server : servers) server.join();
  EXPECT_EQ(committed, 4 * kRounds);
  EXPECT_EQ(database->load(id)->version.value, 4 * kRounds);
}

// How many statements the server has run, these included.
std::int64_t statements_so_far(postgres::Connection& connection) {
  return connection.run("SELECT sum(calls)::bigint FROM pg_stat_statements", {})[0].number();
}

TEST_F(PostgresTest, TakesTwoStatementsForATaskOfAnAgent) {
  constexpr int kTasks = 20;
  const auto database = postgres::open_database(lent_->options());
  const AttemptId id = insert(*database).id;
  const Lease lease = database->open_lease("agent", std::chrono::seconds(10));
  enqueue(*database, id, 1);
  Working working(*database, id);
  database->attempts_due(at_second(0), 10);

  postgres::Connection counter(lent_->options());
  counter.run_script("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  const std::int64_t before = statements_so_far(counter);
  Commit commit = working.finished();
  for (int task = 1; task <= kTasks; ++task) {
    const Claim claim = database->claim(lease, 5).at(0);
    commit.completed = {{claim.entry, lease.id, lease.epoch}};
    commit.changed = {1};
    commit.enqueue = {{1, task + 1, "payload"}};
    ASSERT_EQ(database->commit({&commit, 1}).front(), CommitResult::committed);
    ++commit.version.value;
    EXPECT_TRUE(database->attempts_due(at_second(0), 10).empty());
    EXPECT_FALSE(database->next_wake());
  }
  EXPECT_LE(statements_so_far(counter) - before, 2 * kTasks + 1);
}

TEST_F(PostgresTest, WaitsForAConnectionAndSaysSoWhenNoneComes) {
  postgres::Options options = lent_->options();
  options.maximum_pool_size = 1;
  options.connection_timeout = std::chrono::seconds(1);
  postgres::Pool pool(options);
  auto taken = pool.take();
  try {
    pool.take();
    FAIL() << "got one";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "No connection to PostgreSQL within 1 seconds: all connections are in use");
  }
  std::thread waiting([&] { pool.give_back(pool.take()); });
  pool.give_back(std::move(taken));
  waiting.join();
  EXPECT_EQ(pool.open_connections(), 1u);
}

TEST_F(PostgresTest, WaitsWhileTheServerIsOutOfReach) {
  PostgresServer& server = PostgresServer::instance();
  const auto database = postgres::open_database(lent_->options());
  const AttemptId id = insert(*database).id;
  server.set_reachable(lent_->options(), false);
  server.cut_connections(lent_->options());
  auto found = std::async(std::launch::async, [&] { return database->find_attempt(id); });
  EXPECT_EQ(found.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  server.set_reachable(lent_->options(), true);
  ASSERT_EQ(found.wait_for(kDeadline), std::future_status::ready);
  EXPECT_TRUE(found.get());
}

TEST_F(PostgresTest, SaysAtOnceThatTheServerIsOutOfReachForLong) {
  PostgresServer& server = PostgresServer::instance();
  const auto database = postgres::open_database(lent_->options());
  server.set_reachable(lent_->options(), false);
  server.cut_connections(lent_->options());
  const auto seconds_of_a_failure = [&] {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW(database->leases(), Error);
    return std::chrono::steady_clock::now() - began;
  };
  EXPECT_GE(seconds_of_a_failure(), postgres::Pool::kPatience / 2);
  EXPECT_LT(seconds_of_a_failure(), postgres::Pool::kPatience / 2);
  server.set_reachable(lent_->options(), true);
}

TEST_F(PostgresTest, SaysAtOnceThatItCannotStart) {
  postgres::Options options = lent_->options();
  options.connection.emplace_back("dbname", "nowhere");
  EXPECT_THROW(postgres::open_database(options), Error);
}

TEST_F(PostgresTest, OpensConnectionsOnDemandAndClosesIdleOnes) {
  postgres::Options options = lent_->options();
  options.idle_timeout = std::chrono::seconds(1);
  postgres::Pool pool(options);
  auto one = pool.take();
  auto two = pool.take();
  EXPECT_EQ(pool.open_connections(), 2u);
  pool.give_back(std::move(two));
  // A statement that takes longer than the timeout.
  one->run("SELECT pg_sleep(1.2)", {});
  pool.give_back(std::move(one));
  EXPECT_EQ(pool.open_connections(), 1u);
}

TEST_F(PostgresTest, NamesWhatIsWrongWithAStatement) {
  postgres::Connection connection(lent_->options());
  try {
    connection.run("SELECT nothing", {});
    FAIL() << "ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "database");
    EXPECT_NE(error.message().find("column \"nothing\" does not exist"), std::string::npos)
        << error.message();
  }
  EXPECT_EQ(connection.run("SELECT 1", {})[0].number(), 1);
  const sql::Param zero(std::string("a\0b", 3));
  EXPECT_THROW(connection.run("SELECT $1::text", {&zero, 1}), Error);
  EXPECT_EQ(connection.run("SELECT 2", {})[0].number(), 2);
}

TEST(PostgresMigrations, RunOnceAlsoWhenServersStartTogether) {
  const postgres::Options options = PostgresServer::instance().new_database();
  {
    postgres::Connection connection(options);
    EXPECT_FALSE(postgres::schema_of(connection)->has_tables());
    EXPECT_FALSE(postgres::schema_of(connection)->pending().empty());
  }
  postgres::Options up_to_date = options;
  up_to_date.migrate = false;
  EXPECT_THROW(postgres::open_database(up_to_date), Error);
  std::vector<std::thread> servers;
  for (int server = 0; server < 3; ++server) {
    servers.emplace_back([&] { EXPECT_NO_THROW(postgres::open_database(options)); });
  }
  for (std::thread& server : servers) server.join();
  postgres::Connection connection(options);
  const auto schema = postgres::schema_of(connection);
  EXPECT_TRUE(schema->has_tables());
  EXPECT_THAT(schema->pending(), IsEmpty());
  EXPECT_THAT(schema->migrate(), IsEmpty());
  EXPECT_NO_THROW(postgres::open_database(up_to_date));
}

// One that waits for others keeps nobody from writing, and one that was cut off leaves an index
// that is made again.
TEST(PostgresMigrations, AddIndexesWhileOthersWrite) {
  const auto lent = PostgresServer::instance().lend_database();
  postgres::Connection before(lent->options());
  before.run_script("DELETE FROM schema_migrations WHERE version = '20261123000001'");
  before.run_script(
      "UPDATE pg_index SET indisvalid = false "
      "WHERE indexrelid = 'attempts_by_revision'::regclass");
  postgres::Connection writer(lent->options());
  writer.run_script("BEGIN; UPDATE attempts SET done = done");
  std::thread migration([&] {
    postgres::Connection connection(lent->options());
    EXPECT_THAT(postgres::schema_of(connection)->migrate(), SizeIs(1));
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto is_waiting = [&] {
    return !before
                .run(
                    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                    "datname = current_database() AND query LIKE '%INDEX CONCURRENTLY%'",
                    {})
                .empty();
  };
  while (!is_waiting() && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_TRUE(is_waiting());
  EXPECT_NO_THROW(
      before.run_script("SET lock_timeout = '5s'; UPDATE attempts SET done = done WHERE id = 0"));
  writer.run_script("COMMIT");
  migration.join();
  EXPECT_THAT(postgres::schema_of(before)->pending(), IsEmpty());
  EXPECT_TRUE(before
                  .run("SELECT indisvalid FROM pg_index "
                       "WHERE indexrelid = 'attempts_by_revision'::regclass",
                       {})[0]
                  .flag());
}

}  // namespace
}  // namespace mogura::store::testing
