// Secrets of projects, encrypted by whoever calls (rest-api.md §6.12, runtime.md §11).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"

namespace mogura::store {

/// Keeps ciphertext only: nothing here can read a secret.
class EncryptedSecrets {
 public:
  virtual ~EncryptedSecrets() = default;
  struct Cipher {
    std::string engine;  // how it was encrypted
    std::string text;
  };
  virtual void set_secret(ProjectId project, const std::string& scope, const std::string& key,
                          const Cipher& cipher) = 0;
  virtual std::optional<Cipher> find_secret(ProjectId project, const std::string& scope,
                                            const std::string& key) = 0;
  virtual void delete_secret(ProjectId project, const std::string& scope,
                             const std::string& key) = 0;
  /// In the order of their bytes.
  virtual std::vector<std::string> list_secrets(ProjectId project, const std::string& scope) = 0;
};

}  // namespace mogura::store
