// Talking to a server: its address, headers, and the answers of its API (cli.md §13, rest-api.md
// §15).
//
//   const ServerApi server = connect(invocation);       // with the version handshake
//   const Value projects = server.get("/api/projects", Query().add("name", name));
//   server.send("POST", "/api/attempts/" + path_part(id) + "/kill", {}, Value(Object{}));
//
// Failures are errors in the words of cli.md §13.7; one that the caller can do something about is
// a Refusal. Called mogura, the server's own message is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/client/endpoint.h"
#include "cli/client/query.h"
#include "cli/command.h"
#include "net/http_client.h"
#include "value/value.h"

namespace mogura::cli {

/// An answer that is no success.
class Refusal : public Error {
 public:
  Refusal(std::string kind, std::string message, int status, std::string body)
      : Error(std::move(kind), std::move(message)), status_(status), body_(std::move(body)) {}
  int status() const { return status_; }
  const std::string& body() const { return body_; }

 private:
  int status_;
  std::string body_;
};

/// What the message of a refused GET holds: Digdag's client has thrown the body away by then,
/// except in the list of secrets (cli.md §13.7).
enum class RefusalText { status_line, body };

class ServerApi {
 public:
  /// Reads the settings of clients. Throws Error for settings that cannot be read, and for an
  /// endpoint that is none.
  explicit ServerApi(const Invocation& invocation);

  /// GET of `path` below the endpoint, tried again while the server does not answer or fails. All
  /// of these throw Refusal, or Error of kind "io" that names the endpoint.
  Value get(const std::string& path, const Query& query = {},
            RefusalText text = RefusalText::status_line) const;
  /// The bytes of a file; `Location` is followed, and the client's headers are not sent there.
  std::string get_bytes(const std::string& path, const Query& query = {}) const;
  /// The same from an address outside of the API, as lists of log files give them.
  std::string get_direct(const std::string& url) const;

  /// PUT, POST or DELETE, once. Without a body none is sent.
  Value send(const std::string& method, const std::string& path, const Query& query = {},
             const std::optional<Value>& body = std::nullopt) const;
  /// PUT of a project's archive. `progress` is told how many bytes have been sent.
  Value upload(const std::string& path, const Query& query, std::string archive,
               std::function<void(std::uint64_t)> progress = nullptr) const;

  /// Adds `direct_download=false` where the settings say so (rest-api.md §15.1).
  Query with_download_choice(Query query) const;

  /// Refuses to work with a server that does not understand this client, and asks to upgrade
  /// (cli.md §13.4). Throws Error.
  void check_version() const;

 private:
  net::HttpRequest request(const std::string& method, const std::string& path,
                           const Query& query) const;
  net::HttpResponse exchange(const net::HttpRequest& request) const;
  net::HttpResponse exchange_repeatedly(const net::HttpRequest& request) const;
  std::string follow(net::HttpResponse response) const;
  Refusal refusal(const net::HttpResponse& response, RefusalText text) const;
  Error unreachable(const Error& error) const;
  bool asks_a_person() const;

  const Invocation& invocation_;
  Object settings_;
  Endpoint endpoint_;
  Pairs headers_;
};

/// A server that understands this client.
ServerApi connect(const Invocation& invocation);

}  // namespace mogura::cli
