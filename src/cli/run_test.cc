// The parts of `run` that decide and remember: state files, what to pass over, which session, the
// last words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.h"
#include "cli/run_summary.h"
#include "cli/saved_states.h"
#include "cli/session_choice.h"
#include "cli/skip_plan.h"
#include "cli/status_files.h"
#include "cli/testing/temp_directory.h"
#include "workflow/yaml.h"

namespace mogura::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Optional;

constexpr char kStatusOfA[] = R"(fullName: "+w+a"
state: "success"
result:
  subtaskConfig: {}
  exportParams: {}
  resetStoreParams:
  - "old"
  storeParams:
    rows: 12
    o:
      l:
      - 1
      - "x"
  report:
    inputs: []
    outputs: []
)";

engine::TaskResult result_of_a() {
  engine::TaskResult result;
  result.reset_store_params = {"old"};
  result.store_params = {{"rows", 12}, {"o", Object{{"l", Array{1, "x"}}}}};
  return result;
}

TEST(StatusFilesTest, WritesDigdagsLayout) {
  EXPECT_EQ(status_text("+w+a", result_of_a()), kStatusOfA);
}

TEST(StatusFilesTest, ReadsWhatItWrites) {
  const TempDirectory directory;
  const StatusFiles files(directory.path());
  EXPECT_EQ(files.read("+w+a"), std::nullopt);
  files.write("+w+a", result_of_a());
  const auto read = StatusFiles(directory.path()).read("+w+a");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(Value(read->store_params), Value(result_of_a().store_params));
  EXPECT_THAT(read->reset_store_params, ElementsAre("old"));
  EXPECT_EQ(read_file(directory / "+w+a.yml"), kStatusOfA);
}

TEST(StatusFilesTest, LeavesNothingElseInTheDirectory) {
  const TempDirectory directory;
  StatusFiles(directory.path()).write("+w+a", {});
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()),
                          std::filesystem::directory_iterator()),
            1);
}

TEST(StatusFilesTest, IgnoresFilesThatAreNotOfTheFormat) {
  const TempDirectory directory;
  const std::string good = kStatusOfA;
  const std::vector<std::string> bad = {
      "",
      "x",
      "[1]",
      "fullName: x\n",
      "{",
      "\xff\xfe\0",
      good.substr(0, good.find("result:")),
      good.substr(0, good.find("  storeParams")),
      "fullName: a\nstate: success\nresult: 1\n",
      std::string(100'000, '['),
  };
  for (const std::string& text : bad) {
    directory.write("+w+a.yml", text);
    EXPECT_EQ(StatusFiles(directory.path()).read("+w+a"), std::nullopt) << text.substr(0, 100);
  }
  std::filesystem::create_directory(directory / "+w+b.yml");
  EXPECT_EQ(StatusFiles(directory.path()).read("+w+b"), std::nullopt);
}

TEST(StatusFilesTest, CountsOnlySuccess) {
  std::string text = kStatusOfA;
  text.replace(text.find("success"), 7, "error");
  EXPECT_EQ(parse_status(text), std::nullopt);
}

TEST(StatusFilesTest, RefusesToPretendThatItSaved) {
  const TempDirectory directory;
  EXPECT_THROW(StatusFiles(directory / "none").write("+w+a", {}), Error);
}

TEST(StatusFilesTest, ShortensANameThatNoFileCanHave) {
  const TempDirectory directory;
  const std::string fits = "+w+" + std::string(248, 'x');
  const std::string too_long = fits + "y";
  for (const std::string& name : {fits, too_long, fits + "z", fits + std::string(10'000, 'z')}) {
    const StatusFiles files(directory.path());
    EXPECT_EQ(files.read(name), std::nullopt);
    files.write(name, result_of_a());
    EXPECT_TRUE(StatusFiles(directory.path()).read(name).has_value()) << name.size();
  }
  EXPECT_TRUE(std::filesystem::exists(directory / (fits + ".yml")));
  // A later version must find it as well.
  EXPECT_TRUE(std::filesystem::exists(directory /
                                      ("+w+" + std::string(231, 'x') + "~558dfa04396e8dc7.yml")));
}

Instant at(std::string_view text) {
  return *calendar::parse_instant(text);
}

TEST(LastSavedSessionTest, TakesTheLatestThatHoldsATaskOfTheWorkflow) {
  const TempDirectory directory;
  EXPECT_EQ(last_saved_session(directory / "none", "w"), std::nullopt);
  directory.write("20240305T000000+0000/+w+a.yml", "");
  directory.write("20240304T000000+0000/+w+a.yml", "");
  directory.write("20240305T060000+0900/+w^failure-alert.yml", "");
  directory.write("20240306T000000+0000/+w.yml", "");
  directory.write("20240307T000000+0000/+wide+a.yml", "");
  directory.write("20240308T000000+0000/+w+a.txt", "");
  directory.write("20240309T000000+0000/+w+a.yml/x", "");
  directory.write("not-a-time/+w+a.yml", "");
  directory.write("20241399T000000+0000/+w+a.yml", "");
  directory.write("20240310T000000+0000", "a file");
  EXPECT_THAT(last_saved_session(directory.path(), "w"), Optional(at("2024-03-05T00:00:00Z")));
}

workflow::TaskTree compiled(const std::string& yaml) {
  return workflow::compile("", "+w", workflow::parse_yaml(yaml).as_object());
}

std::string joined(const std::optional<SkipPlan::Names>& names) {
  if (!names) return "all";
  std::string text;
  for (const std::string& name : *names) text += (text.empty() ? "" : " ") + name;
  return text;
}

constexpr char kNested[] = R"(
+a: {echo>: a}
+g:
  +x: {echo>: x}
  +y: {echo>: y}
+p:
  _parallel: true
  +m: {echo>: m}
  +n: {echo>: n}
+z: {echo>: z}
)";

TEST(SkipPlanTest, FollowsTheTableOfOptions) {
  struct Case {
    SkipOptions options;
    std::string reuse;
    std::string run;
  };
  const std::string before_y = "+w +w+a +w+g +w+g+x";
  const std::string before_m = "+w +w+a +w+g +w+g+x +w+g+y +w+p";
  const std::vector<Case> cases = {
      {{}, "all", "all"},
      {{.start = "+g+y"}, before_y, "all"},
      {{.goal = "+g+y"}, before_y, before_y + " +w+g+y"},
      {{.goal = "+p"},
       "+w +w+a +w+g +w+g+x +w+g+y",
       "+w +w+a +w+g +w+g+x +w+g+y +w+p +w+p+m +w+p+n"},
      {{.end = "+g+y"}, "all", before_y},
      {{.end = "+m"}, "all", before_m},
      {{.rerun = true}, "", "all"},
      {{.start = "+a", .end = "+g+y"}, "+w", before_y},
      {{.rerun = true, .end = "+a"}, "", "+w"},
      {{.start = "+w"}, "", "all"},
  };
  const workflow::TaskTree tree = compiled(kNested);
  for (const Case& test : cases) {
    const SkipPlan plan = make_skip_plan(tree, test.options);
    EXPECT_EQ(joined(plan.may_reuse), test.reuse);
    EXPECT_EQ(joined(plan.may_run), test.run);
  }
}

TEST(SkipPlanTest, FollowsUpstreamsThroughOrder) {
  const workflow::TaskTree tree = compiled(R"(
_parallel: true
+a: {echo>: a}
+b: {_after: [+a], echo>: b}
+c: {echo>: c}
+d: {_after: [+b], echo>: d}
)");
  EXPECT_EQ(joined(make_skip_plan(tree, {.start = "+d"}).may_reuse), "+w +w+a +w+b");
}

TEST(SkipPlanTest, MayTreatGeneratedTasksAsWhatMadeThem) {
  const workflow::TaskTree tree = compiled("+a: {loop>: 2, _do: {}}\n+b: {echo>: b}\n");
  const SkipOptions options{.goal = "+a"};
  const SkipPlan as_named = make_skip_plan(tree, options);
  EXPECT_TRUE(as_named.runs("+w+a"));
  EXPECT_FALSE(as_named.runs("+w+a^sub+loop-0"));
  const SkipPlan as_made = make_skip_plan(tree, options, GeneratedTasks::as_their_ancestor);
  EXPECT_TRUE(as_made.runs("+w+a^sub+loop-0"));
  EXPECT_FALSE(as_made.runs("+w+b^sub+x"));
  EXPECT_FALSE(as_made.runs("elsewhere"));
  EXPECT_TRUE(make_skip_plan(tree, {.start = "+b"}, GeneratedTasks::as_their_ancestor)
                  .reuses("+w+a^sub+loop-0"));
}

TEST(SkipPlanTest, RefusesOptionsThatExcludeEachOther) {
  const auto error_of = [](const SkipOptions& options) -> std::string {
    try {
      check_skip_options(options);
    } catch (const UsageError& error) {
      return error.message();
    }
    return "";
  };
  EXPECT_EQ(error_of({.start = "+a", .goal = "+a"}),
            "-s, --start and -g, --goal don't work together");
  EXPECT_EQ(error_of({.goal = "+a", .end = "+a"}), "-s, --start and -e, --end don't work together");
  EXPECT_EQ(error_of({.rerun = true, .start = "+a"}),
            "-a, --rerun and -s, --start don't work together");
  EXPECT_EQ(error_of({.rerun = true, .goal = "+a"}),
            "-a, --rerun and -g, --goal don't work together");
  EXPECT_EQ(error_of({.start = "+a", .end = "+b"}), "");
  EXPECT_EQ(error_of({.rerun = true, .end = "+b"}), "");
}

TEST(SkipPlanTest, IsFlatInTheSizeOfTheWorkflow) {
  std::string yaml;
  for (int i = 0; i < 5'000; ++i) yaml += "+t" + std::to_string(i) + ": {echo>: x}\n";
  const SkipPlan plan = make_skip_plan(compiled(yaml), {.start = "+t4999"});
  EXPECT_EQ(plan.may_reuse->size(), 5'000u);
}

class SavedStatesTest : public ::testing::Test {
 protected:
  /// Runs `use` with states of this plan, then waits for the files.
  template <class Use>
  void with_states(SkipPlan plan, SavedStates::Options options, Use use) {
    SavedStates states(StatusFiles(directory_ / "s"), std::move(plan), options, clock_);
    states.start();
    use(states);
    states.stop();
  }
  bool is_saved(const std::string& task) const {
    return std::filesystem::exists(directory_ / ("s/" + task + ".yml"));
  }

  TempDirectory directory_;
  FakeClock clock_{at("2024-03-05T00:00:00Z")};
};

TEST_F(SavedStatesTest, SavesAndKnowsInALaterRun) {
  with_states({}, {}, [](SavedStates& states) {
    EXPECT_EQ(states.find("+w+a"), std::nullopt);
    states.succeeded("+w+a", result_of_a());
  });
  with_states({}, {}, [](SavedStates& states) {
    const auto found = states.find("+w+a");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->store_params.find("rows")->as_integer(), 12);
  });
}

TEST_F(SavedStatesTest, CountsASuccessOfThisRunOnlyAfterAWhile) {
  with_states({}, {}, [this](SavedStates& states) {
    states.succeeded("+w+a", {});
    EXPECT_EQ(states.find("+w+a"), std::nullopt);
    clock_.advance(1s);
    EXPECT_EQ(states.find("+w+a"), std::nullopt);
    clock_.advance(1ms);
    EXPECT_NE(states.find("+w+a"), std::nullopt);
  });
}

TEST_F(SavedStatesTest, PassesOverWhatMayNotRun) {
  SkipPlan plan;
  plan.may_run = SkipPlan::Names{"+w+a"};
  plan.may_reuse.emplace();
  with_states(plan, {}, [](SavedStates& states) {
    EXPECT_EQ(states.find("+w+a"), std::nullopt);
    EXPECT_NE(states.find("+w+b"), std::nullopt);
    states.succeeded("+w+b", {});
  });
  EXPECT_TRUE(is_saved("+w+b"));
}

TEST_F(SavedStatesTest, LeavesOutWhatItIsToldTo) {
  SkipPlan plan;
  plan.may_run = SkipPlan::Names{"+w+a", "+w^failure-alert"};
  const SavedStates::Options options{.keep_passed_over = false, .keep_failure_alerts = false};
  with_states(plan, options, [](SavedStates& states) {
    states.find("+w+b");
    for (const char* task : {"+w+a", "+w+b", "+w^failure-alert"}) states.succeeded(task, {});
  });
  EXPECT_TRUE(is_saved("+w+a"));
  EXPECT_FALSE(is_saved("+w+b"));
  EXPECT_FALSE(is_saved("+w^failure-alert"));
  with_states({}, {.keep_new = false}, [](SavedStates& states) { states.succeeded("+w+c", {}); });
  EXPECT_FALSE(is_saved("+w+c"));
}

TEST_F(SavedStatesTest, DoesNotUseStatesItMayNot) {
  with_states({}, {}, [](SavedStates& states) { states.succeeded("+w+a", {}); });
  SkipPlan rerun;
  rerun.may_reuse.emplace();
  with_states(rerun, {}, [this](SavedStates& states) {
    EXPECT_EQ(states.find("+w+a"), std::nullopt);
    states.succeeded("+w+a", {});
    clock_.advance(5s);
    EXPECT_EQ(states.find("+w+a"), std::nullopt);
  });
}

TEST_F(SavedStatesTest, CountsStatesThatAreLost) {
  with_states({}, {}, [this](SavedStates& states) {
    // Nothing can be renamed to the name of a directory.
    std::filesystem::create_directory(directory_ / "s/+w+b.yml");
    std::filesystem::create_directory(directory_ / "s/+w+c.yml");
    for (const char* task : {"+w+a", "+w+b", "+w+c"}) states.succeeded(task, {});
    states.stop();
    EXPECT_EQ(states.lost(), 2u);
    EXPECT_TRUE(is_saved("+w+a"));
  });
}

class SessionChoiceTest : public ::testing::Test {
 protected:
  std::string choose(const std::string& wanted) {
    const workflow::Definition definition{"w", zone_, config_};
    const auto zone = *calendar::TimeZone::find(zone_);
    try {
      return calendar::iso_time(
          choose_session_time({wanted, definition, zone, states_.path(), now_}), zone);
    } catch (const Error& error) {
      return error.chain();
    }
  }

  TempDirectory states_;
  std::string zone_ = "Asia/Tokyo";
  Object config_;
  Instant now_ = at("2024-03-05T20:34:56Z");
};

TEST_F(SessionChoiceTest, UnderstandsTheForms) {
  EXPECT_EQ(choose("daily"), "2024-03-06T00:00:00+09:00");
  EXPECT_EQ(choose("hourly"), "2024-03-06T05:00:00+09:00");
  EXPECT_EQ(choose("last"), "2024-03-06T00:00:00+09:00");
  EXPECT_EQ(choose("2024-02-28"), "2024-02-28T00:00:00+09:00");
  EXPECT_EQ(choose("2024-02-28 01:02:03"), "2024-02-28T01:02:03+09:00");
  zone_ = "Asia/Kolkata";
  EXPECT_EQ(choose("hourly"), "2024-03-06T02:00:00+05:30");
}

TEST_F(SessionChoiceTest, RefusesEverythingElse) {
  for (const std::string wrong : {"now", "", "2024-3-5", "2024-13-01", "2024-03-05T00:00:00",
                                  "2024-03-05 00:00", "2024-03-05 00:00:00 +0000", "Daily"}) {
    EXPECT_EQ(choose(wrong),
              "--session must be hourly, daily, last, \"yyyy-MM-dd\", or \"yyyy-MM-dd HH:mm:SS\" "
              "format: " +
                  wrong + " (config)");
  }
  EXPECT_EQ(choose("schedule"),
            "--session schedule is set but schedule is not set to this workflow.");
}

TEST_F(SessionChoiceTest, PrefersSavedStatesThenTheSchedule) {
  config_ = {{"schedule", Object{{"daily>", "00:00:00"}}}};
  EXPECT_EQ(choose("last"), "2024-03-06T00:00:00+09:00");
  EXPECT_EQ(choose("schedule"), "2024-03-06T00:00:00+09:00");
  config_ = {{"schedule", Object{{"hourly>", "30:00"}}}};
  EXPECT_EQ(choose("schedule"), "2024-03-06T05:00:00+09:00");
  states_.write("20240301T000000+0900/+w+a.yml", "");
  EXPECT_EQ(choose("last"), "2024-03-01T00:00:00+09:00");
}

TEST(RunSummaryTest, NamesTheStateDirectory) {
  EXPECT_EQ(success_summary("/p/s"),
            "Success. Task state is saved at /p/s directory.\n"
            "  * Use --session <daily | hourly | \"yyyy-MM-dd[ HH:mm:ss]\"> to not reuse the last "
            "session time.\n"
            "  * Use --rerun, --start +NAME, or --goal +NAME argument to rerun skipped tasks.\n");
  EXPECT_EQ(success_summary(std::nullopt).substr(0, 11), "Success.\n  ");
}

TEST(RunSummaryTest, ListsFailedTasks) {
  const std::vector<FailedTask> failed = {{"+w+a", Object{{"message", "one"}}},
                                          {"+w+b", Object{{"message", "two"}}}};
  const std::string list = "\n  * +w+a:\n    one\n  * +w+b:\n    two\n\n";
  EXPECT_EQ(failure_summary(failed, std::nullopt), list);
  EXPECT_EQ(failure_summary(failed, "/p/s").substr(0, list.size() + 40),
            list + "Task state is saved at /p/s directory.\n ");
}

TEST(RunSummaryTest, CutsWhatStandsBeforeAnException) {
  EXPECT_EQ(error_message({{"message", "a.b.FooException: bad: Exception: x"}}),
            "bad: Exception: x");
  EXPECT_EQ(error_message({{"message", "Exception: x"}}), "Exception: x");
  EXPECT_EQ(error_message({{"message", ""}, {"k", 1}}), R"({"message":"","k":1})");
  EXPECT_EQ(error_message({}), "{}");
}

}  // namespace
}  // namespace mogura::cli
