// What `check` finds, and what a scheduler decides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/time_zone.h"
#include "cli/check_schedules.h"
#include "cli/check_traps.h"
#include "cli/schedule_table.h"
#include "cli/task_lines.h"
#include "cli/time_display.h"
#include "workflow/yaml.h"

namespace mogura::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

workflow::Definition defined(const std::string& yaml, const std::string& name = "w") {
  return workflow::make_definition(workflow::parse_yaml(yaml).as_object(), name);
}

std::vector<std::string> traps(const std::string& yaml, const Object& params = {}) {
  const std::vector<workflow::Definition> definitions = {defined(yaml),
                                                         defined("+x: {echo>: x}", "other")};
  std::vector<workflow::TaskTree> trees;
  for (const auto& definition : definitions) {
    trees.push_back(workflow::compile("", "+" + definition.name, definition.config));
  }
  std::vector<std::string> texts;
  for (const Warning& warning : find_traps(definitions, trees, params)) {
    EXPECT_EQ(warning.workflow, "w");
    texts.push_back(warning.text());
  }
  return texts;
}

TEST(CheckTrapsTest, FindsNothingInAPlainWorkflow) {
  EXPECT_THAT(traps(R"(
timezone: UTC
schedule: {daily>: "07:00:00"}
_export: {table: t}
+a:
  sh>: echo ${table} $HOME "${table}"
  _check: {+c: {echo>: checked}}
+b:
  _retry: 3
  +c: {require>: other}
  +d: {require>: "${table}"}
+e: {_background: true, echo>: e}
)"),
              IsEmpty());
}

TEST(CheckTrapsTest, NamesEachTrap) {
  struct Case {
    std::string yaml;
    std::string warning;
  };
  const std::vector<Case> cases = {
      {"+g: {_check: {}, +a: {echo>: x}}",
       "+w+g: `_check` of a group never runs; give it to a task."},
      {"_check: {+x: {echo>: x}}\n+a: {echo>: x}",
       "+w: `_check` of a group never runs; give it to a task."},
      {"+g: {timezone: UTC, +a: {echo>: x}}", "+w+g: `timezone` of a nested group has no effect."},
      {"+g: {_secrets: {a: b}, +a: {echo>: x}}",
       "+w+g: `_secrets` of a nested group has no effect."},
      {"+g: {_retry: \"${n}\", +a: {echo>: x}}",
       "+w+g: templates in `_retry` of a group are not evaluated: it never retries."},
      {"_export: {sh>: x}\n+a: {echo>: x}",
       "+w: `sh>` in `_export` becomes the operator of every task below."},
      {"+g: {_export: {_type: y}, +a: {echo>: x}}",
       "+w+g: `_type` in `_export` becomes the operator of every task below."},
      {"+a: {ehco>: x}", "+w+a: there is no operator `ehco>`."},
      {"+a: {sh>: \"echo ${name:-x}\"}",
       "+w+a: `${name:-x}` is taken for a template of the workflow, not for the shell's."},
      {"+a: {sh>: \"run > /tmp/log.$$ 2>&1\"}",
       "+w+a: `$$` reaches the shell as `$`, and is not its process id; write `$$$$` for that."},
      {"+a: {sh>: 'kill ${signal} $$'}",
       "+w+a: `$$` reaches the shell as `$`, and is not its process id; write `$$$$` for that."},
      {"+a: {require>: nope}", "+w+a: there is no workflow `nope` in this project."},
      {"schedule: {cron>: \"0 0 1 * mon\"}\n+a: {echo>: x}",
       "schedule of w: a day must match both the day of the month and the weekday, while cron "
       "takes "
       "either."},
      {"schedule: {daily>: \"07:00:00\", strat: x}\n+a: {echo>: x}",
       "schedule of w: Parameter 'strat' is not used at schedule. > Did you mean '[start]'?"},
  };
  for (const Case& test : cases) EXPECT_THAT(traps(test.yaml), ElementsAre(test.warning));
}

TEST(CheckTrapsTest, DoesNotWarnOfWhatOnlyRunningTells) {
  for (const char* yaml :
       {"+a: {_type: \"${op}\"}", "+a: {_type: null}", "+a: {_retry: \"${n}\", echo>: x}",
        "+a: {_background: true, echo>: x}", "+a: {require>: x, project_name: other}",
        "+a: {require>: null}", "+a: {sh>: \"echo ${name}\"}", "+a: {sh>: null}", "_export: null",
        "+a: {sh>: 'echo $$$$ $HOME $$HOME $$(id) $$5 $${price} ${a.replace(/x/, \"$$\")}'}",
        "+a: {echo>: 'costs $$'}", "schedule: {cron>: \"0 0 * * mon\"}",
        "+a: {echo>: \"${a:-b}\"}"}) {
    EXPECT_THAT(traps(yaml), IsEmpty()) << yaml;
  }
}

TEST(CheckTrapsTest, WarnsOfParametersThatLose) {
  EXPECT_THAT(traps("_export: {a: 1, b: 2}", {{"b", "x"}, {"c", "y"}}),
              ElementsAre("+w: `_export` sets `b`, which wins over the parameter of that name that "
                          "was given."));
}

TEST(TaskLinesTest, FindsTasksOfBlocks) {
  const auto lines = task_lines(R"(# +no: x
schedule: {daily>: "07:00:00"}

+load:
  _export:
    +b: no task
  +a:
    sh>: |
      +x: output
  "+b" : {+c: {echo>: x}}
+c:
  schedule: x
  '+d':
    +e: {echo>: x}
+load: again)");
  EXPECT_THAT(lines,
              ElementsAre(Pair("+c", 11), Pair("+c+d", 13), Pair("+c+d+e", 14), Pair("+load", 4),
                          Pair("+load+a", 7), Pair("+load+b", 10), Pair("schedule", 2)));
}

TEST(TaskLinesTest, TakesAnyText) {
  for (const std::string text : {"", "\n\n", ":", "\"", "'+a", "\"+a\"", "   ", "+a", "\t+a: x",
                                 "{", "\xff\xfe: x", "- +a: x"}) {
    EXPECT_THAT(task_lines(text), IsEmpty()) << text;
  }
  EXPECT_THAT(task_lines("+a:\r\n  +b:\r\n"), ElementsAre(Pair("+a", 1), Pair("+a+b", 2)));
}

TEST(CommandsOfTest, NamesEachTargetOnce) {
  const auto tree = workflow::compile("", "+w",
                                      workflow::parse_yaml(R"(
+a: {require>: x}
+b: {_type: require, _command: y}
+c: {require>: x}
+d: {call>: z}
+e: {require>: null}
)")
                                          .as_object());
  EXPECT_THAT(commands_of(tree, "require"), ElementsAre("x", "y"));
}

Instant instant(std::string_view text) {
  return *calendar::parse_instant(text);
}

TEST(CheckSchedulesTest, ShowsTheNextRunsAcrossAClockChange) {
  const std::vector<workflow::Definition> definitions = {
      defined("timezone: America/New_York\nschedule: {daily>: \"07:00:00\"}")};
  const auto schedules = check_schedules(definitions);
  ASSERT_EQ(schedules.size(), 1u);
  EXPECT_EQ(next_runs_text(schedules[0], instant("2026-03-07T00:00:00Z")),
            "      next runs (America/New_York):\n"
            "        2026-03-07 07:00:00 -0500  session 2026-03-07T00:00:00-05:00\n"
            "        2026-03-08 08:00:00 -0400  session 2026-03-08T00:00:00-05:00"
            "  (clocks change before this run)\n"
            "        2026-03-09 07:00:00 -0400  session 2026-03-09T00:00:00-04:00\n"
            "        2026-03-10 07:00:00 -0400  session 2026-03-10T00:00:00-04:00\n"
            "        2026-03-11 07:00:00 -0400  session 2026-03-11T00:00:00-04:00");
}

TEST(CheckSchedulesTest, SaysThatAScheduleIsOver) {
  const auto schedules =
      check_schedules({defined("schedule: {daily>: \"07:00:00\", end: 2020-01-01}")});
  EXPECT_EQ(next_runs_text(schedules[0], instant("2026-03-07T00:00:00Z")),
            "      next runs (UTC):\n        none: the schedule is over");
}

TEST(TimeDisplayTest, TellsTheDistance) {
  const auto utc = calendar::TimeZone::utc();
  const Instant now = instant("2026-03-01T09:00:00Z");
  EXPECT_EQ(time_with_distance(now + 22h, now, utc), "2026-03-02 07:00:00 +0000 (in 22h 0m 0s)");
  EXPECT_EQ(time_with_distance(now - 181s, now, utc), "2026-03-01 08:56:59 +0000 (3m 1s ago)");
  EXPECT_EQ(time_with_distance(now, now, utc), "2026-03-01 09:00:00 +0000 (0s ago)");
}

TEST(TimeDisplayTest, IndentsEveryLine) {
  EXPECT_EQ(indented("a\nb\n", "  "), "  a\n  b");
  EXPECT_EQ(indented("{}", "    "), "    {}");
  EXPECT_EQ(indented("", "  "), "");
}

class ScheduleTableTest : public ::testing::Test {
 protected:
  std::vector<std::string> due(std::string_view now, bool active = false) {
    std::vector<std::string> sessions;
    for (const DueWorkflow& workflow :
         table_.take_due(instant(now), [=](const std::string&) { return active; })) {
      sessions.push_back(workflow.workflow + " " + calendar::utc_iso(workflow.time.session_time));
    }
    return sessions;
  }
  void use(const std::string& yaml, std::string_view now) {
    table_.replace({defined(yaml)}, instant(now));
  }

  ScheduleTable table_;
};

TEST_F(ScheduleTableTest, TakesEachSessionOnce) {
  use("schedule: {daily>: \"07:00:00\"}", "2026-03-01T09:00:00Z");
  EXPECT_EQ(table_.next_run(), instant("2026-03-02T07:00:00Z"));
  EXPECT_THAT(due("2026-03-02T06:59:59Z"), IsEmpty());
  EXPECT_THAT(due("2026-03-02T07:00:00Z"), ElementsAre("w 2026-03-02T00:00:00Z"));
  EXPECT_THAT(due("2026-03-02T07:00:01Z"), IsEmpty());
  EXPECT_EQ(table_.next_run(), instant("2026-03-03T07:00:00Z"));
}

TEST_F(ScheduleTableTest, CatchesUpSessionBySession) {
  use("schedule: {daily>: \"07:00:00\"}", "2026-03-01T09:00:00Z");
  EXPECT_THAT(due("2026-03-03T08:00:00Z"), ElementsAre("w 2026-03-02T00:00:00Z"));
  EXPECT_THAT(due("2026-03-03T08:00:00Z"), ElementsAre("w 2026-03-03T00:00:00Z"));
  EXPECT_THAT(due("2026-03-03T08:00:00Z"), IsEmpty());
}

TEST_F(ScheduleTableTest, LeavesOutWhatIsLateOrOverlaps) {
  use("schedule: {daily>: \"07:00:00\", skip_delayed_by: 1h}", "2026-03-01T09:00:00Z");
  EXPECT_THAT(due("2026-03-03T08:00:00Z"), ElementsAre("w 2026-03-03T00:00:00Z"));
  use("schedule: {daily>: \"07:00:00\", skip_on_overtime: true}", "2026-03-01T09:00:00Z");
  EXPECT_THAT(due("2026-03-02T07:00:00Z", true), IsEmpty());
  EXPECT_THAT(due("2026-03-03T07:00:00Z", false), ElementsAre("w 2026-03-03T00:00:00Z"));
}

TEST_F(ScheduleTableTest, KeepsTheNextTimeOfAnUnchangedSchedule) {
  const std::string yaml = "schedule: {daily>: \"07:00:00\"}\n+a: {echo>: x}";
  use(yaml, "2026-03-01T09:00:00Z");
  use(yaml + "\n+b: {echo>: y}", "2026-03-05T09:00:00Z");
  EXPECT_EQ(table_.next_run(), instant("2026-03-02T07:00:00Z"));
  use("schedule: {daily>: \"08:00:00\"}", "2026-03-05T09:00:00Z");
  EXPECT_EQ(table_.next_run(), instant("2026-03-06T08:00:00Z"));
  use("+a: {echo>: x}", "2026-03-05T09:00:00Z");
  EXPECT_EQ(table_.next_run(), std::nullopt);
}

TEST_F(ScheduleTableTest, PostponesTheSameSession) {
  use("schedule: {daily>: \"07:00:00\"}", "2026-03-01T09:00:00Z");
  const auto taken =
      table_.take_due(instant("2026-03-02T07:00:00Z"), [](const std::string&) { return false; });
  table_.postpone(taken[0], instant("2026-03-02T08:00:00Z"));
  EXPECT_EQ(table_.next_run(), instant("2026-03-02T08:00:00Z"));
  EXPECT_THAT(due("2026-03-02T08:00:00Z"), ElementsAre("w 2026-03-02T00:00:00Z"));
  EXPECT_EQ(table_.next_run(), instant("2026-03-03T07:00:00Z"));
}

TEST_F(ScheduleTableTest, RemembersWhatWasExecutedLast) {
  const auto take = [&](std::string_view now) {
    auto taken = table_.take_due(instant(now), [](const std::string&) { return false; });
    EXPECT_EQ(taken.size(), 1u);
    return taken.at(0);
  };
  use("schedule: {daily>: \"07:00:00\", skip_delayed_by: 1h}", "2026-03-01T09:00:00Z");
  const DueWorkflow first = take("2026-03-02T07:00:00Z");
  EXPECT_EQ(first.last_executed, std::nullopt);
  // A start that failed executed nothing.
  table_.postpone(first, instant("2026-03-02T07:10:00Z"));
  const DueWorkflow again = take("2026-03-02T07:10:00Z");
  EXPECT_EQ(again.last_executed, std::nullopt);
  table_.started(again);
  // Nor did a session that was left out.
  EXPECT_EQ(take("2026-03-05T07:00:00Z").last_executed, instant("2026-03-02T00:00:00Z"));
  use("schedule: {daily>: \"08:00:00\"}", "2026-03-06T00:00:00Z");
  EXPECT_EQ(take("2026-03-06T08:00:00Z").last_executed, instant("2026-03-02T00:00:00Z"));
}

TEST_F(ScheduleTableTest, RefusesAWrongScheduleAndKeepsTheOld) {
  use("schedule: {daily>: \"07:00:00\"}", "2026-03-01T09:00:00Z");
  for (const char* wrong : {"schedule: {daily>: \"07:00:00\", strat: x}", "schedule: {yearly>: x}",
                            "schedule: {daily>: \"07:00:00\", skip_delayed_by: soon}",
                            "schedule: {cron>: every day}"}) {
    EXPECT_THROW(use(wrong, "2026-03-01T09:00:00Z"), Error) << wrong;
  }
  EXPECT_EQ(table_.size(), 1u);
}

}  // namespace
}  // namespace mogura::cli
