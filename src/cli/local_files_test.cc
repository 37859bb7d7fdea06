// What commands make of files: archives, example projects, words of secrets, task logs.
#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "cli/command.h"
#include "cli/init_examples.h"
#include "cli/project_archive.h"
#include "cli/secret_words.h"
#include "cli/task_log_files.h"
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

struct Packed {
  std::string name;
  std::string content;  // of a link, " -> TARGET"
  unsigned mode;
};

std::vector<Packed> unpack(const fs::path& path) {
  archive* reader = ::archive_read_new();
  ::archive_read_support_filter_gzip(reader);
  ::archive_read_support_format_tar(reader);
  EXPECT_EQ(::archive_read_open_filename(reader, path.c_str(), 10240), ARCHIVE_OK);
  std::vector<Packed> entries;
  archive_entry* entry = nullptr;
  while (::archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    Packed packed{::archive_entry_pathname(entry), "", ::archive_entry_perm(entry)};
    if (const char* target = ::archive_entry_symlink(entry)) {
      packed.content = std::string(" -> ") + target;
    } else {
      packed.content.resize(static_cast<std::size_t>(::archive_entry_size(entry)));
      ::archive_read_data(reader, packed.content.data(), packed.content.size());
    }
    EXPECT_EQ(::archive_entry_uid(entry), 0);
    entries.push_back(std::move(packed));
  }
  ::archive_read_free(reader);
  return entries;
}

class ProjectArchiveTest : public ::testing::Test {
 protected:
  std::vector<std::string> names(OutgoingLinks outgoing = OutgoingLinks::refused) const {
    std::vector<std::string> names;
    for (const ArchiveEntry& entry : list_archive_entries(project_, outgoing)) {
      names.push_back(entry.name + (entry.link_target ? " -> " + *entry.link_target : ""));
    }
    return names;
  }
  void pack(const fs::path& archive) const {
    write_project_archive(archive, list_archive_entries(project_, OutgoingLinks::copied),
                          [](const ArchiveEntry&) {});
  }

  TempDirectory place_;
  fs::path project_ = place_ / "project";
};

TEST_F(ProjectArchiveTest, PacksContentAndPermissions) {
  place_.write("project/b/run.sh", "#!/bin/sh\n");
  fs::permissions(project_ / "b/run.sh", fs::perms{0750});
  place_.write("project/a.dig", "+a:\n  echo>: x\n");
  const std::string long_name = std::string(120, 'd') + "/" + std::string(120, 'f');
  place_.write("project/" + long_name, "");
  place_.write("project/.hidden", "x");
  pack(place_ / "out.tar.gz");
  const std::vector<Packed> entries = unpack(place_ / "out.tar.gz");
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].name, "a.dig");
  EXPECT_EQ(entries[0].content, "+a:\n  echo>: x\n");
  EXPECT_EQ(entries[1].name, "b/run.sh");
  EXPECT_EQ(entries[1].mode, 0750u);
  EXPECT_EQ(entries[2].name, long_name);
}

TEST_F(ProjectArchiveTest, MakesEqualArchivesOfEqualProjects) {
  const fs::path file = place_.write("project/a.dig", "x");
  fs::last_write_time(file, fs::file_time_type{});
  pack(place_ / "one.tar.gz");
  pack(place_ / "two.tar.gz");
  EXPECT_EQ(read_file(place_ / "one.tar.gz"), read_file(place_ / "two.tar.gz"));
}

TEST_F(ProjectArchiveTest, KeepsLinksInsideTheProject) {
  place_.write("project/data/x.csv", "x");
  place_.write("project/data/y.csv", "y");
  place_.write("project/sub/z", "z");
  fs::create_directory_symlink("data", project_ / "latest");
  fs::create_symlink(project_ / "data/x.csv", project_ / "sub/absolute");
  EXPECT_THAT(names(), ElementsAre("data/x.csv", "data/y.csv", "latest -> data",
                                   "sub/absolute -> ../data/x.csv", "sub/z"));
  pack(place_ / "out.tar.gz");
  EXPECT_EQ(unpack(place_ / "out.tar.gz")[2].content, " -> data");
}

TEST_F(ProjectArchiveTest, RefusesOrCopiesWhatLinksLeadOutTo) {
  place_.write("common/lib.sh", "lib");
  place_.write("project/a.dig", "");
  fs::create_directory_symlink(place_ / "common", project_ / "shared");
  try {
    names();
    FAIL() << "a link out of the project was packed";
  } catch (const Error& error) {
    EXPECT_EQ(error.chain(), "Invalid symbolic link: Given path '" + (place_ / "common").string() +
                                 "' is outside of project directory '" + project_.string() +
                                 "'. Consider to add --copy-outgoing-symlinks option "
                                 "(illegal argument)");
  }
  EXPECT_THAT(names(OutgoingLinks::copied), ElementsAre("a.dig", "shared/lib.sh"));
  pack(place_ / "out.tar.gz");
  EXPECT_EQ(unpack(place_ / "out.tar.gz")[1].content, "lib");
}

TEST_F(ProjectArchiveTest, StoresItselfAsTheBeginningOfAnArchive) {
  place_.write("project/a.dig", "x");
  place_.write("project/out.tar.gz", "an older archive");
  pack(project_ / "out.tar.gz");
  const std::vector<Packed> entries = unpack(project_ / "out.tar.gz");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].name, "out.tar.gz");
  EXPECT_EQ(entries[1].content.substr(0, 3), "\x1f\x8b\x08");
  EXPECT_EQ(entries[1].content.size(), 10u);
}

TEST_F(ProjectArchiveTest, KeepsTheOldArchiveWhereItFails) {
  place_.write("project/a.dig", "x");
  const fs::path archive = place_.write("out.tar.gz", "old");
  const auto entries = list_archive_entries(project_, OutgoingLinks::refused);
  fs::remove(project_ / "a.dig");
  EXPECT_THROW(write_project_archive(archive, entries, [](const ArchiveEntry&) {}), Error);
  EXPECT_EQ(read_file(archive), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(place_.path()), fs::directory_iterator()), 2);
}

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

TEST(TaskLogFilesTest, NamesAndFillsAFileForEachRun) {
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
    const auto log = TaskLogFiles(directory.path(), "42@host", clock).open(request);
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

TEST(TaskLogFilesTest, GoesOnWithoutALogThatCannotBeMade) {
  const TempDirectory directory;
  const FakeClock clock(Instant{});
  directory.write("file", "");
  EXPECT_EQ(TaskLogFiles(directory / "file", "a", clock).open({}), nullptr);
}

}  // namespace
}  // namespace mogura::cli
