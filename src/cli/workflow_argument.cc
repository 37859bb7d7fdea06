#include "cli/workflow_argument.h"

#include "base/log.h"
#include "cli/files.h"
#include "cli/override_params.h"
#include "cli/system_config.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

constexpr Logger kArgumentsLog("io.digdag.cli.Arguments");

}  // namespace

ProjectArguments read_project_arguments(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  ProjectArguments project;
  project.system_config = load_system_config(invocation.config_path, invocation.properties);
  project.params =
      load_override_params(project.system_config, arguments.text("-P"), arguments.pairs("-p"));
  project.directory = absolute_path(arguments.text_or("--project", "."));
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
