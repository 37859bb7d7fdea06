// A whole server, wired together: store, secrets, logs, engine, scheduler, HTTP.
#pragma once

#include <memory>

#include "cli/server_config.h"

namespace mogura::cli {

class ServerProcess {
 public:
  /// Opens the database and reads all settings. Throws ConfigError for those that are wrong, Error
  /// of kind "database" or "io". `version` is what the server calls itself.
  ServerProcess(const ServerConfig& config, const std::string& version);
  ~ServerProcess();  // stop()

  /// Throws Error of kind "io" where an address is taken.
  void start();
  /// Finishes what tasks and requests are in work as far as the limits allow, in the order of
  /// rest-api.md §14.4. Safe to call twice.
  void stop();
  /// Continues logs in new files, as their old ones were moved.
  void reopen_logs();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::cli
