#include "cli/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/help.h"

namespace mogura::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Program kDigdag{Face::digdag, "digdag"};
const Program kMogura{Face::mogura, "mogura"};

TEST(CommandTableTest, ListsDigdagsCommandsInItsOrder) {
  std::string names;
  for (const Command& command : all_commands()) {
    if (!command.mogura_only) names += (names.empty() ? "" : ", ") + std::string(command.name);
  }
  EXPECT_EQ(names,
            "init, run, check, scheduler, server, push, archive, upload, download, project, "
            "workflow, start, retry, session, attempts, attempt, reschedule, backfill, log, kill, "
            "task, schedule, disable, enable, delete, secrets, version, migrate, selfupdate");
}

TEST(CommandTableTest, FindsCommandsByNameAndAlias) {
  for (const auto& [alias, name] : std::map<std::string, std::string>{{"new", "init"},
                                                                      {"r", "run"},
                                                                      {"c", "check"},
                                                                      {"sched", "scheduler"},
                                                                      {"sessions", "session"},
                                                                      {"projects", "project"},
                                                                      {"workflows", "workflow"},
                                                                      {"tasks", "task"},
                                                                      {"logs", "log"},
                                                                      {"schedules", "schedule"},
                                                                      {"secret", "secrets"}}) {
    ASSERT_NE(find_command(alias, kDigdag), nullptr) << alias;
    EXPECT_EQ(find_command(alias, kDigdag)->name, name);
  }
  EXPECT_EQ(find_command("Run", kDigdag), nullptr);
  EXPECT_EQ(find_command("ru", kDigdag), nullptr);
  EXPECT_EQ(find_command("", kDigdag), nullptr);
  EXPECT_EQ(find_command("completion", kDigdag), nullptr);
  EXPECT_NE(find_command("completion", kMogura), nullptr);
}

TEST(CommandTableTest, GivesEachOptionOneMeaningPerCommand) {
  for (const Command& command : all_commands()) {
    std::set<std::string_view> names;
    for (const OptionTable* table : command.accepted_options()) {
      for (const Option& option : *table) {
        for (const std::string_view name : option.names) {
          EXPECT_TRUE(names.insert(name).second) << command.name << " " << name;
        }
      }
    }
    EXPECT_NE(command.run, nullptr) << command.name;
  }
}

TEST(HelpTest, NamesFormOptionsAndDefaults) {
  const std::string help = command_help(kDigdag, *find_command("run", kDigdag), "/etc/config");
  EXPECT_THAT(help, StartsWith("Usage: digdag run <workflow.dig> [+task] [options...]\n"));
  EXPECT_THAT(help, HasSubstr("    -s, --start +NAME  "));
  EXPECT_THAT(help, HasSubstr("        --no-save  "));
  EXPECT_THAT(help, HasSubstr("(default: /etc/config)"));
  EXPECT_THAT(help, Not(HasSubstr("--all")));
  EXPECT_THAT(help, Not(HasSubstr("--timezone")));
  EXPECT_THAT(help, Not(HasSubstr("--log-format")));
}

TEST(HelpTest, ShowsMoreUnderTheOwnName) {
  const std::string help = command_help(kMogura, *find_command("check", kMogura), "");
  EXPECT_THAT(help, HasSubstr("Usage: mogura check"));
  EXPECT_THAT(help, HasSubstr("--strict"));
  EXPECT_THAT(help, HasSubstr("-h, --help"));
}

TEST(HelpTest, PutsTheProgramsNameIntoExamples) {
  const Program renamed{Face::digdag, "dd"};
  const std::string help = command_help(renamed, *find_command("init", renamed), "");
  EXPECT_THAT(help, HasSubstr("    $ dd init mydag\n"));
  EXPECT_THAT(help, Not(HasSubstr("PROG")));
}

TEST(HelpTest, LeavesCommonOptionsOutWhereDigdagDoes) {
  for (const std::string_view name : {"retry", "migrate"}) {
    EXPECT_THAT(command_help(kDigdag, *find_command(name, kDigdag), ""),
                Not(HasSubstr("--log-level")));
  }
}

TEST(HelpTest, ListsEveryCommandThatDigdagLists) {
  const std::string help = general_help(kDigdag, "/c", Ending::how_to_get_more);
  EXPECT_THAT(help, StartsWith("Usage: digdag <command> [options...]\n"));
  for (const std::string_view block :
       {"Local-mode commands:", "Server-mode commands:", "Client-mode commands:", "Options:",
        "Client options:", "--basic-auth <user:pass>"}) {
    EXPECT_THAT(help, HasSubstr(std::string(block)));
  }
  EXPECT_THAT(help, Not(HasSubstr("    archive")));
  EXPECT_THAT(help, HasSubstr("Use `<command> --help` to see detailed usage of a command.\n"));
  EXPECT_THAT(general_help(kDigdag, "/c", Ending::plain), Not(HasSubstr("Use `<command>")));
}

}  // namespace
}  // namespace mogura::cli
