// The tree on a terminal, tails of output, the report at the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.h"
#include "cli/live_tree.h"
#include "cli/run_report.h"
#include "cli/task_tails.h"
#include "engine/apply.h"
#include "workflow/yaml.h"

namespace mogura::cli {
namespace {

using namespace std::chrono_literals;
using engine::TaskIndex;
using engine::TaskState;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Instant kStart{1'000'000s};
constexpr TreeStyle kPlain{.colour = false, .unicode = false};

class LiveTreeTest : public ::testing::Test {
 protected:
  /// An attempt of this workflow, as its rows come from the store.
  void use(const std::string& yaml) {
    const auto tree = workflow::compile("", "+w", workflow::parse_yaml(yaml).as_object());
    engine::AttemptSpec spec;
    spec.tree = tree;
    spec.max_tasks = 1'000'000;
    attempt_ = engine::create_attempt(std::move(spec), kStart).attempt;
    std::vector<TaskIndex> all(attempt_.tasks.size());
    for (TaskIndex i = 0; i < all.size(); ++i) {
      all[i] = i;
      attempt_.tasks[i].state = TaskState::blocked;
    }
    tasks_.update(attempt_, all);
  }
  void set(const std::string& name, TaskState state, Duration after = 0s) {
    for (TaskIndex i = 0; i < attempt_.tasks.size(); ++i) {
      if (attempt_.tasks[i].full_name != name) continue;
      attempt_.tasks[i].state = state;
      attempt_.tasks[i].updated_at = kStart + after;
      tasks_.update(attempt_, {i});
    }
  }
  std::vector<std::string> lines(std::size_t width = 80, std::size_t max_lines = 50,
                                 const TreeStyle& style = kPlain) {
    return tree_lines(tasks_, kStart + 10s, width, max_lines, style);
  }

  engine::Attempt attempt_;
  LiveTasks tasks_;
};

TEST_F(LiveTreeTest, ShowsStatesAndDurations) {
  use("+a: {sh>: x}\n+g: {+x: {echo>: x}, +y: {py>: y}}\n+z: {echo>: z}\n");
  set("+w", TaskState::planned);
  set("+w+a", TaskState::running);
  set("+w+a", TaskState::success, 1500ms);
  set("+w+g", TaskState::planned, 2s);
  set("+w+g+x", TaskState::running, 2s);
  set("+w+g+x", TaskState::error, 4s);
  set("+w+g+y", TaskState::retry_waiting, 4s);
  EXPECT_THAT(lines(), ElementsAre("* +w                                        10.0s",
                                   "  + +a sh>                                  1.5s",
                                   "  * +g                                      8.0s",
                                   "    x +x echo>                              2.0s",
                                   "    r +y py>", "  - +z echo>"));
}

TEST_F(LiveTreeTest, FoldsWhatSucceeded) {
  use("+g: {+x: {echo>: x}}\n");
  set("+w+g+x", TaskState::success);
  set("+w+g", TaskState::success);
  EXPECT_THAT(lines(), Not(::testing::Contains(HasSubstr("+x"))));
  EXPECT_EQ(tasks_.done(), 2u);
}

TEST_F(LiveTreeTest, ShowsOnlyWhatMattersOfALargeGroup) {
  std::string yaml = "+g:\n  _parallel: true\n";
  for (int i = 0; i < 5'000; ++i) yaml += "  +t" + std::to_string(i) + ": {echo>: x}\n";
  use(yaml);
  set("+w+g", TaskState::planned);
  set("+w+g+t3", TaskState::success);
  set("+w+g+t40", TaskState::error);
  set("+w+g+t900", TaskState::running);
  const std::vector<std::string> shown = lines();
  ASSERT_THAT(shown, SizeIs(5));
  EXPECT_THAT(shown[1], HasSubstr("+g  2/5000"));
  EXPECT_THAT(shown[2], HasSubstr("x +t40"));
  EXPECT_THAT(shown[3], HasSubstr("* +t900"));
  EXPECT_EQ(shown[4], "    ... 4998 more (1 done)");
}

TEST_F(LiveTreeTest, CountsWhatIsDoneAndWhatRunsOfTheRest) {
  std::string yaml = "+g:\n  _parallel: true\n";
  for (int i = 0; i < 200; ++i) yaml += "  +t" + std::to_string(i) + ": {sh>: x}\n";
  use(yaml);
  set("+w+g", TaskState::planned);
  for (int i = 0; i < 135; ++i) {
    set("+w+g+t" + std::to_string(i), i < 120 ? TaskState::success : TaskState::running);
  }
  EXPECT_EQ(lines().back(), "    ... 188 more (120 done, 3 running)");
  EXPECT_EQ(lines(20).back(), "    ... 188 more (12");
  set("+w+g+t134", TaskState::error);
  set("+w+g+t130", TaskState::canceled);
  // What failed has room before what runs.
  EXPECT_THAT(lines()[13], HasSubstr("x +t134"));
  EXPECT_EQ(lines().back(), "    ... 188 more (121 done, 2 running)");
  // Lines that find no room are counted as the tasks that they stand for.
  EXPECT_EQ(lines(80, 5).back(), "... 198 more (121 done, 12 running)");
}

TEST_F(LiveTreeTest, FitsTheTerminal) {
  std::string yaml;
  for (int i = 0; i < 10; ++i) {
    yaml += "+group_with_a_long_name_" + std::to_string(i) + ": {+x: {echo>: x}, +y: {echo>: y}}\n";
  }
  use(yaml);
  set("+w", TaskState::planned);
  set("+w+group_with_a_long_name_9+y", TaskState::error);
  for (const std::size_t width : {1u, 7u, 20u, 200u}) {
    for (const std::size_t rows : {1u, 2u, 5u, 100u}) {
      for (const bool fancy : {false, true}) {
        const auto shown = lines(width, rows, {.colour = fancy, .unicode = fancy});
        EXPECT_LE(shown.size(), rows);
        for (const std::string& line : shown) EXPECT_LE(shown_width(line), width) << line;
      }
    }
  }
  const auto shown = lines(80, 4);
  EXPECT_THAT(shown, ::testing::Contains(HasSubstr("x +y")));
  EXPECT_THAT(shown.back(), HasSubstr("more"));
}

TEST_F(LiveTreeTest, IsEmptyBeforeTheFirstRows) {
  EXPECT_THAT(lines(), IsEmpty());
}

TEST(ShortDurationTest, GetsCoarser) {
  EXPECT_EQ(short_duration(0s), "0.0s");
  EXPECT_EQ(short_duration(-5s), "0.0s");
  EXPECT_EQ(short_duration(59'990ms), "59.9s");
  EXPECT_EQ(short_duration(60s), "1m 00s");
  EXPECT_EQ(short_duration(3'725s), "1h 02m");
}

TEST(ShownWidthTest, LeavesEscapesOut) {
  EXPECT_EQ(shown_width("\033[31mabc\033[0m"), 3u);
  EXPECT_EQ(shown_width("✓ é"), 3u);
}

TEST(OutputTailTest, KeepsTheLastLines) {
  OutputTail tail;
  for (int i = 0; i < 100; ++i) tail.append("line " + std::to_string(i) + "\n");
  tail.append("unfin");
  tail.append("ished");
  const std::vector<std::string> lines = tail.lines();
  ASSERT_THAT(lines, SizeIs(OutputTail::kMaxLines));
  EXPECT_EQ(lines.front(), "line 81");
  EXPECT_EQ(lines.back(), "unfinished");
}

TEST(OutputTailTest, IsBoundedForALineWithoutEnd) {
  OutputTail tail;
  for (int i = 0; i < 1000; ++i) tail.append(std::string(10'000, 'x'));
  ASSERT_THAT(tail.lines(), SizeIs(1));
  EXPECT_EQ(tail.lines()[0].size(), OutputTail::kMaxLineBytes);
  tail.append("\nnext");
  EXPECT_EQ(tail.lines().back(), "next");
}

TEST(OutputTailTest, IsTextThatATerminalOnlyShows) {
  OutputTail tail;
  tail.append("caf\xE9 \033[1;31mred\033[0m\tend\a\r\n\033[\n\033");
  EXPECT_THAT(tail.lines(), ElementsAre("caf\uFFFD red\tend", "", ""));
}

TEST(TaskTailsTest, KeepsTheTailOfTheLastRun) {
  TaskTails tails;
  tails.open("+a", nullptr)->output("first\n");
  tails.open("+a", nullptr)->output("second\n");
  EXPECT_THAT(tails.lines_of("+a"), ElementsAre("second"));
  EXPECT_THAT(tails.lines_of("+b"), IsEmpty());
  tails.forget("+a");
  EXPECT_THAT(tails.lines_of("+a"), IsEmpty());
}

TEST(RunReportTest, TellsWhatFailedAndHowToGoOn) {
  RunReport report;
  report.succeeded = 11;
  report.elapsed = 3200ms;
  report.failures = {{{"+w+b", Object{{"message", "two\nlines"}}}, {"last words"}}};
  report.state_directory = "/p/s";
  report.resume_command = "mogura run w.dig --session x";
  EXPECT_EQ(report_text(report),
            "Failed after 3.2s: 1 task failed, 11 succeeded.\n"
            "\n  +w+b\n    two\n    lines\n    | last words\n"
            "\nStates: /p/s\nGo on from here: mogura run w.dig --session x\n");
}

TEST(RunReportTest, IsShortForASuccess) {
  RunReport report;
  report.succeeded = 1;
  EXPECT_EQ(report_text(report), "Success after 0.0s: 1 task.\n");
  report.reused = 1;
  EXPECT_THAT(report_text(report), HasSubstr("Not run again: 1 task; use --rerun"));
  report.was_interrupted = true;
  EXPECT_THAT(report_text(report), HasSubstr("Interrupted after 0.0s"));
}

TEST(RunReportTest, IsOneObjectForPrograms) {
  RunReport report;
  report.workflow = "w";
  report.session_time = "2024-03-05T00:00:00+00:00";
  report.succeeded = 11;
  report.elapsed = 3200ms;
  report.failures = {{{"+w+b", Object{{"message", "two\nlines"}}}, {"last", "words"}}};
  report.state_directory = "/p/s";
  report.resume_command = "mogura run w.dig";
  EXPECT_EQ(
      report_json(report, Instant{1s}),
      R"({"time":"1970-01-01T00:00:01.000Z","level":"error","thread":"main",)"
      R"("component":"io.digdag.cli.Run",)"
      R"("message":"Failed after 3.2s: 1 task failed, 11 succeeded.","summary":{"status":"failed",)"
      R"("workflow":"w","session_time":"2024-03-05T00:00:00+00:00","elapsed_ms":3200,)"
      R"("succeeded":11,"reused":0,"failures":[{"task":"+w+b","message":"two\nlines",)"
      R"("last_output":["last","words"]}],"state_directory":"/p/s","states_lost":0,)"
      R"("resume_command":"mogura run w.dig"}})"
      "\n");
  report.failures = {};
  EXPECT_THAT(report_json(report, Instant{}), HasSubstr(R"("resume_command":null)"));
  report.was_interrupted = true;
  EXPECT_THAT(report_json(report, Instant{}), HasSubstr(R"("status":"interrupted")"));
}

TEST(ResumeCommandTest, QuotesForAShell) {
  const Program program{Face::mogura, "mogura"};
  const Arguments arguments =
      parse_arguments({"my dir/w.dig", "+a", "-p", "q=it's", "--project", "p", "--rerun", "-E"},
                      find_command("run", program)->accepted_options(), Face::mogura);
  EXPECT_EQ(resume_command(program, arguments, "2024-03-05 00:00:00"),
            "mogura run 'my dir/w.dig' +a --session '2024-03-05 00:00:00' --project p "
            "-p 'q=it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$x"), "'$x'");
}

}  // namespace
}  // namespace mogura::cli
