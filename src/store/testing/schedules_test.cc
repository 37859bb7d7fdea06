// What every database does with schedules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/backends.h"
#include "store/testing/push_maker.h"

namespace mogura::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SchedulesTest : public ::testing::TestWithParam<DatabaseMaker> {
 protected:
  Pushed push(std::string revision, const std::vector<WorkflowOptions>& workflows) {
    return database_.push(make_push("p", std::move(revision), workflows), at_second(10));
  }
  Schedule find(const Pushed& pushed, const std::string& workflow) {
    return database_.find_schedule(pushed.project.id, workflow).value();
  }
  Schedule move(const Schedule& seen, std::int64_t next, std::optional<Instant> last = {},
                std::optional<Instant> disabled = {}) {
    return database_.move_schedule(seen, {schedule_at(next), last, disabled}, at_second(77))
        .value();
  }

  std::unique_ptr<DatabaseBackend> backend_ = GetParam().make();
  Database& database_ = backend_->database();
};
INSTANTIATE_TEST_SUITE_P(Databases, SchedulesTest, ::testing::ValuesIn(database_makers()),
                         name_of<DatabaseBackend>);

TEST_P(SchedulesTest, AreMadeByAPush) {
  const Pushed pushed = push("r1", {{"hourly", 100}, {"plain"}});
  const Schedule schedule = find(pushed, "hourly");
  EXPECT_EQ(schedule.project, pushed.project.id);
  EXPECT_EQ(schedule.project_name, "p");
  EXPECT_EQ(schedule.workflow, database_.find_workflow(pushed.revision.id, "hourly")->id);
  EXPECT_EQ(schedule.timezone, "Asia/Tokyo");
  EXPECT_EQ(schedule.next.session_time, at_second(100));
  EXPECT_EQ(schedule.next.run_time, at_second(105));
  EXPECT_FALSE(schedule.last_session_time);
  EXPECT_FALSE(schedule.disabled_at);
  EXPECT_EQ(schedule.created_at, at_second(10));
  EXPECT_EQ(schedule.updated_at, at_second(10));
  EXPECT_FALSE(database_.find_schedule(pushed.project.id, "plain"));
  EXPECT_EQ(database_.find_schedule(SiteId{0}, schedule.id)->id, schedule.id);
  EXPECT_FALSE(database_.find_schedule(SiteId{1}, schedule.id));
}

TEST_P(SchedulesTest, FollowTheirWorkflowsByName) {
  const Pushed first = push("r1", {{"ran", 100}, {"new", 100}, {"cleared", 100}, {"gone", 100}});
  const Schedule ran = move(find(first, "ran"), 200, at_second(100), at_second(60));
  move(find(first, "cleared"), 200, at_second(100));
  const Pushed second =
      push("r2", {{"ran", 500}, {"new", 500}, {"cleared", 500, /*clear_schedule=*/true}, {"gone"}});

  const Schedule after = find(second, "ran");
  EXPECT_EQ(after.id, ran.id);
  EXPECT_EQ(after.workflow, database_.find_workflow(second.revision.id, "ran")->id);
  EXPECT_EQ(after.next.session_time, at_second(200));
  EXPECT_EQ(after.last_session_time, at_second(100));
  EXPECT_EQ(after.disabled_at, at_second(60));
  EXPECT_EQ(find(second, "new").next.session_time, at_second(500));
  EXPECT_EQ(find(second, "cleared").next.session_time, at_second(500));
  EXPECT_FALSE(find(second, "cleared").last_session_time);
  EXPECT_FALSE(database_.find_schedule(second.project.id, "gone"));
  // Who saw it before the push must look again.
  EXPECT_FALSE(database_.move_schedule(ran, {schedule_at(1), {}, {}}, at_second(1)));
}

TEST_P(SchedulesTest, AreMovedByWhoeverSawTheNewest) {
  const Pushed pushed = push("r1", {{"w", 100}});
  const Schedule seen = find(pushed, "w");
  const Schedule moved = move(seen, 200, at_second(100));
  EXPECT_EQ(moved.next.session_time, at_second(200));
  EXPECT_EQ(moved.last_session_time, at_second(100));
  EXPECT_EQ(moved.updated_at, at_second(77));
  EXPECT_FALSE(database_.move_schedule(seen, {schedule_at(300), {}, {}}, at_second(80)));
  EXPECT_EQ(find(pushed, "w").next.run_time, at_second(205));
  EXPECT_EQ(find(pushed, "w").version, moved.version);
  move(moved, 300);
}

TEST_P(SchedulesTest, AreDueByRunTime) {
  EXPECT_FALSE(database_.next_schedule_run());
  const Pushed pushed = push("r1", {{"late", 300}, {"early", 100}, {"off", 50}});
  move(find(pushed, "off"), 50, {}, at_second(1));
  EXPECT_EQ(database_.next_schedule_run(), at_second(105));
  EXPECT_THAT(database_.schedules_due(at_second(104), 10), IsEmpty());
  EXPECT_THAT(names_of(database_.schedules_due(at_second(400), 10)), ElementsAre("early", "late"));
  EXPECT_THAT(names_of(database_.schedules_due(at_second(400), 1)), ElementsAre("early"));
}

TEST_P(SchedulesTest, AreListedById) {
  const Pushed pushed = push("r1", {{"b", 1}, {"a", 1}});
  const Pushed other = database_.push(make_push("q", "r1", {{"c", 1}}), at_second(1));
  const auto all = database_.list_schedules({0}, std::nullopt, {});
  EXPECT_THAT(names_of(all), ElementsAre("b", "a", "c"));
  EXPECT_THAT(names_of(database_.list_schedules({0}, std::nullopt,
                                                {.after_id = all[0].id.value, .size = 1})),
              ElementsAre("a"));
  EXPECT_THAT(names_of(database_.list_schedules({0}, other.project.id, {})), ElementsAre("c"));
  EXPECT_THAT(database_.list_schedules({1}, pushed.project.id, {}), IsEmpty());
}

TEST_P(SchedulesTest, TellWhoWatches) {
  std::vector<Notice> notices;
  const auto subscription =
      database_.watch([&](const Notice& notice) { notices.push_back(notice); });
  const Notice moved{.schedules = true};
  const Pushed pushed = push("r1", {{"w", 100}});
  EXPECT_THAT(notices, ElementsAre(moved));
  move(find(pushed, "w"), 200);
  EXPECT_THAT(notices, ElementsAre(moved, moved));
  database_.delete_project({0}, pushed.project.id, at_second(1));
  EXPECT_THAT(notices, ElementsAre(moved, moved, moved));
}

}  // namespace
}  // namespace mogura::store::testing
