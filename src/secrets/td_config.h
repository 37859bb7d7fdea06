// The Treasure Data client's configuration file as a source of secrets (runtime.md §11.5).
//
//   [account]
//     user = me@example.com
//     apikey = 1/0123456789abcdef
//     endpoint = api.treasuredata.com
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mogura::secrets {

/// The value of the secret `td.apikey`, `td.endpoint`, `td.use_ssl` or `td.proxy.*`; absent where
/// the file or its section [account] does not have it, and for all other keys. The file is read
/// each time, so that a new API key is seen.
std::optional<std::string> find_td_secret(const std::filesystem::path& file, std::string_view key);

}  // namespace mogura::secrets
