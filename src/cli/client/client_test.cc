// Arguments of client commands, addresses of servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "calendar/time_zone.h"
#include "cli/client/arguments_check.h"
#include "cli/client/report.h"
#include "cli/client/server_api.h"
#include "cli/completion.h"

namespace mogura::cli {
namespace {

/// What the check says: "" for nothing, "usage" for a wrong number of words, else the message,
/// behind "usage: " where the help comes first.
std::string outcome(const std::string& name, const std::vector<std::string>& words) {
  const Program program{Face::digdag, "digdag"};
  const Command& command = *find_command(name, program);
  const Arguments arguments = parse_arguments(words, command.accepted_options(), Face::digdag);
  Console console(STDOUT_FILENO, STDERR_FILENO);
  try {
    check_client_arguments({program, command, arguments, console, {}, {}});
    return "";
  } catch (const WrongArgumentCount&) {
    return "usage";
  } catch (const UsageError& error) {
    return "usage: " + error.chain();
  } catch (const Error& error) {
    return error.chain();
  }
}

TEST(ClientArgumentsTest, CountsWords) {
  const std::map<std::string, std::pair<std::size_t, std::size_t>> counts = {
      {"push", {1, 1}},     {"upload", {2, 2}},  {"download", {1, 1}}, {"project", {0, 1}},
      {"workflow", {0, 2}}, {"session", {0, 2}}, {"attempts", {0, 1}}, {"attempt", {1, 1}},
      {"log", {1, 2}},      {"kill", {1, 1}},    {"task", {1, 1}},     {"schedule", {0, 0}},
      {"disable", {1, 2}},  {"enable", {1, 2}},  {"delete", {1, 1}}};
  for (const auto& [name, range] : counts) {
    for (std::size_t count = 0; count <= 3; ++count) {
      const bool fits = count >= range.first && count <= range.second;
      EXPECT_EQ(outcome(name, std::vector<std::string>(count, "7")), fits ? "" : "usage")
          << name << " with " << count;
    }
  }
}

TEST(ClientArgumentsTest, RefusesWithDigdagsTexts) {
  struct Case {
    std::string command;
    std::vector<std::string> words;
    std::string outcome;
  };
  const std::string wrong_session =
      "--session must be hourly, daily, now, \"yyyy-MM-dd\", or \"yyyy-MM-dd HH:mm:SS\" format: ";
  const std::string no_revision =
      "--keep-revision, --latest-revision, or --revision <name> option is required. ";
  const std::string no_extent = "--all, --resume, or --resume-from <+name> option is required. ";
  const std::vector<Case> cases = {
      {"push", {"p", "-r", ""}, "usage: revision cannot be empty"},
      {"push", {"  "}, "usage: project name cannot be empty"},
      {"upload", {"f", "p", "-r", ""}, "revision (illegal argument)"},
      {"workflow", {"--order", "up"}, "Invalid parameter value for --order: up"},
      {"workflow", {"p", "--order", "up"}, ""},
      {"start", {"p"}, "usage"},
      {"start", {"p", "w"}, "usage: --session option is required"},
      {"start", {"p", "w", "--session", "2026/03/01"}, wrong_session + "2026/03/01"},
      {"start", {"p", "w", "--session", "last"}, wrong_session + "last"},
      {"start", {"p", "w", "--session", "now"}, ""},
      {"start", {"p", "w", "--session", "2026-03-01 00:00:00"}, ""},
      {"retry", {"12"}, "usage: " + no_revision + no_extent},
      {"retry", {"12", "--all"}, "usage: " + no_revision},
      {"retry", {"12", "--revision", "r"}, "usage: " + no_extent},
      {"retry",
       {"12", "--all", "--resume", "--keep-revision"},
       "usage: Setting --all, --resume, or --resume-from together is invalid."},
      {"retry",
       {"12", "--all", "--latest-revision", "--keep-revision"},
       "usage: Setting --keep-revision, --latest-revision, or --revision together is invalid."},
      {"retry", {"x", "--all", "--keep-revision"}, "usage: For input string: \"x\""},
      {"retry", {"12", "--all", "--keep-revision"}, ""},
      {"kill", {"last"}, "usage: For input string: \"last\""},
      {"kill", {"99999999999999999999"}, "usage: For input string: \"99999999999999999999\""},
      {"reschedule", {"3"}, "usage: -s or -t is required"},
      {"reschedule", {"3", "-s", "0"}, "usage: -s or -t is required"},
      {"reschedule", {"3", "-s", "1", "-t", "now"}, "-s and -t can't be set together"},
      {"reschedule", {"x", "-s", "1"}, "usage"},
      {"reschedule", {"3", "-t", "now"}, ""},
      {"reschedule", {"p", "w", "-t", "1700000000", "-a", "2026-03-05 00:00:00 +0900"}, ""},
      {"backfill", {}, "--from option is required"},
      {"backfill", {"p", "-f", "2026-02-01"}, "usage"},
      {"backfill",
       {"3", "-f", "soon"},
       "--from must be \"yyyy-MM-dd\", or \"yyyy-MM-dd HH:mm:SS\" format: soon"},
      {"backfill", {"3", "-f", "2026-02-01"}, ""},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(outcome(test.command, test.words), test.outcome) << test.command;
  }
}

TEST(ClientArgumentsTest, HintsAtTheLocalTime) {
  EXPECT_THAT(
      outcome("reschedule", {"3", "-t", "2026-03-05 00:00:00"}),
      ::testing::StartsWith("-t, --skip-to option must be \"yyyy-MM-dd HH:mm:ss Z\" format or "
                            "UNIX timestamp: 2026-03-05 00:00:00\nhint: current local time "
                            "is \""));
}

TEST(InstantArgumentTest, AcceptsTwoForms) {
  const auto text = [](std::string_view argument) {
    const auto time = parse_instant_argument(argument);
    return time ? calendar::utc_iso(*time) : "none";
  };
  EXPECT_EQ(text("2026-03-05 00:00:00 +0900"), "2026-03-04T15:00:00Z");
  EXPECT_EQ(text("2026-03-05 00:00:00 -0330"), "2026-03-05T03:30:00Z");
  EXPECT_EQ(text("0"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(text("+60"), "1970-01-01T00:01:00Z");
  EXPECT_EQ(text("-60"), "1969-12-31T23:59:00Z");
  for (const char* wrong :
       {"", "now", "2026-03-05", "2026-03-05 00:00:00", "2026-03-05 00:00:00 UTC",
        "2026-03-05 00:00:00 +09:00", "2026-03-05 00:00:00 Z", "2026-3-5 00:00:00 +0900",
        "2026-03-05T00:00:00 +0900", "2026-03-05 00:00:00 +9900", "2026-03-05 00:00:00 *0900",
        "9999999999999999", "1.5"}) {
    EXPECT_EQ(text(wrong), "none") << wrong;
  }
}

TEST(EndpointTest, AcceptsHostsAndUrls) {
  const std::map<std::string, std::string> urls = {
      {"localhost", "http://localhost:80"}, {"localhost:1", "http://localhost:1"},
      {"http://h", "http://h:80"},          {"https://h", "https://h:443"},
      {"https://h/", "https://h:443"},      {"http://h:65432/api/x", "http://h:65432"},
      {"[::1]:80", "http://[::1]:80"},      {"http://[::1]", "http://[::1]:80"},
  };
  for (const auto& [text, url] : urls) EXPECT_EQ(parse_endpoint(text).url(), url) << text;
}

TEST(EndpointTest, RefusesTheRest) {
  const auto error_of = [](const std::string& text) -> std::string {
    try {
      parse_endpoint(text);
    } catch (const Error& error) {
      return error.chain();
    }
    return "";
  };
  EXPECT_EQ(error_of("ftp://host"), "Endpoint must start with http:// or https://: ftp://host");
  EXPECT_EQ(error_of("host:x"), "For input string: \"x\" (number format)");
  EXPECT_EQ(error_of("host:"), "For input string: \"\" (number format)");
  EXPECT_EQ(error_of("host:99999"), "For input string: \"99999\" (number format)");
}

TEST(QueryTest, EncodesWhatIsGiven) {
  EXPECT_EQ(Query().text(), "");
  EXPECT_EQ(Query()
                .add("a", std::string_view("x y+z/ü"))
                .add("none", std::optional<std::string>())
                .add("n", std::optional<std::int64_t>(7))
                .text(),
            "?a=x%20y%2Bz%2F%C3%BC&n=7");
  EXPECT_EQ(path_part("+main@1.log"), "%2Bmain%401.log");
}

TEST(TableTest, AlignsColumns) {
  Table table({"NAME", "ID"});
  EXPECT_TRUE(table.empty());
  table.add({"a", "1"});
  table.add({"längér name", "22\n3"});
  EXPECT_EQ(table.text(std::nullopt),
            "NAME         ID\n"
            "a            1\n"
            "längér name  22 3");
}

TEST(TableTest, FitsATerminal) {
  Table table({"NAME", "MESSAGE"});
  table.add({"a", std::string(40, 'x')});
  table.add({"b", "short"});
  EXPECT_EQ(table.text(20),
            "NAME  MESSAGE\n"
            "a     xxxxxxxxxxxxx…\n"
            "b     short");
  EXPECT_EQ(table.text(5).substr(0, 14), "NAME  MESSAGE\n") << "not below what can be read";
}

TEST(ShownTimeTest, KeepsTheServersOffset) {
  EXPECT_EQ(shown_session_time("2016-01-01T00:00:00+09:00"), "2016-01-01 00:00:00 +0900");
  EXPECT_EQ(shown_session_time("2016-01-01T00:00:00Z"), "2016-01-01 00:00:00 +0000");
  EXPECT_EQ(shown_session_time("2016-01-01T00:00:00-03:30"), "2016-01-01 00:00:00 -0330");
  EXPECT_EQ(shown_session_time(""), "");
  EXPECT_EQ(shown_instant(""), "");
  EXPECT_EQ(shown_instant("soon"), "soon");
}

TEST(CompletionTest, KnowsCommandsAndOptions) {
  const std::string script = bash_completion({Face::mogura, "mogura"});
  EXPECT_THAT(script, ::testing::HasSubstr("complete -o filenames -F _mogura mogura\n"));
  EXPECT_THAT(script, ::testing::HasSubstr("init run check scheduler"));
  EXPECT_THAT(script, ::testing::HasSubstr("--max-task-threads"));
  EXPECT_THAT(script, ::testing::Not(::testing::HasSubstr("-dE")));
  EXPECT_THAT(zsh_completion({Face::mogura, "mogura"}), ::testing::StartsWith("#compdef mogura\n"));
}

}  // namespace
}  // namespace mogura::cli
