// Looking up secrets for a task (language.md §13, runtime.md §11).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "value/value.h"

namespace mogura::secrets {

class SecretStore {
 public:
  virtual ~SecretStore() = default;
  virtual std::optional<std::string> find(const std::string& key) const = 0;
};

/// One file a secret in `directory` (cli.md §12.3.10), as `secrets --local` keeps them.
class LocalSecretFiles : public SecretStore {
 public:
  explicit LocalSecretFiles(std::filesystem::path directory);
  std::optional<std::string> find(const std::string& key) const override;
  std::vector<std::string> list() const;  // sorted
  void set(const std::string& key, const std::string& value) const;  // mode 0600, atomic
  bool remove(const std::string& key) const;

 private:
  std::filesystem::path directory_;
};

/// What `mogura run` looks through: the td client's configuration, `secrets.KEY` settings, files
/// (runtime.md §11.5).
std::unique_ptr<SecretStore> local_secrets(std::map<std::string, std::string> settings,
                                           std::filesystem::path directory);

/// Key and value as runtime.md §11.1 allows them; the problem, absent where there is none.
bool valid_secret_key(std::string_view key);
bool valid_secret_value(std::string_view value);

/// The secrets of one task: remounted by `_secrets` (language.md §13.3).
class SecretProvider {
 public:
  SecretProvider(const SecretStore& store, Object mounts);
  /// Throws ConfigError "Illegal key: 'K'" or "Illegal value in _secrets: JSON".
  std::optional<std::string> find(std::string_view key) const;
  /// Throws Error of kind "secret not found": "Secret not found for key: 'K'".
  std::string get(std::string_view key) const;

 private:
  const SecretStore& store_;
  Object mounts_;
};

/// Replaces `${secret:KEY}` in text (operators.md §2.4). Throws ConfigError "Invalid parametrization:
/// 'MATCH'", Error of kind "secret not found".
std::string resolve_secrets(std::string_view text, const SecretProvider& secrets);
/// The same in all texts and, where `keys` is set, keys of a value.
enum class ResolveIn { values, keys_and_values };
Value resolve_secrets(const Value& value, const SecretProvider& secrets, ResolveIn where);

}  // namespace mogura::secrets
