// Secrets as ciphertext, readable by Digdag and from it (runtime.md §11.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace mogura::secrets {

class SecretCrypto {
 public:
  /// `key` is `digdag.secret-encryption-key`: the base64 of 16 bytes. Without one nothing can be
  /// encrypted or decrypted. Throws ConfigError for another key.
  explicit SecretCrypto(const std::optional<std::string>& key);

  /// `aesgcm`, or `disabled` without a key.
  std::string_view engine() const;
  /// Throws Error of kind "illegal argument" without a key, and for more than kMaxSecretValueBytes.
  std::string encrypt(std::string_view text) const;
  /// Throws RuntimeError with the texts of runtime.md §11.4, or "Secret cannot be decrypted" where
  /// the key is another one or the ciphertext has been changed.
  std::string decrypt(std::string_view engine, std::string_view ciphertext) const;

 private:
  std::string key_;  // empty: none
};

}  // namespace mogura::secrets
