#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/init_examples.h"
#include "cli/run_report.h"
#include "workflow/names.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

class ProjectMaker {
 public:
  ProjectMaker(const Invocation& invocation, std::string shown_directory)
      : invocation_(invocation), shown_directory_(std::move(shown_directory)) {}

  bool exists(std::string_view name) const { return fs::exists(path_of(name)); }

  void write(const ExampleFile& file) const {
    invocation_.print("  Creating " + shown_path(file.path));
    const fs::path path = path_of(file.path);
    make_directories(path.parent_path());
    write_file(path, file.content, Durability::replaced_in_place);
    if (file.is_executable) {
      fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                      fs::perm_options::add);
    }
  }

  std::string shown_path(std::string_view name) const {
    return shown_directory_ + "/" + std::string(name);
  }

 private:
  fs::path path_of(std::string_view name) const { return fs::path(shown_directory_) / name; }

  const Invocation& invocation_;
  const std::string shown_directory_;
};

std::string without_slashes_at_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

void print_next_step(const Invocation& invocation, const std::string& directory,
                     const std::string& name, bool is_here, bool is_td) {
  const std::string& program = invocation.program.name;
  const std::string enter = is_here ? "" : fmt::format("`cd {}` and then ", shell_word(directory));
  if (is_td) {
    const std::string project = shell_word(name);
    invocation.print(fmt::format(
        "Done. Set up the API key of Treasure Data with `{0} secrets --project {1} --set "
        "td.apikey`, and type {2}`{0} push {1}` to upload the workflow. Enjoy!",
        program, project, enter));
  } else {
    invocation.print(fmt::format("Done. Type {}`{} run {}` to run the workflow. Enjoy!", enter,
                                 program, shell_word(name + ".dig")));
  }
}

// A workflow is its root task, too, which not all names of workflows can name.
void check_name(const std::string& name) {
  workflow::check_workflow_name(name);
  if (const auto problem = workflow::task_name_problem("+" + name)) {
    throw Error("model validation",
                fmt::format("Validating workflow failed\nname {}: \"{}\"", *problem, name));
  }
}

}  // namespace

int run_init(const Invocation& invocation) {
  require_positionals(invocation, 1, 1);
  const std::string type = invocation.arguments.text_or("--type", "echo");
  const std::optional<Example> example = find_example(type);
  if (!example) throw UsageError("--type has an invalid value");

  const std::string directory = without_slashes_at_end(invocation.arguments.positionals()[0]);
  const fs::path absolute = absolute_path(directory);
  const std::string name = absolute.filename().string();
  check_name(name);
  make_directories(absolute);

  const ProjectMaker maker(invocation, directory);
  const std::string workflow_file = name + ".dig";
  if (maker.exists(workflow_file)) {
    invocation.print("File " + maker.shown_path(workflow_file) + " already exists.");
    return kSuccess;
  }
  for (const ExampleFile& file : example->files) maker.write(file);
  maker.write({workflow_file, example->workflow});
  if (!maker.exists(".gitignore")) maker.write({".gitignore", kExampleGitignore});
  print_next_step(invocation, directory, name, absolute == absolute_path("."), type == "td");
  return kSuccess;
}

}  // namespace mogura::cli
