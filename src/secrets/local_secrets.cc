#include <cstdlib>

#include "secrets/secrets.h"
#include "secrets/td_config.h"

namespace mogura::secrets {
namespace {

class LocalSecrets : public SecretStore {
 public:
  LocalSecrets(std::map<std::string, std::string> settings, std::filesystem::path directory,
               std::filesystem::path td_config)
      : settings_(std::move(settings)),
        files_(std::move(directory)),
        td_config_(std::move(td_config)) {}

  std::optional<std::string> find(ProjectId, const std::string& key) const override {
    if (std::optional<std::string> secret = find_td_secret(td_config_, key)) return secret;
    if (const auto found = settings_.find(key); found != settings_.end()) {
      return found->second;
    }
    return files_.find(key);
  }

 private:
  std::map<std::string, std::string> settings_;
  LocalSecretFiles files_;
  std::filesystem::path td_config_;
};

}  // namespace

std::filesystem::path default_td_config() {
  for (const char* name : {"TREASURE_DATA_CONFIG_PATH", "TD_CONFIG_PATH"}) {
    if (const char* path = std::getenv(name); path != nullptr && *path != '\0') return path;
  }
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home == nullptr ? "" : home) / ".td" / "td.conf";
}

std::unique_ptr<SecretStore> local_secrets(std::map<std::string, std::string> settings,
                                           std::filesystem::path directory,
                                           std::filesystem::path td_config) {
  return std::make_unique<LocalSecrets>(std::move(settings), std::move(directory),
                                        std::move(td_config));
}

}  // namespace mogura::secrets
