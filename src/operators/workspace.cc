#include "operators/workspace.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNoAccess = "access denied";

Error io_error(const fs::path& file, int number) {
  return Error(std::string(number == EACCES ? kNoAccess : "io"),
               file.string() + ": " + std::strerror(number));
}

Error too_large(const fs::path& file, std::size_t max_bytes) {
  return Error("too large",
               file.string() + ": larger than " + std::to_string(max_bytes) + " bytes");
}

// The class of Digdag's error, where Digdag has one like it.
std::string unreadable(const Error& error) {
  if (error.kind() == kNoAccess) return "class java.nio.file.AccessDeniedException";
  return error.kind() == "io" ? "class java.io.IOException" : error.message();
}

bool lies_within(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

// A normal form without the empty last component that "a/" and "a/." have.
fs::path normal(const fs::path& path) {
  fs::path normalised = path.lexically_normal();
  return normalised.has_filename() || normalised == normalised.root_path()
             ? normalised
             : normalised.parent_path();
}

fs::path relative_or_empty(const fs::path& path, const fs::path& base) {
  const fs::path relative = path.lexically_relative(base);
  return relative == "." ? fs::path() : relative;
}

}  // namespace

Workspace::Workspace(const Context& context) : project_path_(normal(context.project_path)) {
  const std::string name = value::find_text(context.config, "_workdir").value_or("");
  if (name.empty()) return;
  const fs::path absolute = normal(project_path_ / name);
  if (!lies_within(absolute, project_path_)) {
    throw Error("illegal argument", "Working directory must not be outside of project path (" +
                                        project_path_.string() + "): " + name);
  }
  work_directory_ = relative_or_empty(absolute, project_path_);
}

fs::path Workspace::absolute_work_directory() const {
  return work_directory_.empty() ? project_path_ : project_path_ / work_directory_;
}

fs::path Workspace::file(const std::string& name) const {
  fs::path absolute = normal(absolute_work_directory() / name);
  if (!lies_within(absolute, project_path_)) {
    throw Error("illegal argument", "File name must not be outside of project path (" +
                                        project_path_.string() + "): " + name);
  }
  return absolute;
}

std::string Workspace::read_file(const std::string& name, std::size_t max_bytes) const {
  fs::path path;
  try {
    path = file(name);
  } catch (const Error& error) {
    throw ConfigError(error.message() + ": " + name, {error});
  }
  try {
    if (auto bytes = read_bytes(path, max_bytes)) return *std::move(bytes);
  } catch (const Error& error) {
    throw ConfigError("Failed to read file: " + name + ": " + unreadable(error), {error});
  }
  throw ConfigError("File not found: " + path.string());
}

std::string template_file(const Context& context, const Workspace& workspace,
                          const std::string& name) {
  const std::string text = workspace.read_file(name);
  try {
    return context.environment.templates.evaluate(text, context.config);
  } catch (const ConfigError& error) {
    throw ConfigError(error.message() + " in " + name, error.causes());
  }
}

std::string template_command(const Context& context, const Workspace& workspace,
                             std::string_view alias_key) {
  const Value* command = context.config.find("_command");
  if (command == nullptr || command->is_null()) return value::get_text(context.config, alias_key);
  if (command->is_object()) return value::get_text(command->as_object(), "data");
  return template_file(context, workspace, value::get_text(context.config, "_command"));
}

std::optional<std::string> read_bytes(const fs::path& file, std::size_t max_bytes) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!fd) throw io_error(file, errno);
  std::string bytes;
  std::string chunk(64u << 10, '\0');
  while (true) {
    const ssize_t count = ::read(fd.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw io_error(file, errno);
    if (count == 0) return bytes;
    bytes.append(chunk, 0, static_cast<std::size_t>(count));
    if (bytes.size() > max_bytes) throw too_large(file, max_bytes);
  }
}

}  // namespace mogura::operators
