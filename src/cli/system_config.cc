#include "cli/system_config.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/files.h"
#include "value/properties.h"

namespace mogura::cli {
namespace {

namespace fs = std::filesystem;

fs::path home_directory() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return home;
  const passwd* user = ::getpwuid(::getuid());
  return user != nullptr ? user->pw_dir : "/";
}

// `source` is what an error calls the text.
void add_properties(Object& config, std::string_view text, value::PropertiesEncoding encoding,
                    const std::string& source) {
  try {
    for (auto& [key, setting] : value::parse_properties(text, encoding)) {
      config.set(key, std::move(setting));
    }
  } catch (const Error& error) {
    throw Error(error.kind(), source + ": " + error.message());
  }
}

void add_file(Object& config, std::string_view text, const std::string& path) {
  add_properties(config, text, value::PropertiesEncoding::latin1, path);
}

}  // namespace

fs::path config_home() {
  if (const char* own = std::getenv("DIGDAG_CONFIG_HOME")) return own;
  if (const char* base = std::getenv("XDG_CONFIG_HOME")) return fs::path(base) / "digdag";
  return home_directory() / ".config" / "digdag";
}

fs::path default_config_file() {
  return config_home() / "config";
}

Object load_system_config(const std::optional<std::string>& config_path, const Pairs& properties) {
  Object config;
  if (!config_path) {
    const fs::path file = default_config_file();
    if (const auto text = read_file_if_present(file)) add_file(config, *text, file.string());
  }
  static constexpr const char* kVariable = "DIGDAG_CONFIG";
  if (const char* text = std::getenv(kVariable)) {
    add_properties(config, text, value::PropertiesEncoding::utf8, kVariable);
  }
  for (const auto& [key, setting] : properties) config.set(key, setting);
  if (config_path) add_file(config, read_file(*config_path), *config_path);
  return config;
}

}  // namespace mogura::cli
