// What every database does with projects, revisions, workflows and secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/backends.h"
#include "store/testing/push_maker.h"
#include "value/json.h"

namespace mogura::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ProjectsTest : public ::testing::TestWithParam<DatabaseMaker> {
 protected:
  Pushed push(const Push& push, std::int64_t second = 10) {
    return database_.push(push, at_second(second));
  }

  std::unique_ptr<DatabaseBackend> backend_ = GetParam().make();
  Database& database_ = backend_->database();
};
INSTANTIATE_TEST_SUITE_P(Databases, ProjectsTest, ::testing::ValuesIn(database_makers()),
                         name_of<DatabaseBackend>);

TEST_P(ProjectsTest, MakesAProjectAndItsRevisions) {
  Push first = make_push("p", "r1", {{"one"}, {"two"}});
  first.archive_type = "db";
  first.archive_md5 = std::string("\0\xff\x10 md5 of bytes", 16);
  first.archive = std::string("\x1f\x8b\0 bytes", 9);
  first.user_info = {{"who", "me"}};
  const Pushed pushed = push(first);
  EXPECT_EQ(pushed.project.name, "p");
  EXPECT_EQ(pushed.project.created_at, at_second(10));
  EXPECT_FALSE(pushed.project.deleted_at);
  EXPECT_EQ(database_.find_archive(pushed.revision.id), first.archive);

  const auto stored = database_.find_revision(pushed.project.id, "r1");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->id, pushed.revision.id);
  EXPECT_EQ(stored->created_at, at_second(10));
  EXPECT_EQ(stored->archive_type, "db");
  EXPECT_FALSE(stored->archive_path);
  EXPECT_EQ(stored->archive_md5, first.archive_md5);
  EXPECT_EQ(value::to_json(stored->user_info), R"({"who":"me"})");

  const Pushed second = push(make_push("p", "r2"), 20);
  EXPECT_EQ(second.project.id, pushed.project.id);
  EXPECT_EQ(second.project.created_at, at_second(10));
  EXPECT_GT(second.revision.id, pushed.revision.id);
  EXPECT_FALSE(database_.find_archive(second.revision.id));
  EXPECT_EQ(database_.newest_revision(pushed.project.id)->name, "r2");
  EXPECT_THAT(names_of(database_.list_revisions(pushed.project.id, {})), ElementsAre("r2", "r1"));
  EXPECT_THAT(
      names_of(database_.list_revisions(pushed.project.id, {.after_id = second.revision.id.value})),
      ElementsAre("r1"));
}

TEST_P(ProjectsTest, RefusesARevisionThatIsThere) {
  const Pushed pushed = push(make_push("p", "r1", {{"w", 100}}));
  try {
    push(make_push("p", "r1", {{"other"}}));
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "conflict");
    EXPECT_EQ(error.message(), "Resource already exists: revision=r1 in project id=" +
                                   std::to_string(pushed.project.id.value));
  }
  EXPECT_THAT(names_of(database_.list_workflows(pushed.revision.id)), ElementsAre("w"));
  EXPECT_THAT(database_.list_schedules({0}, std::nullopt, {}), ::testing::SizeIs(1));
}

TEST_P(ProjectsTest, BelongToTheirSite) {
  Push elsewhere = make_push("p", "r1");
  elsewhere.site = {5};
  const Pushed theirs = push(elsewhere);
  const Pushed mine = push(make_push("p", "r1"));
  EXPECT_NE(theirs.project.id, mine.project.id);
  EXPECT_FALSE(database_.find_project({0}, theirs.project.id));
  EXPECT_EQ(database_.find_project({5}, "p")->id, theirs.project.id);
  EXPECT_THAT(database_.list_projects({5}, "", {}), ::testing::SizeIs(1));
  EXPECT_FALSE(database_.delete_project({0}, theirs.project.id, at_second(1)));
  const Workflow workflow = database_.list_workflows(theirs.revision.id).at(0);
  EXPECT_FALSE(database_.find_workflow(SiteId{0}, workflow.id));
  EXPECT_TRUE(database_.find_workflow(SiteId{5}, workflow.id));
}

TEST_P(ProjectsTest, AreListedWithTheirNewestRevision) {
  push(make_push("alpha", "1"));
  push(make_push("Beta%_", "1"));
  push(make_push("gamma", "1"));
  const Pushed newest = push(make_push("alpha", "2"));
  const auto all = database_.list_projects({0}, "", {});
  EXPECT_THAT(names_of(all), ElementsAre("alpha", "Beta%_", "gamma"));
  EXPECT_EQ(all[0].revision.name, "2");
  EXPECT_EQ(all[0].revision.id, newest.revision.id);
  EXPECT_THAT(names_of(database_.list_projects({0}, "a", {.size = 2})),
              ElementsAre("alpha", "Beta%_"));
  EXPECT_THAT(names_of(database_.list_projects({0}, "a", {.after_id = all[1].project.id.value})),
              ElementsAre("gamma"));
  EXPECT_THAT(names_of(database_.list_projects({0}, "%_", {})), ElementsAre("Beta%_"));
  EXPECT_THAT(database_.list_projects({0}, "BETA", {}), IsEmpty());
}

TEST_P(ProjectsTest, FreeTheirNameWhenTheyAreDeleted) {
  const Pushed old = push(make_push("p", "r1", {{"w", 100}}));
  database_.set_secret(old.project.id, "project", "k", {"e", "t"});
  EXPECT_TRUE(database_.delete_project({0}, old.project.id, at_second(50)));
  EXPECT_FALSE(database_.delete_project({0}, old.project.id, at_second(51)));
  EXPECT_FALSE(database_.find_project({0}, "p"));
  const auto deleted = database_.find_project({0}, old.project.id);
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->name, "p");
  EXPECT_EQ(deleted->deleted_at, at_second(50));
  EXPECT_THAT(database_.list_projects({0}, "", {}), IsEmpty());
  EXPECT_THAT(database_.list_workflows(SiteId{0}, {}, {}), IsEmpty());
  EXPECT_THAT(database_.list_schedules({0}, std::nullopt, {}), IsEmpty());
  EXPECT_THAT(database_.list_secrets(old.project.id, "project"), IsEmpty());
  const Workflow workflow = database_.list_workflows(old.revision.id).at(0);
  EXPECT_EQ(database_.find_workflow(SiteId{0}, workflow.id)->project.name, "p");
  EXPECT_NE(push(make_push("p", "r1")).project.id, old.project.id);
}

TEST_P(ProjectsTest, KeepWorkflowsAsTheyWerePushed) {
  const Pushed old = push(make_push("p", "r1", {{"zeta"}, {"alpha"}}));
  const Pushed now = push(make_push("p", "r2", {{"alpha"}}));
  push(make_push("other", "r1", {{"alphabet"}, {"beta"}}));
  EXPECT_THAT(names_of(database_.list_workflows(old.revision.id)), ElementsAre("zeta", "alpha"));
  const auto workflow = database_.find_workflow(now.revision.id, "alpha");
  ASSERT_TRUE(workflow);
  EXPECT_EQ(workflow->revision, now.revision.id);
  EXPECT_EQ(workflow->timezone, "Asia/Tokyo");
  EXPECT_EQ(value::to_json(workflow->config), R"({"+a":{"sh>":"alpha"}})");
  EXPECT_FALSE(database_.find_workflow(now.revision.id, "zeta"));
  const auto details = database_.find_workflow(SiteId{0}, workflow->id);
  ASSERT_TRUE(details);
  EXPECT_EQ(details->project.name, "p");
  EXPECT_EQ(details->revision.name, "r2");
  EXPECT_FALSE(database_.find_workflow(SiteId{0}, WorkflowId{workflow->id.value + 100}));

  const auto all = database_.list_workflows(SiteId{0}, {}, {});
  EXPECT_THAT(names_of(all), ElementsAre("alpha", "alphabet", "beta"));
  EXPECT_THAT(names_of(database_.list_workflows(
                  SiteId{0}, {}, {.after_id = all[2].workflow.id.value, .descending = true})),
              ElementsAre("alphabet", "alpha"));
  EXPECT_THAT(names_of(database_.list_workflows(SiteId{0}, {}, {.size = 1, .descending = true})),
              ElementsAre("beta"));
  EXPECT_THAT(names_of(database_.list_workflows(SiteId{0}, {.name_contains = "lpha"}, {})),
              ElementsAre("alpha", "alphabet"));
  EXPECT_THAT(names_of(database_.list_workflows(
                  SiteId{0}, {.name_contains = "the", .or_project_name_contains = true}, {})),
              ElementsAre("alphabet", "beta"));
}

TEST_P(ProjectsTest, KeepSecretsByScope) {
  const ProjectId project = push(make_push("p", "r1")).project.id;
  database_.set_secret(project, "project", "b", {"aes", "one"});
  database_.set_secret(project, "project", "B", {"aes", "two"});
  database_.set_secret(project, "project", "a.b", {"aes", "three"});
  database_.set_secret(project, "project-default", "d", {"aes", "four"});
  database_.set_secret(project, "project", "b", {"gcm", "five"});
  EXPECT_THAT(database_.list_secrets(project, "project"), ElementsAre("B", "a.b", "b"));
  EXPECT_EQ(database_.find_secret(project, "project", "b")->engine, "gcm");
  EXPECT_EQ(database_.find_secret(project, "project", "b")->text, "five");
  EXPECT_FALSE(database_.find_secret(project, "project", "d"));
  EXPECT_FALSE(database_.find_secret(ProjectId{project.value + 1}, "project", "b"));
  database_.delete_secret(project, "project", "b");
  database_.delete_secret(project, "project", "b");
  EXPECT_FALSE(database_.find_secret(project, "project", "b"));
}

TEST_P(ProjectsTest, TakeTextsThatLookLikeSql) {
  const std::string evil = "'; DROP TABLE projects; -- $1 {rows} \\ \" ?";
  const Pushed pushed = push(make_push(evil, evil, {{evil, 100}}));
  EXPECT_EQ(database_.find_project({0}, evil)->id, pushed.project.id);
  EXPECT_EQ(database_.find_revision(pushed.project.id, evil)->id, pushed.revision.id);
  EXPECT_THAT(names_of(database_.list_projects({0}, evil, {})), ElementsAre(evil));
  EXPECT_EQ(database_.find_schedule(pushed.project.id, evil)->workflow_name, evil);
}

}  // namespace
}  // namespace mogura::store::testing
