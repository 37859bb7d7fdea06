// The words of `secrets --set` (cli.md §14.18).
//
//   k=v        k is v                k=@FILE   k is the content of FILE
//   k=-        k is standard input   @FILE     a mapping of keys to texts
//   @-         the same from input   k         k is asked for
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace mogura::cli {

/// Where values come from that are not in the words. Each throws Error where it cannot read.
struct SecretSources {
  std::function<std::string(const std::string& path)> file;
  std::function<std::string()> input;
  std::function<std::string(const std::string& key)> prompt;
};

using Secrets = std::vector<std::pair<std::string, std::string>>;

/// All secrets that the words name, read and valid. Throws UsageError with the texts of
/// cli.md §14.18, WrongArgumentCount for a word that says nothing, Error.
Secrets read_secret_words(const std::vector<std::string>& words, const SecretSources& sources);

/// Throws UsageError for a key that is given twice.
void check_keys_to_delete(const std::vector<std::string>& keys);

}  // namespace mogura::cli
