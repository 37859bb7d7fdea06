#include "workflow/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "workflow/file.h"
#include "workflow/ignore.h"
#include "workflow/yaml.h"

namespace mogura::workflow {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWorkflowSuffix = ".dig";

// Walks a project's tree. Links are followed, except to a directory that is being walked already.
class ProjectWalk {
 public:
  explicit ProjectWalk(const fs::path& project)
      : ignored_(IgnoreRules::read(project / ".digdagignore")) {
    visit(project, "");
  }

  std::vector<ProjectFile> files;

 private:
  void visit(const fs::path& directory, const std::string& prefix);
  void visit_entry(const fs::directory_entry& entry, const std::string& prefix);

  IgnoreRules ignored_;
  std::vector<fs::path> open_directories_;  // canonical, the project first
};

void ProjectWalk::visit(const fs::path& directory, const std::string& prefix) {
  std::error_code error;
  const fs::path canonical = fs::canonical(directory, error);
  if (error) fail_to_read(directory, error.value());
  if (std::ranges::find(open_directories_, canonical) != open_directories_.end()) return;
  open_directories_.push_back(canonical);
  fs::directory_iterator entries(directory, error);
  while (!error && entries != fs::directory_iterator()) {
    visit_entry(*entries, prefix);
    entries.increment(error);
  }
  if (error) fail_to_read(directory, error.value());
  open_directories_.pop_back();
}

void ProjectWalk::visit_entry(const fs::directory_entry& entry, const std::string& prefix) {
  const std::string base = entry.path().filename().string();
  if (base.starts_with('.')) return;
  const std::string name = prefix + base;
  std::error_code error;
  const fs::file_status status = entry.status(error);
  const bool is_directory = fs::is_directory(status);
  if (ignored_.match(name, is_directory)) return;
  if (is_directory) {
    visit(entry.path(), name + "/");
  } else if (fs::is_regular_file(status)) {
    if (files.size() == kMaxProjectFiles) {
      throw FileError("io", fmt::format("{} holds more than {} files",
                                        open_directories_.front().string(), kMaxProjectFiles));
    }
    files.push_back({.name = name, .path = entry.path()});
  }
}

struct WorkflowFile {
  std::string name;
  fs::path path;
};

std::vector<WorkflowFile> workflow_files(const fs::path& project) {
  std::vector<WorkflowFile> workflows;
  for (const ProjectFile& file : list_files(project)) {
    if (!file.name.ends_with(kWorkflowSuffix) || file.name.contains('/')) continue;
    workflows.push_back({.name = file.name.substr(0, file.name.size() - kWorkflowSuffix.size()),
                         .path = file.path});
  }
  std::ranges::sort(workflows, {}, &WorkflowFile::name);
  return workflows;
}

}  // namespace

std::vector<ProjectFile> list_files(const fs::path& project) {
  ProjectWalk walk(absolute_path(project));
  std::ranges::sort(walk.files, {}, &ProjectFile::name);
  return std::move(walk.files);
}

std::vector<Definition> load_project(const fs::path& project) {
  std::vector<Definition> definitions;
  std::vector<Error> failures;
  std::vector<std::string> places;
  std::string message = "Validating project failed";
  for (const WorkflowFile& file : workflow_files(project)) {
    try {
      definitions.push_back(load_definition(file.path, file.name));
    } catch (const NoSuchFile&) {
      throw;
    } catch (const FileError&) {
      throw;
    } catch (const Error& error) {
      if (const auto* included = dynamic_cast<const IncludedYamlError*>(&error)) {
        places.push_back(included->place());
      }
      message += fmt::format("\nworkflow {} {}", file.path.string(), error.message());
      failures.push_back(error);
    }
  }
  if (!failures.empty()) throw ProjectError(message, std::move(failures), std::move(places));
  return definitions;
}

}  // namespace mogura::workflow
