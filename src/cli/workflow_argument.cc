#include "cli/workflow_argument.h"

#include "base/log.h"
#include "cli/files.h"
#include "cli/override_params.h"
#include "cli/system_config.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

constexpr Logger kArgumentsLog("io.digdag.cli.Arguments");

/// What `read` returns. Where it fails, mogura names the option that asked for it first.
template <class Read>
Object read_for(const Invocation& invocation, std::string_view option, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (!invocation.program.is_mogura() || !invocation.arguments.has(option)) throw;
    throw Error("", "The file of the option " + std::string(option) + " cannot be used", {error});
  }
}

/// Digdag says so as well, but not which option it was.
void check_project_directory(const Invocation& invocation, const fs::path& directory) {
  if (!invocation.program.is_mogura() || fs::exists(directory)) return;
  throw Error("", "The directory of the option --project is not there",
              {NoSuchFile(directory.string())});
}

}  // namespace

ProjectArguments read_project_arguments(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  ProjectArguments project;
  project.system_config = read_for(invocation, "-c", [&] {
    return load_system_config(invocation.config_path, invocation.properties);
  });
  project.params = read_for(invocation, "-P", [&] {
    return load_override_params(project.system_config, arguments.text("-P"), arguments.pairs("-p"));
  });
  project.directory = absolute_path(arguments.text_or("--project", "."));
  check_project_directory(invocation, project.directory);
  if (project.directory != absolute_path(".")) {
    kArgumentsLog.info("Setting project path to {}", project.directory.string());
    project.params.set("_project_path", project.directory.string());
  }
  return project;
}

std::string workflow_name_of(const std::string& argument, const fs::path& project) {
  static constexpr std::string_view kSuffix = ".dig";
  if (!argument.ends_with(kSuffix)) return argument;
  const fs::path path = absolute_path(project / argument);
  const fs::path relative = path.lexically_relative(project);
  if (relative.empty() || *relative.begin() == "..") {
    throw Error("illegal argument", "Given path '" + path.string() +
                                        "' is outside of project directory '" + project.string() +
                                        "'");
  }
  std::string name = relative.string();
  name.resize(name.size() - kSuffix.size());
  return name;
}

}  // namespace mogura::cli
