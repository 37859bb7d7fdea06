#include "operators/workspace.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

class WorkspaceTest : public OperatorTest {
 protected:
  Context context(std::string_view config_json) {
    return Context{.request = request,
                   .environment = environment,
                   .config = object_of(config_json),
                   .local_config = {},
                   .env = {},
                   .project_path = project.path(),
                   .secrets = secrets::SecretProvider(secret_store, {}, {}),
                   .raw_secrets = secrets::SecretProvider(secret_store, {}, {}),
                   .canceled = {}};
  }

  /// What `part` returns, or the text of its error.
  template <class Part>
  static std::string text_of(Part part) {
    try {
      return part();
    } catch (const Error& error) {
      return error.text();
    }
  }

  std::string command(std::string_view config_json) {
    const Context task_context = context(config_json);
    return text_of(
        [&] { return template_command(task_context, Workspace(task_context), "query"); });
  }
};

TEST_F(WorkspaceTest, TheWorkingDirectoryLiesInTheProject) {
  const struct {
    std::string workdir;
    std::string relative;
  } cases[] = {{"", ""}, {".", ""}, {"sub", "sub"}, {"sub/", "sub"}, {"a/../b/./c", "b/c"}};
  for (const auto& [workdir, relative] : cases) {
    EXPECT_EQ(Workspace(context(R"({"_workdir": ")" + workdir + R"("})")).work_directory(),
              relative);
  }
  for (const std::string outside : {"..", "../other", "/etc", "sub/../.."}) {
    EXPECT_EQ(text_of([&] {
                Workspace(context(R"({"_workdir": ")" + outside + R"("})"));
                return std::string("accepted");
              }),
              "Working directory must not be outside of project path (" + project.path().string() +
                  "): " + outside + " (illegal argument)");
  }
}

TEST_F(WorkspaceTest, AProjectBesideWithALongerNameIsOutside) {
  const std::string beside = project.path().string() + "-2/file";
  EXPECT_TRUE(text_of([&] {
                return Workspace(context("{}")).file(beside).string();
              }).starts_with("File name must not be outside of project path"));
}

TEST_F(WorkspaceTest, FilesAreRelativeToTheWorkingDirectory) {
  const Workspace workspace(context(R"({"_workdir": "a/b"})"));
  EXPECT_EQ(workspace.file("x"), project.path() / "a/b/x");
  EXPECT_EQ(workspace.file("../x"), project.path() / "a/x");
  EXPECT_EQ(workspace.file((project.path() / "x").string()), project.path() / "x");
}

TEST_F(WorkspaceTest, ATemplateCommandIsAFileOrText) {
  project.write("q.sql", "select ${n}");
  EXPECT_EQ(command(R"({"_command": "q.sql", "n": 5})"), "select 5");
  EXPECT_EQ(command(R"({"_command": {"data": "select ${n}"}, "n": 5})"), "select ${n}");
  EXPECT_EQ(command(R"({"query": "select 1"})"), "select 1");
}

TEST_F(WorkspaceTest, ATemplateCommandSaysWhatIsWrongWithIt) {
  project.write("bad.sql", "select ${nope}");
  std::filesystem::create_directory(project.path() / "folder");
  const std::string root = project.path().string();
  const struct {
    std::string config;
    std::string text;
  } cases[] = {
      {"{}", "Parameter 'query' is required but not set (config)"},
      {R"({"_command": {}})", "Parameter 'data' is required but not set (config)"},
      {R"({"_command": "nope.sql"})", "File not found: " + root + "/nope.sql (config)"},
      {R"({"_command": "../x"})",
       "File name must not be outside of project path (" + root + "): ../x: ../x (config)"},
      {R"({"_command": "folder"})",
       "Failed to read file: folder: class java.io.IOException (config)"},
      {R"({"_command": "bad.sql"})",
       "Failed to evaluate a variable select ${nope} (ReferenceError: nope is not defined) in "
       "bad.sql (config)"},
      {R"({"_command": ["a"]})",
       R"(Expected string type for key '_command' but got ["a"] (array) (config))"},
  };
  for (const auto& [config, text] : cases) EXPECT_EQ(command(config), text);
}

TEST_F(WorkspaceTest, RefusesFilesThatAreTooLarge) {
  const std::filesystem::path file = project.path() / "large";
  project.write("large", "");
  std::filesystem::resize_file(file, kMaxParameterFileBytes + 1);
  EXPECT_EQ(
      text_of([&] { return Workspace(context("{}")).read_file("large"); }),
      "Failed to read file: large: " + file.string() + ": larger than 16777216 bytes (config)");
}

}  // namespace
}  // namespace mogura::operators
