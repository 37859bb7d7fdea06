// What becomes of a change when a statement fails, its answer is lost or the connection drops, at
// each step on the way: all of it or nothing. Who repeats it has it once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "store/postgres/database.h"
#include "store/sql/sql_database.h"
#include "store/sqlite/database.h"
#include "store/testing/attempt_maker.h"
#include "store/testing/backends.h"
#include "store/testing/fault_driver.h"
#include "store/testing/postgres_server.h"
#include "store/testing/push_maker.h"
#include "value/json.h"

namespace mogura::store::testing {
namespace {

// A database with one of each, and faults to come.
class World {
 public:
  World(std::unique_ptr<sql::Driver> driver, std::function<void()> cut)
      : faults_(std::move(cut)),
        database_(std::make_unique<FaultDriver>(std::move(driver), faults_)) {
    project = database_.push(make_push("p", "r1", {{"w", 100}}), at_second(1)).project.id;
    database_.set_secret(project, "project", "old", {"e", "old"});
    attempt = insert(database_).id;
    enqueue(database_, attempt, 1);
    enqueue(database_, attempt, 2);
    lease = database_.open_lease("agent", std::chrono::seconds(10));
    claim = database_.claim(lease, 1).at(0);
    lease_seen = database_.leases().at(0);
    schedule = database_.find_schedule(project, "w").value();
    another = make_attempt(database_, {.workflow = "another"});
  }

  Database& database() { return database_; }
  FaultPlan& faults() { return faults_; }

  // All that a change may touch; ids that a repetition skips are left out.
  std::string state() {
    Array parts;
    const Loaded loaded = *database_.load(attempt);
    parts.emplace_back(loaded.version.value);
    for (const engine::Task& task : loaded.attempt.tasks) {
      parts.emplace_back(task.full_name + " " + std::string(engine::state_name(task.state)));
    }
    for (const auto& barrier : loaded.attempt.barriers) parts.emplace_back(barrier.size());
    for (const engine::TaskIndex task : loaded.queued) parts.emplace_back(task);
    for (const Claim& held : database_.claims_of(lease)) {
      parts.emplace_back(Array{held.task, held.canceled});
    }
    for (const AttemptSummary& summary : database_.list_attempts({0}, {.all_attempts = true}, {})) {
      parts.emplace_back(Array{summary.info.workflow_name, summary.index,
                               database_.tasks_of(summary.info.id).tasks.size()});
    }
    for (const Revision& revision : database_.list_revisions(project, {})) {
      parts.emplace_back(Array{revision.name, database_.list_workflows(revision.id).size(),
                               database_.find_archive(revision.id).value_or("")});
    }
    for (const Schedule& one : database_.list_schedules({0}, std::nullopt, {})) {
      parts.emplace_back(one.next.session_time.time_since_epoch().count());
    }
    for (const std::string& key : database_.list_secrets(project, "project")) {
      parts.emplace_back(database_.find_secret(project, "project", key)->text);
    }
    parts.emplace_back(database_.find_project({0}, "p").has_value());
    parts.emplace_back(database_.attempts_due(at_second(1'000'000), 10).size());
    return value::to_json(parts);
  }

  ProjectId project;
  AttemptId attempt;
  Lease lease;
  Claim claim;
  LeaseState lease_seen;
  Schedule schedule;
  NewAttempt another;

 private:
  FaultPlan faults_;
  sql::SqlDatabase database_;
};

// A change as its callers make it: they look first whether it is there already.
struct Change {
  const char* name;
  void (*make)(World&);
};

void take_result(World& world) {
  Working working(world.database(), world.attempt);
  const engine::Changes changes =
      working.happen(engine::TaskSucceeded{1, 1, {.subtask_config = {{"+s", Object{}}}}});
  if (!changes.applied) return;
  working.next().completed = {{world.claim.entry, world.lease.id, world.lease.epoch}};
  working.next().enqueue = {{3, 1, "more"}};
  working.next().cancel = {{2, 1}};
  working.next().wake_at = at_second(5);
  EXPECT_EQ(working.commit(), CommitResult::committed);
}

void push_again(World& world) {
  if (world.database().find_revision(world.project, "r2")) return;
  Push push = make_push("p", "r2", {{"v", 50}, {"w", 70}});
  push.archive = "bytes";
  world.database().push(push, at_second(2));
}

constexpr Change kChanges[] = {
    {"InsertAttempt",
     [](World& world) { EXPECT_FALSE(world.database().insert_attempt(world.another)); }},
    {"Commit", take_result},
    {"Claim",
     [](World& world) {
       if (world.database().claims_of(world.lease).size() < 2) {
         world.database().claim(world.lease, 1);
       }
     }},
    {"CloseLease", [](World& world) { world.database().close_lease(world.lease); }},
    {"ExpireLease", [](World& world) { world.database().expire_lease(world.lease_seen); }},
    {"Push", push_again},
    {"DeleteProject",
     [](World& world) {
       if (world.database().find_project({0}, "p")) {
         EXPECT_TRUE(world.database().delete_project({0}, world.project, at_second(3)));
       }
     }},
    {"MoveSchedule",
     [](World& world) {
       world.database().move_schedule(world.schedule, {schedule_at(200), {}, {}}, at_second(3));
     }},
    {"SetSecret",
     [](World& world) { world.database().set_secret(world.project, "project", "k", {"e", "t"}); }},
    {"DeleteSecret",
     [](World& world) { world.database().delete_secret(world.project, "project", "old"); }},
};

struct Stage {
  std::string name;
  std::function<std::unique_ptr<World>()> make;
};

std::unique_ptr<World> postgres_world() {
  std::shared_ptr<PostgresServer::Database> lent = PostgresServer::instance().lend_database();
  return std::make_unique<World>(postgres::open_driver(lent->options()), [lent] {
    PostgresServer::instance().cut_connections(lent->options());
  });
}

// A connection to SQLite cannot be cut; a statement fails in its place.
std::unique_ptr<World> sqlite_world() {
  return std::make_unique<World>(sqlite::open_memory_driver(),
                                 [] { throw Error("database", "cut"); });
}

class FaultsTest : public ::testing::TestWithParam<std::tuple<Stage, Change>> {};
std::string name_of_change(const ::testing::TestParamInfo<std::tuple<Stage, Change>>& info) {
  return std::get<Stage>(info.param).name + std::get<Change>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(Databases, FaultsTest,
                         ::testing::Combine(::testing::Values(Stage{"Sqlite", sqlite_world},
                                                              Stage{"Postgres", postgres_world}),
                                            ::testing::ValuesIn(kChanges)),
                         name_of_change);

TEST_P(FaultsTest, ChangeAllOrNothingAndOnceWhenRepeated) {
  const auto& [stage, change] = GetParam();
  const auto calm = stage.make();
  const std::string before = calm->state();
  change.make(*calm);
  const std::string after = calm->state();
  ASSERT_NE(before, after);

  for (const Fault fault : {Fault::statement_fails, Fault::answer_lost, Fault::connection_drops}) {
    std::set<std::string> states_after_faults;
    for (int step = 1;; ++step) {
      const auto world = stage.make();
      ASSERT_EQ(world->state(), before);
      world->faults().arm(fault, step);
      try {
        change.make(*world);
        if (world->faults().is_armed()) break;  // it has fewer steps
        // A dead connection was noticed before it was used.
        EXPECT_EQ(fault, Fault::connection_drops);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), "database");
        const std::string state = world->state();
        EXPECT_THAT(state, ::testing::AnyOf(before, after)) << "step " << step;
        states_after_faults.insert(state);
        change.make(*world);
      }
      EXPECT_EQ(world->state(), after) << "step " << step;
    }
    // Only where the answer is lost may the change be there all the same.
    EXPECT_EQ(states_after_faults.contains(after), fault == Fault::answer_lost);
  }
}

}  // namespace
}  // namespace mogura::store::testing
