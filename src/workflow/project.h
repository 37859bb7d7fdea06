// A project directory: its files and its workflows (language.md §1, cli.md §11, runtime.md §7.5).
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "workflow/definition.h"

namespace mogura::workflow {

/// More files than this are refused: links between directories can multiply them without end.
inline constexpr std::size_t kMaxProjectFiles = 1'000'000;

struct ProjectFile {
  std::string name;  // relative to the project, with `/`
  std::filesystem::path path;
};

/// The files of the project that are neither hidden nor ignored by .digdagignore, by name. Links
/// are followed. Throws NoSuchFile where the directory is missing.
std::vector<ProjectFile> list_files(const std::filesystem::path& project);

/// "Validating project failed" and a line for each broken file, of kind "model validation".
class ProjectError : public Error {
 public:
  ProjectError(std::string message, std::vector<Error> failures, std::vector<std::string> places)
      : Error("model validation", std::move(message), std::move(failures)),
        places_(std::move(places)) {}
  /// "in 'FILE'" for each line whose error is in an included file that the line does not name.
  const std::vector<std::string>& places() const { return places_; }

 private:
  std::vector<std::string> places_;
};

/// The workflows of the project by name; all of its files are parsed. Throws ProjectError. A file
/// that is missing (an include) or cannot be read ends the load at once: NoSuchFile, FileError.
std::vector<Definition> load_project(const std::filesystem::path& project);

}  // namespace mogura::workflow
