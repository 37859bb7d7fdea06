// Servers of the schema in which each revision had an archive of its own, beside those that share
// them: what they do to `archives` is what they did to the table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/postgres/database.h"
#include "store/sql/sql_database.h"
#include "store/sqlite/database.h"
#include "store/testing/postgres_server.h"
#include "store/testing/push_maker.h"

namespace mogura::store::testing {
namespace {

struct Place {
  std::string name;
  std::function<std::unique_ptr<sql::Driver>()> make_driver;
};

class ArchivesViewTest : public ::testing::TestWithParam<Place> {
 protected:
  RevisionId push(const std::string& revision, std::int64_t second,
                  const std::optional<std::string>& bytes) {
    Push push = make_push("p", revision);
    push.archive_type = "db";
    push.archive = bytes;
    if (bytes) push.archive_digest = std::string(32, bytes->front());
    const Pushed pushed = database_.push(push, at_second(second));
    project_ = pushed.project.id;
    return pushed.revision.id;
  }

  // As such a server does.
  sql::Rows run(std::string_view text, std::initializer_list<sql::Param> params) {
    return driver_.session(sql::Access::write)->run(text, params);
  }
  RevisionId old_push(const std::string& revision, std::int64_t second, const std::string& bytes) {
    const RevisionId id = push(revision, second, std::nullopt);
    run("INSERT INTO archives (revision_id, content) VALUES ($1, $2)",
        {id, sql::Param::bytes(bytes)});
    return id;
  }
  std::optional<std::string> old_read(RevisionId revision) {
    const sql::Rows rows = run("SELECT content FROM archives WHERE revision_id = $1", {revision});
    if (rows.empty()) return std::nullopt;
    return rows[0].text();
  }
  void old_drop(RevisionId revision) {
    static const sql::Bulk text{
        "DELETE FROM archives WHERE revision_id IN (SELECT r.revision FROM {rows})",
        {{"revision", sql::Type::integer}}};
    const sql::Param id = revision;
    driver_.session(sql::Access::write)->run(text, {&id, 1});
    run("DELETE FROM workflows WHERE revision_id = $1", {revision});
    run("DELETE FROM revisions WHERE id = $1", {revision});
  }
  std::int64_t contents() { return run("SELECT count(*) FROM archive_contents", {})[0].number(); }

  std::unique_ptr<sql::Driver> made_ = GetParam().make_driver();
  sql::Driver& driver_ = *made_;
  sql::SqlDatabase database_{std::move(made_)};
  ProjectId project_;
};
std::unique_ptr<sql::Driver> postgres_driver() {
  return postgres::open_driver(PostgresServer::instance().new_database());
}
std::string name_of_place(const ::testing::TestParamInfo<Place>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Databases, ArchivesViewTest,
                         ::testing::Values(Place{"Sqlite", sqlite::open_memory_driver},
                                           Place{"Postgres", postgres_driver}),
                         name_of_place);

TEST_P(ArchivesViewTest, BothReadWhatTheOtherPushed) {
  const RevisionId old = old_push("r1", 1, "of old");
  const RevisionId first = push("r2", 2, "shared");
  const RevisionId second = push("r3", 3, "shared");
  EXPECT_EQ(database_.find_archive(old), "of old");
  EXPECT_EQ(old_read(old), "of old");
  EXPECT_EQ(old_read(first), "shared");
  EXPECT_EQ(old_read(second), "shared");
  EXPECT_EQ(contents(), 2);
}

TEST_P(ArchivesViewTest, BothDeleteWhatTheOtherPushed) {
  const RevisionId old = old_push("r1", 1, "of old");
  const RevisionId first = push("r2", 2, "shared");
  const RevisionId second = push("r3", 3, "shared");
  push("newest", 9, "another");
  old_drop(first);
  EXPECT_EQ(database_.find_archive(second), "shared");
  EXPECT_EQ(old_read(second), "shared");
  old_drop(second);
  EXPECT_EQ(contents(), 2);
  EXPECT_EQ(database_.drop_revisions(project_, at_second(5), 0, 10).dropped, 1u);
  EXPECT_FALSE(database_.find_archive(old));
  EXPECT_EQ(contents(), 1);
}

}  // namespace
}  // namespace mogura::store::testing
