#include "secrets/secret_vault.h"

#include "base/log.h"

namespace mogura::secrets {
namespace {

constexpr std::size_t kMaxKeptMasks = 1000;
constexpr Logger kVaultLog("io.digdag.core.crypto.SecretCryptoProvider");

}  // namespace

void check_secret_key(std::string_view key) {
  if (!valid_secret_key(key)) throw Error("illegal argument", "Invalid secret");
}

void SecretVault::set(ProjectId project, const std::string& key, std::string_view value) const {
  check_secret_key(key);
  if (!valid_secret_value(value)) throw Error("illegal argument", "Invalid secret");
  store_.set_secret(project, kProjectScope, key,
                    {.engine = std::string(crypto_.engine()), .text = crypto_.encrypt(value)});
  forget_mask(project);
}

void SecretVault::remove(ProjectId project, const std::string& key) const {
  check_secret_key(key);
  store_.delete_secret(project, kProjectScope, key);
}

std::vector<std::string> SecretVault::list(ProjectId project) const {
  return store_.list_secrets(project, kProjectScope);
}

std::optional<std::string> SecretVault::find(ProjectId project, const std::string& key) const {
  for (const char* scope : {kProjectScope, kProjectDefaultScope}) {
    if (const auto cipher = store_.find_secret(project, scope, key)) {
      return crypto_.decrypt(cipher->engine, cipher->text);
    }
  }
  return std::nullopt;
}

void SecretVault::forget_mask(ProjectId project) const {
  MutexLock lock(mutex_);
  masks_.erase(project);
}

SecretMask SecretVault::mask(ProjectId project) const {
  const auto now = std::chrono::steady_clock::now();
  {
    MutexLock lock(mutex_);
    const auto kept = masks_.find(project);
    if (kept != masks_.end() && now < kept->second.read_at + kMaskLifetime) {
      return kept->second.mask;
    }
  }
  SecretMask mask = read_mask(project);
  MutexLock lock(mutex_);
  if (masks_.size() >= kMaxKeptMasks) masks_.clear();
  masks_[project] = {.mask = mask, .read_at = now};
  return mask;
}

SecretMask SecretVault::read_mask(ProjectId project) const {
  SecretMask mask;
  for (const char* scope : {kProjectScope, kProjectDefaultScope}) {
    for (const std::string& key : store_.list_secrets(project, scope)) {
      const auto cipher = store_.find_secret(project, scope, key);
      if (!cipher) continue;
      try {
        mask.add(crypto_.decrypt(cipher->engine, cipher->text));
      } catch (const RuntimeError& error) {
        kVaultLog.warn("Secret '{}' of project id={} cannot be masked: {}", key, project.value,
                       error.message());
      }
    }
  }
  return mask;
}

}  // namespace mogura::secrets
