#include "base/log.h"
#include "secrets/secrets.h"
#include "value/json.h"

namespace mogura::secrets {
namespace {

constexpr Logger kProviderLog("io.digdag.core.agent.DefaultSecretProvider");

// The key under which the store knows `key`. `_secrets: {pg: mydb}` makes `mydb.password` of
// `pg.password`.
std::string mounted_key(std::string_view key, const Object& mounts) {
  const Object* level = &mounts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = std::min(key.find('.', begin), key.size());
    const Value* node = level->find(key.substr(begin, end - begin));
    if (node == nullptr) return std::string(key);
    if (node->is_text()) return node->as_text() + std::string(key.substr(end));
    if (node->is_boolean() && node->as_boolean()) {
      kProviderLog.warn("Granting access to secrets by `true` in _secrets is deprecated: {}",
                        key.substr(0, end));
      return std::string(key);
    }
    if (!node->is_object()) {
      throw ConfigError("Illegal value in _secrets: " + value::to_json(*node));
    }
    if (end == key.size()) return std::string(key);
    level = &node->as_object();
    begin = end + 1;
  }
}

}  // namespace

SecretProvider::SecretProvider(const SecretStore& store, ProjectId project, Object mounts)
    : store_(store), project_(project), mounts_(std::move(mounts)) {}

std::optional<std::string> SecretProvider::find(std::string_view key) const {
  if (key.empty() || key.contains('*')) {
    throw ConfigError("Illegal key: '" + std::string(key) + "'");
  }
  std::optional<std::string> secret = store_.find(project_, mounted_key(key, mounts_));
  const std::shared_ptr<TaskLog> log = LogScope::current_task_log();
  if (secret && log != nullptr) log->hide(*secret);
  return secret;
}

std::string SecretProvider::get(std::string_view key) const {
  if (std::optional<std::string> secret = find(key)) return *std::move(secret);
  throw Error("secret not found", "Secret not found for key: '" + std::string(key) + "'");
}

}  // namespace mogura::secrets
