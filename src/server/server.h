// The server's HTTP side: listeners, the API behind them, the access log (rest-api.md §14).
//
//   Server server(read_settings(config, version),
//                 {database, executor, vault, logs, archives, clock});
//   server.start();
//   ...
//   server.stop();
#pragma once

#include <memory>
#include <vector>

#include "net/http_server.h"
#include "server/settings.h"

namespace mogura::server {

class Server {
 public:
  /// What outlives the server.
  struct Dependencies {
    store::Database& database;
    executor::Executor& executor;
    const secrets::SecretVault& vault;
    blob::LogStore& logs;
    blob::ArchiveStore& archives;
    const Clock& clock;
  };

  Server(ServerSettings settings, const Dependencies& dependencies);
  ~Server();  // stop()

  /// Listens, says so in the log, and writes the runtime info file (rest-api.md §14.3). Throws
  /// Error of kind "io" where an address is taken.
  void start();
  /// The addresses, with the ports that the system chose.
  std::vector<net::ListenAddress> addresses() const;
  /// Answers what is in work, refuses what comes late (rest-api.md §14.4). Safe to call twice.
  void stop();
  /// Goes on with new log files, as the old ones were moved.
  void reopen_logs();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::server
