// What `run` says at its end, on standard error (cli.md §12.3.12, §12.3.13).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "value/value.h"

namespace mogura::cli {

struct FailedTask {
  std::string name;
  Object error;  // language.md §9.1
};

/// `state_directory` is absent where states are not saved.
std::string success_summary(const std::optional<std::string>& state_directory);
/// Without the `error: ` in front and the line end behind.
std::string failure_summary(const std::vector<FailedTask>& failed,
                            const std::optional<std::string>& state_directory);

/// What an error object says to people.
std::string error_message(const Object& error);

}  // namespace mogura::cli
