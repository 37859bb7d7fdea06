// An HTTP/1.1 server (rest-api.md §2, §14.1).
//
// A few threads move bytes; a pool of workers runs the handler, which may block. Each connection
// has one request in work at a time: the next one is read when the answer has been sent. What a
// client may send, and how long it may take, has limits; whoever exceeds them is disconnected or
// told so, and others never notice.
//
//   HttpServer server(options, clock, handler);
//   server.start();                       // throws where a listener's address is not free
//   server.addresses()[0].port;           // of a listener with port 0: the one that was free
//   server.stop();                        // answers what is in work, 503 to what comes late
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "net/http_client.h"
#include "net/http_target.h"

namespace mogura::net {

/// A certificate with its chain and its private key, as PEM files.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

struct HttpListener {
  std::string name;  // handlers see it in their requests
  std::string host;  // an address, or a name that has one
  int port = 0;      // 0: any that is free
  std::optional<TlsFiles> tls;
};

/// Defaults are those of rest-api.md §14.1 and §2.6.
struct HttpServerLimits {
  int io_threads = 2;
  int worker_threads = 16;
  std::chrono::milliseconds no_request{60'000};     // between requests of a connection
  std::chrono::milliseconds request_parse{30'000};  // from the first byte of a header to its last
  std::chrono::milliseconds io_idle{300'000};       // a body or an answer that makes no progress
  std::chrono::milliseconds stop{30'000};           // for requests in work at the stop
  std::size_t header_bytes = 1u << 20;
  std::size_t headers = 200;
  std::size_t query_parameters = 1000;
  /// Of a request's body, before and after it is decompressed. What is beyond is read and thrown
  /// away, so that the client sees the answer.
  std::size_t body_bytes = 64u << 20;
  /// Bodies of which this much was thrown away are not read to their end, and those that are to be
  /// longer not even begun: 413, and the connection is closed.
  std::size_t discarded_bytes = 256u << 20;
  /// More wait until others have closed.
  std::size_t connections = 20'000;
};

struct HttpServerOptions {
  std::vector<HttpListener> listeners;
  HttpServerLimits limits;
};

struct ServerRequest {
  std::string method;
  std::string uri;              // path and query, as sent
  RequestTarget target;         // its parts
  std::string protocol;         // "HTTP/1.1"
  HttpHeaders headers;          // names as sent
  std::string body;             // without its transfer and content encoding
  bool body_too_large = false;  // `body` is empty
  bool body_malformed = false;  // its content encoding is; `body` is empty
  /// As announced; absent for chunked bodies.
  std::optional<std::size_t> content_length;
  std::string listener;
  std::string peer;  // the client's address

  /// The value of the first header of this name, any case.
  std::optional<std::string> header(std::string_view name) const;
};

/// The body of a large answer, read piece by piece. Called by one worker at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The next piece; empty at the end. What it throws breaks the connection off.
  virtual std::string read() = 0;
};

/// An answer that goes on as things happen. Any thread.
class ResponseStream {
 public:
  /// A client that leaves more than this unread is disconnected.
  static constexpr std::size_t kMaxUnsentBytes = 4u << 20;

  virtual ~ResponseStream() = default;
  /// False where nobody listens any more.
  virtual bool write(std::string piece) = 0;
  virtual bool is_open() const = 0;
  /// The answer is complete.
  virtual void close() = 0;
};

struct ServerResponse {
  using Stream = std::function<void(std::shared_ptr<ResponseStream>)>;

  int status = 200;
  /// Sent in order. Lengths and encodings are added, `Date` too.
  HttpHeaders headers;
  /// A function is called on a worker when the header has been sent; the stream stays open until it
  /// is closed, the client goes, or the server stops.
  std::variant<std::string, std::unique_ptr<BodySource>, Stream> body;
  /// Of a BodySource, where it is known.
  std::optional<std::size_t> content_length;
};

/// What became of a request, for an access log.
struct Exchange {
  const ServerRequest& request;
  int status = 0;
  std::size_t body_bytes = 0;  // sent
  Duration duration{};         // from the request's first byte until the answer was sent
};

/// An address that a listener has.
struct ListenAddress {
  std::string listener;
  std::string host;  // as configured
  int port = 0;
};

class HttpServer {
 public:
  /// Called on workers. What it throws is logged, and the answer is an empty 500.
  using Handler = std::function<ServerResponse(const ServerRequest&)>;
  /// Called after each answer on the threads that move bytes; must not block.
  using Observer = std::function<void(const Exchange&)>;

  HttpServer(HttpServerOptions options, const Clock& clock, Handler handler,
             Observer observer = {});
  ~HttpServer();  // stop()

  /// Throws Error of kind "io" that names the address or the certificate file.
  void start();
  std::vector<ListenAddress> addresses() const;
  /// Closes the listeners, answers 503 to late requests of open connections, waits for those in
  /// work as long as the limit says, and ends all threads. Safe to call twice.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The words that go with a status; empty for an unknown one.
std::string_view status_text(int status);

}  // namespace mogura::net
