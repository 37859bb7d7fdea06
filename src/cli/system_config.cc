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

void add_properties(Object& config, std::string_view text, value::PropertiesEncoding encoding) {
  for (auto& [key, setting] : value::parse_properties(text, encoding)) {
    config.set(key, std::move(setting));
  }
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
    if (const auto text = read_file_if_present(default_config_file())) {
      add_properties(config, *text, value::PropertiesEncoding::latin1);
    }
  }
  if (const char* text = std::getenv("DIGDAG_CONFIG")) {
    add_properties(config, text, value::PropertiesEncoding::utf8);
  }
  for (const auto& [key, setting] : properties) config.set(key, setting);
  if (config_path) {
    add_properties(config, read_file(*config_path), value::PropertiesEncoding::latin1);
  }
  return config;
}

}  // namespace mogura::cli
