// The secrets of a server's projects, encrypted in its store (rest-api.md §6.12, runtime.md §11).
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/id.h"
#include "base/mutex.h"
#include "secrets/secret_crypto.h"
#include "secrets/secret_mask.h"
#include "secrets/secrets.h"
#include "store/secret_store.h"

namespace mogura::secrets {

/// What users set, and what pushes bring along: the first wins (runtime.md §11.2).
inline constexpr const char* kProjectScope = "project";
inline constexpr const char* kProjectDefaultScope = "project-default";

/// Throws Error of kind "illegal argument" "Invalid secret" (runtime.md §11.1).
void check_secret_key(std::string_view key);

/// Any thread. Functions throw what the store throws.
class SecretVault : public SecretStore {
 public:
  /// `store` lives longer.
  SecretVault(store::EncryptedSecrets& store, SecretCrypto crypto)
      : store_(store), crypto_(std::move(crypto)) {}

  std::string_view engine() const { return crypto_.engine(); }

  /// Makes or replaces a secret of users. Throws Error of kind "illegal argument" "Invalid secret",
  /// or without an encryption key.
  void set(ProjectId project, const std::string& key, std::string_view value) const;
  /// Also one that does not exist.
  void remove(ProjectId project, const std::string& key) const;
  /// The keys that users have set, sorted.
  std::vector<std::string> list(ProjectId project) const;
  /// Throws RuntimeError where it cannot be decrypted.
  std::optional<std::string> find(ProjectId project, const std::string& key) const override;

  /// Hides all secrets of a project that can be decrypted, for what is shown of its tasks. What
  /// another server has set may be missing for kMaskLifetime.
  SecretMask mask(ProjectId project) const;

  static constexpr std::chrono::seconds kMaskLifetime{10};

 private:
  struct KeptMask {
    SecretMask mask;
    std::chrono::steady_clock::time_point read_at;
  };
  SecretMask read_mask(ProjectId project) const;
  void forget_mask(ProjectId project) const;

  store::EncryptedSecrets& store_;
  const SecretCrypto crypto_;
  mutable Mutex mutex_;
  mutable std::map<ProjectId, KeptMask> masks_ MOGURA_GUARDED_BY(mutex_);
};

}  // namespace mogura::secrets
