// What comes before a command: the program's name, launcher options, settings, parameters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "cli/launcher.h"
#include "cli/local_setup.h"
#include "cli/override_params.h"
#include "cli/program.h"
#include "cli/spelling.h"
#include "cli/system_config.h"
#include "cli/testing/temp_directory.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(ProgramTest, IsDigdagOnlyUnderThatName) {
  EXPECT_EQ(identify_program("/usr/bin/digdag").face, Face::digdag);
  EXPECT_EQ(identify_program("digdag").version(), "0.10.6-SNAPSHOT");
  for (const std::string_view other : {"mogura", "./build/mogura", "digdag2", "", "/digdag/"}) {
    EXPECT_EQ(identify_program(other).face, Face::mogura) << other;
    EXPECT_EQ(identify_program(other).name, "mogura") << other;
  }
}

TEST(ProgramTest, ExpandsItsName) {
  const Program program{Face::digdag, "dd"};
  EXPECT_EQ(program.expand("PROG a PROG"), "dd a dd");
  EXPECT_EQ(program.expand(""), "");
}

TEST(LauncherTest, TakesLeadingOptionsOnly) {
  const Launch launch =
      read_launcher_options({"-J-Da.b=c=d", "-J-Xmx1g", "-J-De", "run", "-J-Dx=y"});
  EXPECT_THAT(launch.properties, ElementsAre(Pair("a.b", "c=d"), Pair("e", "")));
  EXPECT_THAT(launch.words, ElementsAre("run", "-J-Dx=y"));
}

TEST(LauncherTest, EndsAtTuningChoice) {
  const Launch launch = read_launcher_options({"-J-O", "-J-Da=b", "run"});
  EXPECT_THAT(launch.words, ElementsAre("-J-Da=b", "run"));
}

TEST(LauncherTest, ReadsOptionsFromAFile) {
  const TempDirectory directory;
  const auto file = directory.write("java.options", "-Da=1\n-Xmx1g  -Db=2");
  const Launch launch = read_launcher_options({"-J", file.string(), "run"});
  EXPECT_THAT(launch.properties, ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(launch.words, ElementsAre("run"));
  EXPECT_THROW(read_launcher_options({"-J", (directory / "none").string()}), LauncherError);
  EXPECT_THROW(read_launcher_options({"-J"}), LauncherError);
}

class SystemConfigTest : public ::testing::Test {
 protected:
  std::string setting(const std::optional<std::string>& config_path, const Pairs& properties,
                      const char* key) {
    const Object config = load_system_config(config_path, properties);
    const Value* found = config.find(key);
    return found == nullptr ? "(none)" : found->as_text();
  }

  TempDirectory directory_;
  ScopedVariable own_home_{"DIGDAG_CONFIG_HOME", nullptr};
  ScopedVariable xdg_home_{"XDG_CONFIG_HOME", directory_.path().c_str()};
  ScopedVariable text_{"DIGDAG_CONFIG", nullptr};
};

TEST_F(SystemConfigTest, FindsTheConfigurationDirectory) {
  EXPECT_EQ(config_home(), directory_ / "digdag");
  {
    const ScopedVariable own("DIGDAG_CONFIG_HOME", "/etc/digdag");
    EXPECT_EQ(config_home(), "/etc/digdag");
  }
  {
    const ScopedVariable own("DIGDAG_CONFIG_HOME", "");
    EXPECT_EQ(config_home(), "");
  }
  const ScopedVariable xdg("XDG_CONFIG_HOME", nullptr);
  const ScopedVariable home("HOME", "/home/me");
  EXPECT_EQ(default_config_file(), "/home/me/.config/digdag/config");
}

TEST_F(SystemConfigTest, LetsLaterSourcesWin) {
  EXPECT_EQ(setting({}, {}, "k"), "(none)");
  directory_.write("digdag/config", "k = file\nonly.file = 1\n");
  EXPECT_EQ(setting({}, {}, "k"), "file");
  const ScopedVariable text("DIGDAG_CONFIG", "k = variable\nother = 1");
  EXPECT_EQ(setting({}, {}, "k"), "variable");
  EXPECT_EQ(setting({}, {{"k", "property"}}, "k"), "property");
  EXPECT_EQ(setting({}, {{"k", "property"}}, "other"), "1");
  const std::string given = directory_.write("given", "k = given\n").string();
  EXPECT_EQ(setting(given, {{"k", "property"}}, "k"), "given");
  EXPECT_EQ(setting(given, {}, "only.file"), "(none)");
}

TEST_F(SystemConfigTest, RefusesOnlyAFileThatWasAskedFor) {
  EXPECT_EQ(setting("/dev/null", {}, "k"), "(none)");
  try {
    load_system_config("nope", {});
    FAIL() << "a missing file was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.chain(), "nope (no such file)");
  }
  EXPECT_THROW(load_system_config(directory_.path().string(), {}), Error);
}

TEST_F(SystemConfigTest, NamesTheSourceAndLineOfAMalformedSetting) {
  const auto error_of = [](const std::optional<std::string>& config_path) -> std::string {
    try {
      load_system_config(config_path, {});
    } catch (const Error& error) {
      return error.chain();
    }
    return "(none)";
  };
  const std::string problem = "line 2: Malformed \\uxxxx encoding. (illegal argument)";
  const std::string text = "a = 1\nk = C:\\users\n";
  const std::string given = directory_.write("given", text).string();
  EXPECT_EQ(error_of(given), given + ": " + problem);
  {
    const ScopedVariable variable("DIGDAG_CONFIG", text.c_str());
    EXPECT_EQ(error_of({}), "DIGDAG_CONFIG: " + problem);
  }
  const std::string found = directory_.write("digdag/config", text).string();
  EXPECT_EQ(error_of({}), found + ": " + problem);
}

std::string params_json(const Object& config, const std::optional<std::string>& file,
                        const Pairs& pairs) {
  return value::to_json(load_override_params(config, file, pairs));
}

TEST(OverrideParamsTest, LaysPairsOverFileOverSettings) {
  const TempDirectory directory;
  const std::string file = directory.write("p.yml", "n: 1\no: {a: file, b: file}\n").string();
  const Object config = {{"params.o.a", "config"}, {"params.o.c", "config"}, {"paramsx", "no"}};
  EXPECT_EQ(params_json(config, {}, {}), R"({"o":{"a":"config","c":"config"}})");
  EXPECT_EQ(params_json(config, file, {{"o.b", "cli"}, {"n", "2"}}),
            R"({"o":{"a":"file","c":"config","b":"cli"},"n":"2"})");
}

TEST(OverrideParamsTest, RefusesAPathThroughAText) {
  try {
    params_json({}, {}, {{"a", "1"}, {"a.b", "2"}});
    FAIL() << "a.b was set inside a text";
  } catch (const Error& error) {
    EXPECT_EQ(error.chain(), "Parameter 'a.b' is set but 'a' is not a object (\"1\") (config)");
  }
}

TEST(OverrideParamsTest, NamesAFileThatIsMissing) {
  try {
    params_json({}, "nope.yml", {});
    FAIL() << "a missing file was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.chain(), "nope.yml (no such file)");
  }
}

// cli.md §12.3.1, §12.4
TEST(EngineOptionsTest, StandForSettings) {
  const OptionTable table = {{.names = {"-O"}, .kind = OptionKind::text},
                             {.names = {"--max-task-threads"}, .kind = OptionKind::integer}};
  const auto settings = [&](const std::vector<std::string>& words) {
    const Object given{{"agent.max-task-threads", "3"}, {"log-server.type", "null"}};
    return value::to_json(
        with_engine_options(given, parse_arguments(words, {&table}, Face::digdag)));
  };
  EXPECT_EQ(settings({"--max-task-threads", "0"}),
            R"({"agent.max-task-threads":"3","log-server.type":"null"})");
  EXPECT_EQ(settings({"--max-task-threads", "7", "-O", "logs"}),
            R"({"agent.max-task-threads":"7","log-server.type":"local",)"
            R"("log-server.local.path":"logs"})");
}

TEST(SpellingTest, GuessesSlipsOfTheFinger) {
  const std::vector<std::string> commands = {"run", "check", "retry", "start", "task"};
  for (const auto& [word, guess] : std::map<std::string, std::string>{{"rnu", "run"},
                                                                      {"chek", "check"},
                                                                      {"strat", "start"},
                                                                      {"taks", "task"},
                                                                      {"runs", "run"},
                                                                      {"deploy", ""},
                                                                      {"", ""},
                                                                      {"x", ""}}) {
    EXPECT_EQ(nearest(word, commands), guess) << word;
  }
  EXPECT_EQ(nearest(std::string(1'000'000, 'x'), commands), "");
  EXPECT_EQ(did_you_mean("rnu", commands), ", did you mean 'run'?");
  EXPECT_EQ(did_you_mean("deploy", commands), "");
}

}  // namespace
}  // namespace mogura::cli
