#include "server/server.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/log.h"
#include "server/access_log.h"
#include "server/api.h"
#include "value/json.h"

namespace mogura::server {
namespace {

const Logger server_logger("io.digdag.server.ServerBootstrap");

bool is_loopback(const std::string& host) {
  return host.starts_with("127.") || host == "localhost" || host == "::1" || host == "[::1]";
}

std::string address_text(const std::string& host, int port) {
  return host + ":" + std::to_string(port);
}

Array addresses_of(const std::vector<net::ListenAddress>& addresses, std::string_view listener) {
  Array found;
  for (const net::ListenAddress& address : addresses) {
    if (address.listener != listener) continue;
    found.push_back(Object{{"host", address.host}, {"port", address.port}});
  }
  return found;
}

// Whoever started the server with port 0 learns its address from this file. Without it the server
// works as well.
void write_runtime_info(const std::filesystem::path& path,
                        const std::vector<net::ListenAddress>& addresses) {
  const Object info{{"local_addresses", addresses_of(addresses, kApiListener)},
                    {"local_admin_addresses", addresses_of(addresses, kAdminListener)}};
  // Readers wait for the file to appear, so it appears with its content.
  const std::filesystem::path unfinished = path.string() + ".tmp";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  file << value::to_json(info);
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(unfinished, path, error);
  if (!file || error) {
    server_logger.warn("Failed to write runtime info to {}: {}", path.string(),
                       error ? error.message() : std::strerror(errno));
  }
}

}  // namespace

struct Server::Impl {
  Impl(ServerSettings given, const Dependencies& dependencies)
      : settings(std::move(given)),
        services{dependencies.database,
                 dependencies.executor,
                 dependencies.vault,
                 dependencies.logs,
                 dependencies.archives,
                 dependencies.clock,
                 live,
                 settings.api},
        api(services),
        http(
            settings.http, dependencies.clock,
            [this](const net::ServerRequest& request) { return api.handle(request); },
            [this](const net::Exchange& exchange) {
              if (access_log) access_log->write(exchange);
            }) {
    if (settings.access_log) {
      access_log = std::make_unique<AccessLog>(*settings.access_log, settings.access_log_pattern,
                                               dependencies.clock);
    }
  }

  const ServerSettings settings;
  LiveStreams live;
  const Services services;
  const Api api;
  std::unique_ptr<AccessLog> access_log;
  net::HttpServer http;  // the last one: its threads use the others
};

Server::Server(ServerSettings settings, const Dependencies& dependencies)
    : impl_(std::make_unique<Impl>(std::move(settings), dependencies)) {}

Server::~Server() {
  stop();
}

void Server::start() {
  const ServerSettings& settings = impl_->settings;
  std::string wanted;
  for (const net::HttpListener& listener : settings.http.listeners) {
    if (!wanted.empty()) wanted += ", ";
    wanted += address_text(listener.host, listener.port);
    if (!settings.api.user && !is_loopback(listener.host)) {
      server_logger.warn(
          "Listening on {} without authentication: whoever reaches this address may run commands "
          "here. Set server.authenticator.basic.username and .password.",
          listener.host);
    }
  }
  server_logger.info("Starting server on {}", wanted);
  impl_->http.start();
  const std::vector<net::ListenAddress> bound = addresses();
  for (const net::ListenAddress& address : bound) {
    server_logger.info("Bound on {} ({})", address_text(address.host, address.port),
                       address.listener);
  }
  if (settings.runtime_info) write_runtime_info(*settings.runtime_info, bound);
}

std::vector<net::ListenAddress> Server::addresses() const {
  return impl_->http.addresses();
}

void Server::stop() {
  impl_->live.stop();
  impl_->http.stop();
}

void Server::reopen_logs() {
  if (impl_->access_log) impl_->access_log->reopen();
}

}  // namespace mogura::server
