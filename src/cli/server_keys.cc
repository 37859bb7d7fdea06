#include "cli/server_keys.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "value/similar.h"

namespace mogura::cli {
namespace {

// Below these everything is known: names are users' own, or read by those who use them.
constexpr auto kPrefixes = std::to_array<std::string_view>({
    "archive.",
    "client.",
    "config.",
    "database.opts.",
    "io.digdag.",
    "log-server.",
    "metrics.",
    "notification.",
    "param_server.",
    "params.",
    "plugin.",
    "secret-access-policy.",
    "secrets.",
    "server.environment.",
    "server.http.headers.",
    "system-plugin.",
    "agent.command_executor.",
    "agent.account_routing.",
    "executor.account_routing.",
    "scheduler.account_routing.",
});

constexpr auto kKeys = std::to_array<std::string_view>({
    "agent.archive_cache.max_bytes",
    "agent.enabled",
    "agent.heartbeat-interval",
    "agent.id",
    "agent.lock-retention-time",
    "agent.max-task-threads",
    "agent.stop_timeout",
    "agent.workspace_cache.max_bytes",
    "api.max_archive_entries",
    "api.max_archive_total_size_limit",
    "api.max_attempts_page_size",
    "api.max_sessions_page_size",
    "archive.type",
    "basicauth.admin",
    "basicauth.password",
    "basicauth.username",
    "database.connectionTimeout",
    "database.database",
    "database.host",
    "database.idleTimeout",
    "database.keepaliveTime",
    "database.leakDetectionThreshold",
    "database.loginTimeout",
    "database.maximumPoolSize",
    "database.migrate",
    "database.minimumPoolSize",
    "database.password",
    "database.path",
    "database.port",
    "database.queue.expireLockInterval",
    "database.socketTimeout",
    "database.ssl",
    "database.sslcert",
    "database.sslfactory",
    "database.sslkey",
    "database.sslmode",
    "database.sslrootcert",
    "database.type",
    "database.user",
    "database.validationTimeout",
    "digdag.defaultParams",
    "digdag.secret-encryption-key",
    "eval.extended-syntax",
    "eval.js-engine-type",
    "executor.attempt_max_run",
    "executor.attempt_ttl",
    "executor.commit_delay_milliseconds",
    "executor.enqueue_fetch_size",
    "executor.enqueue_random_fetch",
    "executor.task_max_run",
    "executor.task_ttl",
    "executor.ttl_reaping_interval",
    "io.digdag.limits.maxAttempts",
    "io.digdag.limits.maxWorkflowTasks",
    "queue-server.type",
    "queue.db.max_concurrency",
    "queue.db.max_concurrency_per_project",
    "retention.interval",
    "retention.max_age",
    "retention.max_sessions",
    "schedule.enabled",
    "server.access-log.path",
    "server.access-log.pattern",
    "server.admin.bind",
    "server.admin.port",
    "server.authenticator-class",
    "server.authenticator.basic.admin",
    "server.authenticator.basic.password",
    "server.authenticator.basic.username",
    "server.authenticator.type",
    "server.bind",
    "server.client-version-check.api-incompatible-if-older",
    "server.client-version-check.upgrade-recommended-if-older",
    "server.enable-swagger",
    "server.executor.enabled",
    "server.http.enable-http2",
    "server.http.io-idle-timeout",
    "server.http.io-threads",
    "server.http.max-connections",
    "server.http.no-request-timeout",
    "server.http.request-parse-timeout",
    "server.http.worker-threads",
    "server.jmx.port",
    "server.port",
    "server.runtime-info.path",
    "server.tls.certificate",
    "server.tls.key",
    "tmpdir",
});

bool is_known(std::string_view key) {
  return std::ranges::find(kKeys, key) != kKeys.end() ||
         std::ranges::any_of(kPrefixes,
                             [&](std::string_view prefix) { return key.starts_with(prefix); });
}

}  // namespace

std::vector<std::string> unknown_server_keys(const Object& settings) {
  const std::vector<std::string_view> known(kKeys.begin(), kKeys.end());
  std::vector<std::string> unknown;
  for (const auto& [key, setting] : settings) {
    if (is_known(key)) continue;
    std::string text = key;
    const auto similar = value::similar_names(key, known);
    if (!similar.empty()) text.append(" (").append(similar.front()).append("?)");
    unknown.push_back(std::move(text));
  }
  return unknown;
}

}  // namespace mogura::cli
