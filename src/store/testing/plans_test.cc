// Every statement goes by an index: no table is read whole and no list is sorted, however large a
// store has grown. The plans of all statements are asked for in a store of many attempts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "store/postgres/database.h"
#include "store/sql/sql_database.h"
#include "store/sqlite/database.h"
#include "store/testing/attempt_maker.h"
#include "store/testing/postgres_server.h"
#include "store/testing/push_maker.h"
#include "store/testing/recording_driver.h"

namespace mogura::store::testing {
namespace {

constexpr int kAttempts = 1'000'000;

// How a database is filled at once: without its indexes, which are made again afterwards.
struct Filling {
  std::string numbers;  // SQL before INSERT: a table n(i)
  const char* indexes;  // a statement: the names of all indexes that may go, and what makes them
  const char* foreign_keys_off;
  const char* foreign_keys_on;
  const char* analyze;
};

// Each attempt has a session of its own; a hundred workflows in ten projects. Ids begin at 1000.
void fill(sql::Session& session, const Filling& filling) {
  const auto insert = [&](std::string_view text) {
    session.run(filling.numbers + std::string(text), {});
  };
  session.run(filling.foreign_keys_off, {});
  const sql::Rows indexes = session.run(filling.indexes, {});
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    session.run("DROP INDEX " + indexes[i].text(), {});
  }
  session.begin();
  insert(
      "INSERT INTO sessions (id, site_id, project_id, workflow_name, session_time, session_uuid, "
      "last_attempt_id, attempts) SELECT i, 0, i % 10, 'w' || (i % 100), i, 'u' || i, i, 1 FROM n");
  insert(
      "INSERT INTO attempts (id, session_id, site_id, project_id, project_name, workflow_name, "
      "revision, timezone, session_time, session_uuid, retry_attempt_name, attempt_index, "
      "max_tasks, cancel_requested, done, success, created_at, finished_at, wake_at) SELECT i, i, "
      "0, i % 10, 'p', 'w' || (i % 100), 'r' || (i % 7), 'UTC', i, 'u' || i, '', 1, 10, 0, "
      "CASE WHEN i % 1000 = 9 THEN 0 ELSE 1 END, CASE WHEN i % 100 IN (3, 9) THEN 0 ELSE 1 END, "
      "i, CASE WHEN i % 1000 <> 9 THEN i END, CASE WHEN i % 1000 = 9 THEN i END FROM n");
  insert(
      "INSERT INTO tasks (attempt_id, position, full_name, name_offset, is_group, state, flags, "
      "run, updated_at) SELECT i, 0, '+t', 0, 0, 0, 0, 0, i FROM n WHERE i % 10 = 3");
  insert(
      "INSERT INTO attempt_params (attempt_id, name, value, site_id, project_id, session_time, "
      "session_id) "
      "SELECT i, 'day', 'd' || (i % 1000), 0, i % 10, i, i FROM n WHERE i % 10 = 7");
  insert(
      "INSERT INTO queue_entries (attempt_id, task, run, payload) SELECT i, 0, 1, '{}' FROM n "
      "WHERE i % 1000 = 9");
  session.commit();
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    sql::Rows::Row index = indexes[i];
    index.text();
    session.run(index.text(), {});
  }
  session.run(filling.foreign_keys_on, {});
  session.run(filling.analyze, {});
}

void use_projects(Database& database) {
  const Pushed pushed = database.push(make_push("p", "r1", {{"w", 100}}), at_second(1));
  const ProjectId project = pushed.project.id;
  database.push(make_push("p", "r2", {{"w", 100}, {"v", 100}}), at_second(2));
  database.find_project({0}, project);
  database.find_project({0}, "p");
  database.list_projects({0}, "p", {});
  database.list_revisions(project, {});
  database.newest_revision(project);
  database.find_revision(project, "r1");
  database.find_revision(pushed.revision.id);
  database.find_archive(pushed.revision.id);
  const WorkflowId workflow = database.list_workflows(pushed.revision.id).at(0).id;
  database.find_workflow(pushed.revision.id, "w");
  database.find_workflow(SiteId{0}, workflow);
  database.list_workflows(SiteId{0}, {}, {});
  database.list_workflows(SiteId{0}, {"w", true}, {.descending = true});
  const Schedule schedule = database.find_schedule(project, "w").value();
  database.find_schedule(SiteId{0}, schedule.id);
  database.list_schedules({0}, std::nullopt, {});
  database.list_schedules({0}, project, {});
  database.schedules_due(at_second(9), 5);
  database.next_schedule_run();
  database.move_schedule(schedule, {schedule_at(9), {}, {}}, at_second(9));
  database.set_secret(project, "s", "k", {"e", "t"});
  database.find_secret(project, "s", "k");
  database.list_secrets(project, "s");
  database.delete_secret(project, "s", "k");
  database.delete_project({0}, project, at_second(3));
}

void use_archives(Database& database) {
  const std::string digest(32, 'd');
  Push push = make_push("archived", "no attempt names it");
  push.archive_digest = digest;
  push.archive_type = "db";
  push.archive = "bytes";
  const ProjectId project = database.push(push, at_second(1)).project.id;
  push.revision = "nor this one";
  push.archive_type = "files";
  push.archive.reset();
  push.archive_path = database.note_archive("files", digest, "path", at_second(1));
  database.push(push, at_second(2));
  database.note_archive("files", digest, "other", at_second(3));
  database.push(make_push("archived", "newest"), at_second(3));
  database.drop_revisions(project, at_second(9), 0, 10);
  const auto condemned = database.condemn_archives("files", at_second(9), "", 10).archives;
  ASSERT_FALSE(condemned.empty());
  database.give_up_archive("files", digest, "lost", at_second(9));
  database.forget_archive("files", condemned[0]);
}

void use_attempts(Database& database) {
  const AttemptId id = insert(database, {.name = "named", .wake_at = at_second(1)}).id;
  enqueue(database, id, 1);
  enqueue(database, id, 2);
  const Lease lease = database.open_lease("agent", std::chrono::seconds(9));
  const Claim claim = database.claim(lease, 1).at(0);
  database.claims_of(lease);
  Working working(database, claim.attempt);
  working.next().completed = {{claim.entry, lease.id, lease.epoch}};
  working.next().enqueue = {{0, 8, "more"}};
  working.next().cancel = {{0, 1}};
  working.commit();
  Working end(database, id);
  end.succeed(1, {.subtask_config = {{"+s", Object{{"sh>", "s"}}}, {"+t", Object{}}}});
  end.commit();
  Working last(database, id);
  last.happen(engine::Kill{});
  for (engine::TaskIndex task = 2; task < 6; ++task) last.succeed(task);
  last.commit();
  database.find_attempt({1}, "w", {}, std::nullopt);
  database.find_attempt({1}, "w", {}, "named");
  database.find_attempt(id);
  database.attempts_due(at_second(1), 10);
  database.next_wake();
  database.claim(lease, 1);
  database.renew_lease(lease);
  database.expire_lease(database.leases().at(0));
  database.close_lease(database.open_lease("other", std::chrono::seconds(9)));
}

void use_history(Database& database) {
  const HistoryFilter filters[] = {
      {}, {.project = ProjectId{1}}, {.project = ProjectId{1}, .workflow = "w1"}};
  for (HistoryFilter filter : filters) {
    database.list_sessions({0}, filter, {});
    database.list_attempts({0}, filter, {.after_id = 5'000});
    filter.all_attempts = true;
    database.list_attempts({0}, filter, {});
  }
  database.find_session({0}, SessionId{2'000});
  database.attempts_of({0}, SessionId{2'000}, {});
  database.attempts_of({0}, SessionId{2'000}, {.descending = true});
  database.find_attempt_summary({0}, AttemptId{2'000});
  database.tasks_of(AttemptId{2'000});
  database.count_running({0});
  database.has_running({1}, "w1");
  database.last_session_before({1}, "w1", at_second(10'000));
}

void use_search(Database& database) {
  const std::optional<SessionState> states[] = {std::nullopt, SessionState::success,
                                                SessionState::running, SessionState::error};
  for (const auto& state : states) {
    for (const auto& project : {std::optional<ProjectId>(), std::optional(ProjectId{1})}) {
      SessionSearch search{.project = project, .from = at_second(9), .state = state};
      database.search_sessions({0}, search, {}, 100);
      search.to = at_second(500'000);
      database.search_sessions({0}, search, SearchPosition{400'000, 3}, 100);
    }
  }
  database.search_sessions({0}, {.project = ProjectId{1}, .workflow = "w1"}, {}, 100);
  database.search_sessions({0}, {.params = {{"day", "d7"}}}, {}, 100);
  database.search_sessions({0}, {.project = ProjectId{7}, .params = {{"day", "d7"}}}, {}, 100);
}

void use_retention(Database& database) {
  const RetentionPolicy policy{.max_age = std::chrono::seconds(1), .max_sessions = 990'000 / 10};
  database.set_retention({1}, policy);
  database.find_retention({1});
  database.list_retention({});
  database.list_expired({1}, policy, at_second(100), {});
  database.drop_sessions({1}, policy, at_second(100), 0, 10);
  database.drop_revisions({1}, at_second(100), 0, 10);
  const auto dropped = database.dropped_attempts(10);
  EXPECT_FALSE(dropped.empty());
  database.clear_dropped(dropped, 10);
  database.set_retention({1}, std::nullopt);
}

// The plan's lines in which the database reads a table or an index whole, or sorts.
using FindFaults = std::vector<std::string> (*)(const std::vector<std::string>& plan);

// Lists that go through an index in its order until they have enough, or that are short.
bool is_read_in_order(const std::string& line) {
  for (const char* const index : {"attempts_by_wake", "schedules_by_run_time",
                                  "queue_entries_waiting", "leases", "dropped_attempts"}) {
    if (line.contains(index)) return true;
  }
  return false;
}

std::vector<std::string> faults_in_sqlite(const std::vector<std::string>& plan) {
  std::vector<std::string> faults;
  for (const std::string& line : plan) {
    const bool scans_rows_of_statement = line == "SCAN r" || line == "SCAN next" ||
                                         line == "SCAN holder" || line == "SCAN CONSTANT ROW";
    const bool scans = line.starts_with("SCAN ") && !scans_rows_of_statement;
    if ((scans && !is_read_in_order(line)) || line.contains("TEMP B-TREE")) faults.push_back(line);
  }
  return faults;
}

std::vector<std::string> faults_in_postgres(const std::vector<std::string>& plan) {
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::string& line = plan[i];
    const bool by_index = line.contains("Index Scan") || line.contains("Index Only Scan");
    const bool has_condition = i + 1 < plan.size() && plan[i + 1].contains("Index Cond:");
    if (line.contains("Seq Scan") || line.contains("Sort") ||
        (by_index && !has_condition && !is_read_in_order(line))) {
      faults.push_back(line);
    }
  }
  return faults;
}

struct Planner {
  const char* explain;
  FindFaults find_faults;
  Filling filling;
};

// SQLite says it in the fourth column, PostgreSQL in the only one.
std::vector<std::string> plan_of(sql::Session& session, const char* explain,
                                 const RecordedStatement& recorded) {
  sql::Bulk statement = recorded.statement;
  statement.text = explain + statement.text;
  const sql::Rows rows = statement.columns.empty() ? session.run(statement.text, recorded.params)
                                                   : session.run(statement, recorded.params);
  std::vector<std::string> plan;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sql::Rows::Row row = rows[i];
    if (rows.width() == 4) {
      for (int column = 0; column < 3; ++column) row.number();
    }
    plan.push_back(row.text());
  }
  return plan;
}

void check_plans(std::unique_ptr<sql::Driver> owned, const Planner& planner) {
  sql::Driver& driver = *owned;
  fill(*driver.session(sql::Access::write), planner.filling);
  Record record;
  sql::SqlDatabase database(std::make_unique<RecordingDriver>(std::move(owned), record));
  use_projects(database);
  use_archives(database);
  use_attempts(database);
  use_history(database);
  use_search(database);
  use_retention(database);

  std::set<std::string> seen;
  for (const RecordedStatement& recorded : record) {
    const std::string& text = recorded.statement.text;
    const bool plain = text.starts_with("BEGIN") || text.starts_with("COMMIT");
    if (plain || !seen.insert(text).second) continue;
    const auto plan = plan_of(*driver.session(sql::Access::write), planner.explain, recorded);
    EXPECT_THAT(planner.find_faults(plan), ::testing::IsEmpty()) << text << "\n"
                                                                 << ::testing::PrintToString(plan);
  }
  EXPECT_GT(seen.size(), 95u);
}

std::string last_number() {
  return std::to_string(999 + kAttempts);
}

TEST(Plans, GoByAnIndexInSqlite) {
  check_plans(sqlite::open_memory_driver(),
              {"EXPLAIN QUERY PLAN ",
               faults_in_sqlite,
               {"WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                    last_number() + ") ",
                "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
                "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON", "ANALYZE"}});
}

TEST(Plans, GoByAnIndexInPostgres) {
  const auto lent = PostgresServer::instance().lend_database();
  check_plans(postgres::open_driver(lent->options()),
              {"EXPLAIN (COSTS OFF) ",
               faults_in_postgres,
               {"WITH n(i) AS (SELECT generate_series(1000, " + last_number() + ")) ",
                "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public' AND "
                "NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexname::regclass)",
                "SET session_replication_role = replica", "SET session_replication_role = origin",
                "VACUUM ANALYZE"}});
}

}  // namespace
}  // namespace mogura::store::testing
