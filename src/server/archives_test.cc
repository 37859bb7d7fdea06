// Archives outside of the database, through the API (rest-api.md §6.6-6.7).
#include <gmock/gmock.h>

#include <fstream>

#include "server/api_test_kit.h"

namespace mogura::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kFlow = "+a:\n  echo>: a\n";

class ArchivesApiTest : public ApiTest {
 protected:
  ArchivesApiTest() { api_ = std::make_unique<Api>(with_files_); }

  blob::ArchiveStoreOptions in_files() {
    blob::ArchiveStoreOptions options;
    options.type = "local";
    options.files["local"] = std::make_unique<blob::ArchivesInDirectory>(directory_);
    return options;
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> paths;
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(directory_, none)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    return paths;
  }

  const fs::path directory_ = files_.root() / "archives";
  blob::ArchiveStore in_files_{*database_, in_files()};
  const Services with_files_{*database_, executor_, vault_, logs_,
                             in_files_,  clock_,    live_,  services_.settings};
};

TEST_F(ArchivesApiTest, ARevisionSaysWhereItsArchiveIsAndGivesItBack) {
  const std::string archive = blob::testing::archive_of({{"w.dig", kFlow}});
  EXPECT_THAT(ask("PUT /api/projects?project=p&revision=r1", archive),
              HasSubstr(R"("archiveType":"local","archiveMd5":")"));
  EXPECT_EQ(ask("GET /api/projects/1/archive"), "200 " + archive);
  EXPECT_EQ(files().size(), 1u);
  EXPECT_FALSE(database_->find_archive({1}));
}

TEST_F(ArchivesApiTest, EqualArchivesAreOneFileAndTwoRevisions) {
  push("p", "r1", {{"w.dig", kFlow}});
  push("p", "r2", {{"w.dig", kFlow}});
  push("q", "r1", {{"w.dig", kFlow}});
  EXPECT_EQ(files().size(), 1u);
  const std::string revisions = ask("GET /api/projects/1/revisions");
  EXPECT_EQ(text_member(revisions, "revisions.0.revision"), "r2");
  EXPECT_EQ(text_member(revisions, "revisions.1.revision"), "r1");
  EXPECT_EQ(text_member(revisions, "revisions.0.archiveMd5"),
            text_member(revisions, "revisions.1.archiveMd5"));
}

TEST_F(ArchivesApiTest, AFileThatIsMissingOrDamagedIsSaidWithoutAPath) {
  push("p", "r1", {{"w.dig", kFlow}});
  std::ofstream(files().at(0)) << "others";
  EXPECT_EQ(ask("GET /api/projects/1/archive"),
            R"(500 {"message":"Archive of project id=1 revision='r1' is damaged","status":500})");
  fs::remove(files().at(0));
  EXPECT_EQ(ask("GET /api/projects/1/archive"),
            R"(404 {"message":"Archive file not found","status":404})");
}

TEST_F(ArchivesApiTest, AServerThatIsNotSetUpForThemSaysSo) {
  push("p", "r1", {{"w.dig", kFlow}});
  api_ = std::make_unique<Api>(services_);
  EXPECT_EQ(ask("GET /api/projects/1/archive"),
            R"(500 {"message":"Archive of project id=1 revision='r1' is in a storage that this )"
            R"(server is not set up for: local","status":500})");
}

TEST_F(ArchivesApiTest, APushThatCannotBeWrittenDownChangesNothing) {
  std::ofstream(directory_) << "in the way";
  const std::string answer = push("p", "r1", {{"w.dig", kFlow}});
  EXPECT_THAT(answer, StartsWith("500 "));
  EXPECT_THAT(answer, Not(HasSubstr(files_.root().string())));
  EXPECT_EQ(ask("GET /api/projects"), R"(200 {"projects":[]})");
}

TEST_F(ArchivesApiTest, APushThatIsRefusedWritesNothing) {
  EXPECT_THAT(push("p", "r1", {{"w.dig", "+a: ["}}), StartsWith("400 "));
  EXPECT_THAT(push("p", "r1", {{"w.dig", kFlow}}, "&clear_schedule=none"), StartsWith("400 "));
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace mogura::server
