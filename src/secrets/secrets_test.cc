#include "secrets/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "secrets/td_config.h"
#include "secrets/text_file.h"
#include "value/json.h"

namespace mogura::secrets {
namespace {

constexpr ProjectId kProject{1};

class MapStore : public SecretStore {
 public:
  explicit MapStore(std::map<std::string, std::string> secrets) : secrets_(std::move(secrets)) {}
  std::optional<std::string> find(ProjectId, const std::string& key) const override {
    const auto found = secrets_.find(key);
    return found == secrets_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::string> secrets_;
};

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / "mogura_secrets_XXXXXX") {
    std::string name = path_.string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const MapStore kStore({{"a", "A"},
                       {"pg.password", "pg"},
                       {"mydb.password", "mydb"},
                       {"mydb", "whole"},
                       {"template", "${secret:a}"},
                       {"empty", ""}});

template <class Act>
std::string answer(Act act) {
  try {
    return act();
  } catch (const Error& error) {
    return error.text();
  }
}

TEST(SecretKeys, AreNamesJoinedByDots) {
  for (const std::string& key : {std::string("a"), std::string("A1"), std::string("a.b-c.d_e"),
                                 std::string("a--9"), std::string(255, 'k')}) {
    EXPECT_TRUE(valid_secret_key(key)) << key;
  }
  for (const std::string& key :
       {std::string(""), std::string("."), std::string("a."), std::string(".a"),
        std::string("a..b"), std::string("1key"), std::string("a_"), std::string("a-.b"),
        std::string("_a"), std::string("a b"), std::string("a/b"), std::string("é"),
        std::string("a\n"), std::string(256, 'k')}) {
    EXPECT_FALSE(valid_secret_key(key)) << key;
  }
  EXPECT_TRUE(valid_secret_value(std::string(16'384, 'v')));
  EXPECT_FALSE(valid_secret_value(std::string(16'385, 'v')));
}

struct MountCase {
  const char* mounts;
  const char* key;
  const char* answer;
};

// language.md §13.3, row by row.
const MountCase kMountCases[] = {
    {"{}", "pg.password", "pg"},
    {R"({"pg": "mydb"})", "pg.password", "mydb"},
    {R"({"pg": {"password": "a"}})", "pg.password", "A"},
    {R"({"pg": {"password": {"deeper": "a"}}})", "pg.password", "pg"},
    {R"({"pg": {"user": "a"}})", "pg.password", "pg"},
    {R"({"pg": true})", "pg.password", "pg"},
    {R"({"other": false})", "pg.password", "pg"},
    {R"({"x": "mydb"})", "x", "whole"},
    {R"({"x": "nowhere"})", "x.y", "Secret not found for key: 'x.y' (secret not found)"},
    {R"({"pg": false})", "pg.password", "Illegal value in _secrets: false (config)"},
    {R"({"pg": 1})", "pg.password", "Illegal value in _secrets: 1 (config)"},
    {R"({"pg": null})", "pg.password", "Illegal value in _secrets: null (config)"},
    {R"({"pg": ["a"]})", "pg.password", R"(Illegal value in _secrets: ["a"] (config))"},
    {"{}", "no.such", "Secret not found for key: 'no.such' (secret not found)"},
    {"{}", "", "Illegal key: '' (config)"},
    {"{}", "a*", "Illegal key: 'a*' (config)"},
    {"{}", "..", "Secret not found for key: '..' (secret not found)"},
};

TEST(SecretProvider, RemountsKeys) {
  for (const MountCase& row : kMountCases) {
    const SecretProvider provider(kStore, kProject, value::parse_json(row.mounts).as_object());
    EXPECT_EQ(answer([&] { return provider.get(row.key); }), row.answer)
        << row.mounts << " " << row.key;
  }
}

struct TemplateCase {
  const char* text;
  const char* answer;
};

const TemplateCase kTemplateCases[] = {
    {"", ""},
    {"plain $ { } text", "plain $ { } text"},
    {"${secret:a}", "A"},
    {"pre ${secret:a} mid ${secret:pg.password} post", "pre A mid pg post"},
    {"${secret:a}${secret:a}", "AA"},
    {"${ secret :\n a\t}", "A"},
    {"[${secret:empty}]", "[]"},
    {"${secret:template}", "${secret:a}"},
    {"$${secret:a}", "$A"},
    {"${NAME} and no colon", "${NAME} and no colon"},
    {"${NAME} and no brace behind the: colon", "${NAME} and no brace behind the: colon"},
    {"${x:}", "${x:}"},
    {"${name:-x}", "Invalid parametrization: '${name:-x}' (config)"},
    {"${other:key}", "Invalid parametrization: '${other:key}' (config)"},
    {"${HOME} is not ${secret:a}",
     "Invalid parametrization: '${HOME} is not ${secret:a}' (config)"},
    {"${HOME}\necho a:b; }", "Invalid parametrization: '${HOME}\necho a:b; }' (config)"},
    {"${SECRET:a}", "Invalid parametrization: '${SECRET:a}' (config)"},
    {"${secret:}}", "Secret not found for key: '}' (secret not found)"},
    {"${secret: }", "Illegal key: '' (config)"},
    {"${secret::a}", "Secret not found for key: ':a' (secret not found)"},
    {"${secret:no.such}", "Secret not found for key: 'no.such' (secret not found)"},
};

TEST(SecretTemplate, ReplacesSecrets) {
  const SecretProvider provider(kStore, kProject, {});
  for (const TemplateCase& row : kTemplateCases) {
    EXPECT_EQ(answer([&] { return resolve_secrets(std::string_view(row.text), provider); }),
              row.answer)
        << row.text;
  }
}

TEST(SecretTemplate, TakesTimeProportionalToTheText) {
  const SecretProvider provider(kStore, kProject, {});
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "${";
  EXPECT_EQ(resolve_secrets(std::string_view(text), provider), text);
  EXPECT_EQ(resolve_secrets(std::string_view(text + ":"), provider), text + ":");
}

TEST(SecretTemplate, GoesThroughValues) {
  const SecretProvider provider(kStore, kProject, {});
  const Value value =
      value::parse_json(R"({"k-${secret:a}": ["${secret:a}", 1, null, {"x": "${secret:a}!"}]})");
  EXPECT_EQ(value::to_json(resolve_secrets(value, provider, ResolveIn::values)),
            R"({"k-${secret:a}":["A",1,null,{"x":"A!"}]})");
  EXPECT_EQ(value::to_json(resolve_secrets(value, provider, ResolveIn::keys_and_values)),
            R"({"k-A":["A",1,null,{"x":"A!"}]})");
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(LocalSecretFiles, KeepsOneFileASecret) {
  const TemporaryDirectory directory;
  const std::filesystem::path folder = directory.path() / "digdag" / "secrets";
  const LocalSecretFiles files(folder);
  EXPECT_THAT(files.list(), testing::IsEmpty());
  EXPECT_EQ(files.find("a"), std::nullopt);
  EXPECT_FALSE(files.remove("a"));

  files.set("db.password", "old");
  files.set("db.password", "s3\n");
  files.set("api.key", "");
  EXPECT_THAT(files.list(), testing::ElementsAre("api.key", "db.password"));
  EXPECT_EQ(files.find("db.password"), "s3\n");
  EXPECT_EQ(files.find("api.key"), "");
  EXPECT_EQ(mode_of(folder), 0700u);
  EXPECT_EQ(mode_of(folder / "db.password"), 0600u);

  EXPECT_TRUE(files.remove("api.key"));
  EXPECT_THAT(files.list(), testing::ElementsAre("db.password"));
}

TEST(LocalSecretFiles, StaysInItsDirectory) {
  const TemporaryDirectory directory;
  replace_private_file(directory.path() / "outside", "x");
  const LocalSecretFiles files(directory.path() / "secrets");
  files.set("inside", "y");
  for (const std::string& key :
       {std::string("../outside"), std::string(".."), std::string("."), std::string(""),
        std::string("/etc/passwd"), std::string("inside\0", 7), std::string(5000, 'k')}) {
    EXPECT_EQ(files.find(key), std::nullopt) << key;
  }
  EXPECT_THROW(files.set("../outside", "z"), Error);
  EXPECT_FALSE(files.remove("../outside"));
  EXPECT_EQ(read_text_file(directory.path() / "outside"), "x");
}

TEST(LocalSecretFiles, SaysWhatFails) {
  const TemporaryDirectory directory;
  replace_private_file(directory.path() / "file", "");
  std::filesystem::create_directory(directory.path() / "folder");
  EXPECT_THROW(LocalSecretFiles(directory.path() / "file").set("a", "b"), RuntimeError);
  EXPECT_THROW(LocalSecretFiles(directory.path()).find("folder"), RuntimeError);
  replace_private_file(directory.path() / "large", std::string(kMaxTextFileBytes + 1, 'x'));
  EXPECT_THROW(LocalSecretFiles(directory.path()).find("large"), RuntimeError);
}

TEST(LocalSecretFiles, ReadsTextWhateverTheBytes) {
  const TemporaryDirectory directory;
  replace_private_file(directory.path() / "a", "x\xFF");
  EXPECT_EQ(LocalSecretFiles(directory.path()).find("a"), "x\uFFFD");
}

TEST(TdConfig, ReadsTheAccount) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "td.conf";
  EXPECT_EQ(find_td_secret(file, "td.apikey"), std::nullopt);
  replace_private_file(file,
                       "apikey = outside\n"
                       "# a comment\n"
                       "[account]\r\n"
                       "  user = me@example.com\n"
                       "  apikey = 1/abc=\n"
                       "proxy.host=proxy\n"
                       "nothing\n"
                       "[other]\n"
                       "endpoint = elsewhere\n");
  EXPECT_EQ(find_td_secret(file, "td.apikey"), "1/abc=");
  EXPECT_EQ(find_td_secret(file, "td.proxy.host"), "proxy");
  EXPECT_EQ(find_td_secret(file, "td.endpoint"), std::nullopt);
  EXPECT_EQ(find_td_secret(file, "td.user"), std::nullopt);
  EXPECT_EQ(find_td_secret(file, "apikey"), std::nullopt);
}

TEST(LocalSecrets, LooksThroughItsSourcesInOrder) {
  const TemporaryDirectory directory;
  const std::filesystem::path td_config = directory.path() / "td.conf";
  const std::filesystem::path folder = directory.path() / "secrets";
  const LocalSecretFiles files(folder);
  files.set("td.apikey", "file");
  files.set("a", "file");
  files.set("b", "file");
  const auto store = local_secrets({{"td.apikey", "setting"}, {"a", "setting"}}, folder, td_config);
  EXPECT_EQ(store->find(kProject, "td.apikey"), "setting");
  EXPECT_EQ(store->find(kProject, "a"), "setting");
  EXPECT_EQ(store->find(kProject, "b"), "file");
  EXPECT_EQ(store->find(kProject, "c"), std::nullopt);

  replace_private_file(td_config, "[account]\napikey=conf\n");
  EXPECT_EQ(store->find(kProject, "td.apikey"), "conf");
}

TEST(LocalSecrets, FindsTheTdConfiguration) {
  ::setenv("TREASURE_DATA_CONFIG_PATH", "/one", 1);
  ::setenv("TD_CONFIG_PATH", "/two", 1);
  EXPECT_EQ(default_td_config(), "/one");
  ::unsetenv("TREASURE_DATA_CONFIG_PATH");
  EXPECT_EQ(default_td_config(), "/two");
  ::unsetenv("TD_CONFIG_PATH");
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(default_td_config(), "/home/me/.td/td.conf");
}

}  // namespace
}  // namespace mogura::secrets
