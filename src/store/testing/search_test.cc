// What every database says about looking for sessions.
#include "store/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/attempt_maker.h"
#include "store/testing/backends.h"
#include "value/json.h"

namespace mogura::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(SearchableParams, AreScalarsByTheirNames) {
  const Object params = value::parse_json(R"({"a": "x", "b": {"c": 1, "d": {"e": true}}, "n": null,
      "l": [1], "last_session_time": "t", "b.c": 2})")
                            .as_object();
  EXPECT_THAT(searchable_params(params),
              ElementsAre(Pair("a", "x"), Pair("b.c", "1"), Pair("b.d.e", "true")));
}

TEST(SearchableParams, AreBounded) {
  Object params;
  params.set("long", std::string(kMaxSearchableBytes + 1, 'x'));
  params.set("nul", std::string("a\0b", 3));
  EXPECT_THAT(searchable_params(params), IsEmpty());
  for (std::size_t i = 0; i <= kMaxSearchableParams; ++i) params.set("p" + std::to_string(i), "v");
  EXPECT_EQ(searchable_params(params).size(), kMaxSearchableParams);
}

class SearchTest : public ::testing::TestWithParam<DatabaseMaker> {
 protected:
  AttemptId insert(const AttemptOptions& options) { return testing::insert(database_, options).id; }
  AttemptId at(std::int64_t session_time) {
    return insert({.session_time = at_second(session_time)});
  }
  void end(AttemptId id, const engine::Event& how) {
    Working working(database_, id);
    working.happen(how);
    const auto& tasks = working.attempt().tasks;
    for (engine::TaskIndex task = 1; task < tasks.size(); ++task) {
      if (tasks[task].state == engine::TaskState::running) working.succeed(task);
    }
    ASSERT_EQ(working.commit(), CommitResult::committed);
    ASSERT_TRUE(database_.find_attempt(id)->done);
  }
  std::vector<AttemptId> found(const SessionSearch& search, SiteId site = {0}) {
    std::vector<AttemptId> ids;
    for (const SessionSummary& session :
         database_.search_sessions(site, search, {}, 100).sessions) {
      ids.push_back(session.last_attempt.info.id);
    }
    return ids;
  }

  std::unique_ptr<DatabaseBackend> backend_ = GetParam().make();
  Database& database_ = backend_->database();
};
INSTANTIATE_TEST_SUITE_P(Databases, SearchTest, ::testing::ValuesIn(database_makers()),
                         name_of<DatabaseBackend>);

TEST_P(SearchTest, FindsTimes) {
  const AttemptId late = at(300);
  const AttemptId early = at(100);
  const AttemptId middle = at(200);
  EXPECT_THAT(found({}), ElementsAre(late, middle, early));
  EXPECT_THAT(found({.from = at_second(200)}), ElementsAre(late, middle));
  EXPECT_THAT(found({.to = at_second(200)}), ElementsAre(early));
  EXPECT_THAT(found({.from = at_second(101), .to = at_second(300)}), ElementsAre(middle));
  EXPECT_THAT(found({.from = at_second(300), .to = at_second(200)}), IsEmpty());
  EXPECT_THAT(found({}, {1}), IsEmpty());
}

TEST_P(SearchTest, FindsStatesOfLastAttempts) {
  const AttemptId running = at(1);
  const AttemptId succeeded = at(2);
  end(succeeded, engine::TaskSucceeded{1, 1, {}});
  const AttemptId failed = at(3);
  end(failed, engine::TaskFailed{1, 1, {}});
  const AttemptId killed = at(4);
  end(killed, engine::Kill{});
  const AttemptId retried = at(5);
  end(retried, engine::TaskFailed{1, 1, {}});
  const AttemptId retry = insert({.session_time = at_second(5), .name = "again"});

  EXPECT_THAT(found({.state = SessionState::running}), ElementsAre(retry, running));
  EXPECT_THAT(found({.state = SessionState::success}), ElementsAre(succeeded));
  EXPECT_THAT(found({.state = SessionState::error}), ElementsAre(failed));
  EXPECT_THAT(found({.state = SessionState::killed}), ElementsAre(killed));
  for (const auto state : {SessionState::running, SessionState::error}) {
    EXPECT_THAT(found({.project = ProjectId{2}, .state = state}), IsEmpty());
    EXPECT_THAT(found({.project = ProjectId{1}, .workflow = "z", .state = state}), IsEmpty());
    EXPECT_FALSE(found({.project = ProjectId{1}, .workflow = "w", .state = state}).empty());
  }
}

TEST_P(SearchTest, FindsProjectsAndWorkflows) {
  const AttemptId a = insert({.workflow = "a"});
  const AttemptId b = insert({.workflow = "b"});
  insert({.project = {2}, .workflow = "a"});
  EXPECT_THAT(found({.project = ProjectId{1}}), ElementsAre(b, a));
  EXPECT_THAT(found({.project = ProjectId{1}, .workflow = "a"}), ElementsAre(a));
}

TEST_P(SearchTest, FindsParameters) {
  const AttemptId one =
      insert({.session_time = at_second(1), .params = {{"day", "mon"}, {"o", Object{{"n", 1}}}}});
  const AttemptId two = insert({.session_time = at_second(2), .params = {{"day", "mon"}}});
  const AttemptId other = insert({.project = {2}, .workflow = "v", .params = {{"day", "mon"}}});
  insert({.session_time = at_second(3), .params = {{"day", "monday"}}});
  EXPECT_THAT(found({.params = {{"day", "mon"}}}), ElementsAre(two, one, other));
  EXPECT_THAT(found({.params = {{"day", "mon"}, {"o.n", "1"}}}), ElementsAre(one));
  EXPECT_THAT(found({.params = {{"o.n", "1"}, {"day", "tue"}}}), IsEmpty());
  EXPECT_THAT(found({.project = ProjectId{2}, .params = {{"day", "mon"}}}), ElementsAre(other));
  EXPECT_THAT(found({.from = at_second(2), .params = {{"day", "mon"}}}), ElementsAre(two));
  insert({.session_time = at_second(2), .name = "again", .params = {{"day", "tue"}}});
  EXPECT_THAT(found({.params = {{"day", "mon"}}}), ElementsAre(one, other));
}

TEST_P(SearchTest, GoesOnBehindAPosition) {
  std::vector<AttemptId> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(insert({.workflow = "w" + std::to_string(i), .session_time = at_second(i / 2)}));
  }
  std::vector<AttemptId> ids;
  std::optional<SearchPosition> after;
  do {
    const FoundSessions part = database_.search_sessions({0}, {}, after, 2);
    EXPECT_LE(part.sessions.size(), 2u);
    for (const SessionSummary& session : part.sessions) {
      ids.push_back(session.last_attempt.info.id);
    }
    after = part.next;
  } while (after && ids.size() < 10);
  EXPECT_THAT(ids, ElementsAre(all[4], all[3], all[2], all[1], all[0]));
}

}  // namespace
}  // namespace mogura::store::testing
