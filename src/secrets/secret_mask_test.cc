#include "secrets/secret_mask.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "secrets/secrets.h"

namespace mogura::secrets {
namespace {

SecretMask mask_of(const std::vector<std::string>& secrets) {
  SecretMask mask;
  for (const std::string& secret : secrets) mask.add(secret);
  return mask;
}

TEST(SecretMask, HidesSecretsInEveryForm) {
  const std::string secret = "pa\"ss wö&rd";
  const SecretMask mask = mask_of({secret, "other\n", "line one is long\nsecond line\n"});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"nothing here", "nothing here"},
      {"a " + secret + " b", "a *** b"},
      {secret + secret, "***"},
      {to_base64(secret), "***"},
      {"?q=pa%22ss+w%C3%B6%26rd&x", "?q=***&x"},
      {"?q=pa%22ss%20w%C3%B6%26rd&x", "?q=***&x"},
      {"{\"p\":\"pa\\\"ss wö&rd\"}", "{\"p\":\"***\"}"},
      {"the other one", "the *** one"},
      {"+ line one is long", "+ ***"},
      {"second line!", "***!"},
  };
  for (const auto& [text, masked] : cases) {
    EXPECT_EQ(mask.masked(text), masked) << text;
  }
}

TEST(SecretMask, LeavesShortWordsAlone) {
  const SecretMask mask = mask_of({"", "a", "abc", "true", "abc\n", "false"});
  EXPECT_TRUE(mask.empty());
}

TEST(SecretMask, JoinsSecretsThatOverlap) {
  const SecretMask mask = mask_of({"abcdef", "cdefgh", "abcd"});
  EXPECT_EQ(mask.masked("xabcdefghx"), "x***x");
  EXPECT_EQ(mask.masked("xabcdx"), "x***x");
}

TEST(SecretMask, HidesInValues) {
  const SecretMask mask = mask_of({"canary"});
  const Value value(Object{{"a", "my canary"}, {"canary", Array{Value("canary"), Value(1)}}});
  EXPECT_EQ(mask.masked_value(value),
            Value(Object{{"a", "my ***"}, {"***", Array{Value("***"), Value(1)}}}));
}

class CollectedLog : public TaskLog {
 public:
  void write(const LogRecord& record) override { text += "[" + std::string(record.text) + "]"; }
  void output(std::string_view bytes) override { text += bytes; }
  std::string text;
};

TEST(MaskedTaskLog, HidesSecretsHoweverTheyAreCut) {
  const std::string output = "say canary-bird, canary, can and canary-birds: canary-bi";
  const std::string masked = "say ***, ***, can and ***s: ***-bi";
  for (std::size_t size = 1; size <= output.size(); ++size) {
    const auto log = std::make_shared<CollectedLog>();
    {
      MaskedTaskLog task_log(log);
      task_log.hide("canary-bird");
      task_log.hide("canary");
      for (std::size_t at = 0; at < output.size(); at += size) {
        task_log.output(std::string_view(output).substr(at, size));
        EXPECT_FALSE(log->text.contains("canary")) << log->text;
      }
    }
    EXPECT_EQ(log->text, masked) << "in pieces of " << size;
  }
}

TEST(MaskedTaskLog, HoldsBackOnlyWhatMayBeASecret) {
  const auto log = std::make_shared<CollectedLog>();
  MaskedTaskLog task_log(log);
  task_log.hide("canary");
  task_log.output("one\ntwo c");
  EXPECT_EQ(log->text, "one\ntwo ");
  task_log.output("at\n");
  EXPECT_EQ(log->text, "one\ntwo cat\n");
  task_log.output("ca");
  task_log.write({{}, LogLevel::info, "", "", "a canary"});
  EXPECT_EQ(log->text, "one\ntwo cat\nca[a ***]");
}

TEST(MaskedTaskLog, HidesWhatATaskReads) {
  class OneSecret : public SecretStore {
   public:
    std::optional<std::string> find(ProjectId, const std::string&) const override {
      return "canary";
    }
  };
  const OneSecret store;
  const auto inner = std::make_shared<CollectedLog>();
  const auto log = std::make_shared<MaskedTaskLog>(inner);
  const LogScope scope("label", log);
  const SecretProvider secrets(store, ProjectId{1}, Object{});
  EXPECT_EQ(log->masked("canary"), "canary");
  EXPECT_EQ(resolve_secrets("use ${secret:key}", secrets), "use canary");
  EXPECT_EQ(log->masked("canary"), "***");
  Logger("x").error("failed with {}", "canary");
  log_line(LogLevel::error, "x", "failed with canary");
  EXPECT_EQ(inner->text, "[failed with ***]");
}

TEST(MaskedTaskLog, NeedsNoLogBehindIt) {
  MaskedTaskLog task_log(nullptr);
  task_log.hide("canary");
  task_log.output("canary");
  EXPECT_EQ(task_log.masked("a canary"), "a ***");
}

}  // namespace
}  // namespace mogura::secrets
