// Looking up secrets for a task (language.md §13, runtime.md §11).
//
// A SecretStore knows secrets by their keys. A task looks through a SecretProvider, which renames
// keys as the task's `_secrets` says, and puts what it finds where a text says `${secret:KEY}`. No
// message and no log line of this room holds a secret's value.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/id.h"
#include "value/value.h"

namespace mogura::secrets {

/// Longer keys and values cannot be stored (runtime.md §11.1).
inline constexpr std::size_t kMaxSecretKeyLength = 255;
inline constexpr std::size_t kMaxSecretValueBytes = 16'384;

/// Finding may be asked of several threads at once. Where there is one project only, all see the
/// same secrets.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  virtual std::optional<std::string> find(ProjectId project, const std::string& key) const = 0;
};

/// One file a secret in `directory` (cli.md §12.3.10), as `secrets --local` keeps them. The whole
/// content is the secret. All functions throw RuntimeError where a file cannot be read or written.
class LocalSecretFiles {
 public:
  explicit LocalSecretFiles(std::filesystem::path directory);
  /// Absent also for a key that is no file name.
  std::optional<std::string> find(const std::string& key) const;
  /// The keys, sorted; none where the directory is missing.
  std::vector<std::string> list() const;
  /// Replaces the file at once, with mode 0600; makes the directory, with mode 0700. `key` is a
  /// valid one.
  void set(const std::string& key, const std::string& value) const;
  /// Whether there was one.
  bool remove(const std::string& key) const;

 private:
  std::filesystem::path directory_;
};

/// The td client's configuration file: $TREASURE_DATA_CONFIG_PATH, $TD_CONFIG_PATH or
/// ~/.td/td.conf.
std::filesystem::path default_td_config();

/// What `mogura run` looks through (runtime.md §11.5): the td client's configuration for
/// `td.apikey`, `td.endpoint`, `td.use_ssl` and `td.proxy.*`; `settings`, which are the system
/// configuration's entries `secrets.KEY` by KEY; the files in `directory`.
std::unique_ptr<SecretStore> local_secrets(std::map<std::string, std::string> settings,
                                           std::filesystem::path directory,
                                           std::filesystem::path td_config = default_td_config());

/// Whether a secret may be stored under this key: names joined by dots, each of letters, digits,
/// `_` and `-`, from a letter to a letter or digit (runtime.md §11.1).
bool valid_secret_key(std::string_view key);
/// Whether a secret of this size may be stored.
bool valid_secret_value(std::string_view value);

/// The secrets of one project's task: remounted by `_secrets` (language.md §13.3).
class SecretProvider {
 public:
  /// `store` lives longer than the provider.
  SecretProvider(const SecretStore& store, ProjectId project, Object mounts);
  /// What is found is hidden from the log of the task that the calling thread works for. Throws
  /// ConfigError "Illegal key: 'K'" or "Illegal value in _secrets: JSON".
  std::optional<std::string> find(std::string_view key) const;
  /// Throws Error of kind "secret not found": "Secret not found for key: 'K'".
  std::string get(std::string_view key) const;

 private:
  const SecretStore& store_;
  ProjectId project_;
  Object mounts_;
};

/// Replaces `${secret:KEY}` in text, once: what a secret holds is not looked through again
/// (operators.md §2.4). Throws ConfigError "Invalid parametrization: 'MATCH'" for `${` with another
/// word in front of a colon, Error of kind "secret not found".
std::string resolve_secrets(std::string_view text, const SecretProvider& secrets);

enum class ResolveIn { values, keys_and_values };
/// The same in all texts of a value, and in the keys of its objects if so told.
Value resolve_secrets(const Value& value, const SecretProvider& secrets, ResolveIn where);

}  // namespace mogura::secrets
