// What commands make of files: example projects, words of secrets, task logs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "cli/command.h"
#include "cli/init_examples.h"
#include "cli/secret_words.h"
#include "cli/task_logs.h"
#include "cli/testing/temp_directory.h"
#include "cli/workflow_argument.h"
#include "workflow/definition.h"
#include "workflow/yaml.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(InitExamplesTest, AreWorkflows) {
  for (const char* type : {"echo", "sh", "ruby", "python", "td", "postgresql"}) {
    const auto example = find_example(type);
    ASSERT_TRUE(example.has_value()) << type;
    const Value root = workflow::parse_yaml(example->workflow);
    EXPECT_NO_THROW({
      const auto definition = workflow::make_definition(root.as_object(), "w");
      workflow::compile("", "+w", definition.config);
    }) << type;
  }
  EXPECT_FALSE(find_example("go").has_value());
  EXPECT_FALSE(find_example("").has_value());
}

class SecretWordsTest : public ::testing::Test {
 protected:
  Secrets read(const std::vector<std::string>& words) {
    return read_secret_words(
        words, {.file = [this](const std::string& path) { return read_file(directory_ / path); },
                .input = [this] { return input_; },
                .prompt = [](const std::string& key) { return "asked for " + key; }});
  }
  std::string usage_error(const std::vector<std::string>& words) {
    try {
      read(words);
    } catch (const UsageError& error) {
      return error.message();
    }
    return "";
  }

  TempDirectory directory_;
  std::string input_ = "from input\n";
};

TEST_F(SecretWordsTest, UnderstandsEveryForm) {
  directory_.write("v", " a value\n");
  directory_.write("all.yml", "x: '1'\ny: two\n");
  EXPECT_THAT(
      read({"a=b=c", "d=@v", "e=-", "f", "@all.yml", "g="}),
      ElementsAre(Pair("a", "b=c"), Pair("d", " a value\n"), Pair("e", "from input\n"),
                  Pair("f", "asked for f"), Pair("x", "1"), Pair("y", "two"), Pair("g", "")));
  input_ = R"({"a": "1"})";
  EXPECT_THAT(read({"@-"}), ElementsAre(Pair("a", "1")));
  EXPECT_THAT(read({}), IsEmpty());
}

TEST_F(SecretWordsTest, RefusesWithDigdagsTexts) {
  directory_.write("list", "[1]");
  directory_.write("number", "a: 1");
  directory_.write("a", "a: x");
  directory_.write("twice", "{a: x, b: y, b: z}");
  EXPECT_EQ(usage_error({"a=-", "b=-"}), "Can only read once from stdin");
  EXPECT_EQ(usage_error({"a=1", "a=2"}), "Duplicate --set secret key: 'a'");
  EXPECT_EQ(usage_error({"a=1", "@a"}), "Duplicate secret key: 'a' in file: a");
  EXPECT_EQ(usage_error({"@twice"}), "Duplicate secret key: 'b' in file: twice");
  EXPECT_EQ(usage_error({"@list"}), "Invalid key/value in file: list");
  EXPECT_EQ(usage_error({"@number"}), "Invalid key/value in file: number");
  input_ = "[]";
  EXPECT_EQ(usage_error({"@-"}), "Invalid key/value in stdin");
  EXPECT_EQ(usage_error({"1key=x"}), "Invalid secret key: 1key");
  EXPECT_EQ(usage_error({"k=" + std::string(20'000, 'x')}), "Invalid secret value for key: k");
}

TEST_F(SecretWordsTest, CallsWordsThatSayNothingWrongUsage) {
  for (const char* word : {"=x", "k=-x", "k=@", "@", "k=--"}) {
    EXPECT_THROW(read({word}), WrongArgumentCount) << word;
  }
  EXPECT_THROW(read({"k=@none"}), NoSuchFile);
}

TEST_F(SecretWordsTest, ChecksKeysToDelete) {
  EXPECT_NO_THROW(check_keys_to_delete({"a", "b.c"}));
  EXPECT_THROW(check_keys_to_delete({"a", "a"}), UsageError);
  EXPECT_THROW(check_keys_to_delete({""}), UsageError);
}

TEST(WorkflowArgumentTest, TakesPathsAndNames) {
  EXPECT_EQ(workflow_name_of("etl", "/srv/shop"), "etl");
  EXPECT_EQ(workflow_name_of("jobs/etl", "/srv/shop"), "jobs/etl");
  EXPECT_EQ(workflow_name_of("etl.dig", "/srv/shop"), "etl");
  EXPECT_EQ(workflow_name_of("./jobs/../etl.dig", "/srv/shop"), "etl");
  EXPECT_EQ(workflow_name_of("/srv/shop/jobs/etl.dig", "/srv/shop"), "jobs/etl");
  for (const char* outside : {"../x.dig", "/srv/shopping/x.dig", "jobs/../../x.dig"}) {
    EXPECT_THROW(workflow_name_of(outside, "/srv/shop"), Error) << outside;
  }
}

std::string unzip(const fs::path& path) {
  gzFile file = ::gzopen(path.c_str(), "rb");
  std::string text(10'000, '\0');
  const int count = ::gzread(file, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(file);
  text.resize(static_cast<std::size_t>(std::max(count, 0)));
  return text;
}

TEST(TaskLogsTest, NamesAndFillsAFileForEachRun) {
  const TempDirectory directory;
  const FakeClock clock(Instant{std::chrono::microseconds{1'704'067'200'123'456}});
  operators::TaskRequest request;
  request.project = ProjectId{1};
  request.workflow_name = "main";
  request.timezone = "Asia/Tokyo";
  request.task_name = "+main+task1";
  request.session_time = *calendar::parse_instant("2024-03-04T15:00:00Z");
  request.attempt_created_at = *calendar::parse_instant("2024-03-05T23:59:59Z");
  request.retry_attempt_name = "again";
  {
    const auto logs = make_log_store(Object{{"log-server.type", "local"},
                                            {"log-server.local.path", directory.path().string()},
                                            {"agent.id", "42@host"}},
                                     clock);
    const auto log = logs->open(logs_of(request), request.task_name);
    ASSERT_NE(log, nullptr);
    log->output("raw ");
    log->output("bytes\n");
    const Instant time = *calendar::parse_instant("2024-03-05T00:00:00Z");
    log->write({time, LogLevel::debug, "label", "component", "text"});
    log->write({time, LogLevel::trace, "label", "component", "not this"});
  }
  const fs::path file = directory.path() / "2024-03-05" / "0.1main@20240305T000000+0900_again" /
                        "+main+task1@65920080075bca00.42@host.log.gz";
  ASSERT_TRUE(fs::exists(file));
  const std::string text = unzip(file);
  EXPECT_THAT(text, ::testing::StartsWith("raw bytes\n"));
  EXPECT_THAT(text, ::testing::EndsWith("[DEBUG] (label) component: text\n"));
}

TEST(TaskLogsTest, RefusesSettingsThatMeanNothing) {
  const FakeClock clock(Instant{});
  EXPECT_EQ(make_log_store({}, clock)->open({}, "+a"), nullptr);
  for (const auto& [key, text] :
       std::vector<std::pair<std::string, std::string>>{{"log-server.type", "nowhere"},
                                                        {"log-server.type", "database"},
                                                        {"log-server.local.split_size", "-1"},
                                                        {"log-server.flush_interval", "0"},
                                                        {"log-server.flush_bytes", "many"}}) {
    EXPECT_THROW(make_log_store(Object{{key, text}}, clock), ConfigError) << key;
  }
}

}  // namespace
}  // namespace mogura::cli
