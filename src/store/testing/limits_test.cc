// How many tasks of the queue run at a time, over all servers (store/queue_limits.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "store/postgres/database.h"
#include "store/sqlite/database.h"
#include "store/testing/attempt_maker.h"
#include "store/testing/postgres_server.h"

namespace mogura::store::testing {
namespace {

using std::chrono::seconds;
using ::testing::SizeIs;

constexpr int kQueued = 6;

// An attempt with so many tasks that wait for agents.
AttemptId fill_queue(Database& database, const std::string& workflow = "w") {
  const AttemptId id = insert(database, {.workflow = workflow}).id;
  Working working(database, id);
  for (std::int32_t run = 1; run <= kQueued; ++run) working.next().enqueue.push_back({1, run, 0});
  EXPECT_EQ(working.commit(), CommitResult::committed);
  return id;
}

void keeps_the_limit(Database& database) {
  const AttemptId attempt = fill_queue(database);
  const Lease one = database.open_lease("one", seconds(10));
  const Lease two = database.open_lease("two", seconds(10));
  const std::vector<Claim> first = database.claim(one, 100);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_THAT(database.claim(two, 100), SizeIs(0));

  std::vector<Notice> notices;
  const auto subscription =
      database.watch([&](const Notice& notice) { notices.push_back(notice); });
  Working working(database, attempt);
  working.next().completed = {{first[0].entry, one.id, one.epoch}};
  EXPECT_EQ(working.commit(), CommitResult::committed);
  ASSERT_THAT(notices, SizeIs(1));
  EXPECT_TRUE(notices[0].queued) << "there is room for another one";
  EXPECT_THAT(database.claim(two, 100), SizeIs(1));

  database.close_lease(one);
  EXPECT_THAT(database.claim(two, 100), SizeIs(1));
  EXPECT_THAT(database.claim(one, 100), SizeIs(0)) << "its lease has ended";
}

TEST(QueueLimits, AreKeptInSqlite) {
  keeps_the_limit(*sqlite::open_memory_database({.per_site = 2}));
  keeps_the_limit(*sqlite::open_memory_database({.per_project = 2}));
}

TEST(QueueLimits, AreKeptInPostgres) {
  for (const QueueLimits& limits : {QueueLimits{.per_site = 2}, QueueLimits{.per_project = 2}}) {
    const auto lent = PostgresServer::instance().lend_database();
    keeps_the_limit(*postgres::open_database(lent->options(), limits));
  }
}

TEST(QueueLimits, AreKeptByServersThatClaimAtTheSameTime) {
  constexpr int kServers = 4;
  const auto lent = PostgresServer::instance().lend_database();
  std::vector<std::unique_ptr<Database>> servers;
  for (int i = 0; i < kServers; ++i) {
    servers.push_back(postgres::open_database(lent->options(), {.per_site = 3}));
  }
  fill_queue(*servers[0], "v");
  fill_queue(*servers[0], "w");
  std::vector<std::future<std::size_t>> claims;
  for (const auto& server : servers) {
    claims.push_back(std::async(std::launch::async, [&server] {
      const Lease lease = server->open_lease("agent", seconds(10));
      std::size_t claimed = 0;
      for (int tries = 0; tries < 5; ++tries) claimed += server->claim(lease, 2).size();
      return claimed;
    }));
  }
  std::size_t claimed = 0;
  for (auto& claim : claims) claimed += claim.get();
  EXPECT_EQ(claimed, 3u);
}

}  // namespace
}  // namespace mogura::store::testing
