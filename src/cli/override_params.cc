#include "cli/override_params.h"

#include <filesystem>

#include "value/merge.h"
#include "workflow/yaml.h"

namespace mogura::cli {

Object load_override_params(const Object& system_config,
                            const std::optional<std::string>& params_file, const Pairs& pairs) {
  static constexpr std::string_view kPrefix = "params.";
  Object params;
  for (const auto& [key, setting] : system_config) {
    if (key.starts_with(kPrefix)) {
      value::set_path(params, std::string_view(key).substr(kPrefix.size()), setting);
    }
  }
  if (params_file) {
    // Named as it was given; files that it includes are named in full.
    if (!std::filesystem::exists(*params_file)) throw NoSuchFile(*params_file);
    value::deep_merge(params, workflow::load_yaml_file(*params_file));
  }
  for (const auto& [key, text] : pairs) value::set_path(params, key, text);
  return params;
}

}  // namespace mogura::cli
