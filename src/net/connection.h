// One client's connection, and what all connections of a server share.
//
//   read header -> read body -> a worker runs the handler -> write -> read the next header
//
// A connection belongs to one of the io threads: all that happens to it happens there, so it needs
// no lock. Only three things come from elsewhere, each posted to that thread: a worker's answer,
// the news that a stream has something to send, and the order to close.
//
// Private to this room.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>

#include "base/log.h"
#include "base/mutex.h"
#include "net/buffered_stream.h"
#include "net/http_server.h"
#include "net/request_parser.h"
#include "net/request_workers.h"
#include "net/wire.h"

namespace mogura::net {

using SteadyTime = std::chrono::steady_clock::time_point;
using ErrorCode = boost::system::error_code;

class Connection;

/// One io thread with its connections.
struct IoThread {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::unordered_set<Connection*> connections;  // touched on this thread only
  std::thread thread;
};

/// What all connections of a server share.
struct Shared {
  Shared(HttpServerOptions given, const Clock& given_clock, HttpServer::Handler given_handler,
         HttpServer::Observer given_observer)
      : options(std::move(given)),
        clock(given_clock),
        handler(std::move(given_handler)),
        observer(std::move(given_observer)) {}

  void begin_work() {
    MutexLock lock(mutex);
    ++in_work;
  }
  void end_work() {
    MutexLock lock(mutex);
    if (--in_work == 0) work_done.notify_all();
  }
  void wait_until_idle(SteadyTime deadline) {
    MutexLock lock(mutex);
    while (in_work > 0 && std::chrono::steady_clock::now() < deadline) {
      work_done.wait_until(mutex, deadline);
    }
  }

  const HttpServerOptions options;
  const Clock& clock;
  const HttpServer::Handler handler;
  const HttpServer::Observer observer;
  RequestWorkers workers;
  std::atomic<bool> draining = false;
  std::atomic<std::size_t> connections = 0;
  Mutex mutex;
  Condition work_done;
  int in_work MOGURA_GUARDED_BY(mutex) = 0;
};

/// A request counts as in work as long as somebody holds its token.
class WorkToken {
 public:
  explicit WorkToken(Shared& shared) : shared_(shared) { shared_.begin_work(); }
  ~WorkToken() { shared_.end_work(); }
  WorkToken(const WorkToken&) = delete;
  WorkToken& operator=(const WorkToken&) = delete;

 private:
  Shared& shared_;
};

/// What a worker has made of a request.
struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  std::unique_ptr<BodySource> source;
  ServerResponse::Stream stream;
  bool chunked = false;
  bool keep_alive = false;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, IoThread& io, std::unique_ptr<Wire> wire, std::string listener)
      : shared_(shared),
        io_(io),
        wire_(std::move(wire)),
        listener_(std::move(listener)),
        timer_(io.context) {
    io_.connections.insert(this);
  }
  ~Connection() { close(); }

  void start();
  void close();

 private:
  using Step = void (Connection::*)(std::size_t);
  /// A callback that goes on with `step`, or closes after an error.
  Wire::Done then(Step step) {
    return [self = shared_from_this(), step](ErrorCode error, std::size_t bytes) {
      if (self->closed_) return;
      if (error) return self->close();
      (self.get()->*step)(bytes);
    };
  }

  void handshaken(std::size_t);
  void await_request();
  void read();
  void on_read(std::size_t bytes);
  void parse();
  void on_continue_sent(std::size_t) { read(); }
  void refuse(int status);
  void dispatch();
  void send(Answer answer);
  void on_head_sent(std::size_t bytes);
  void read_source();
  void send_piece(std::string piece);
  void on_piece_sent(std::size_t bytes);
  void open_stream();
  void pump_stream();
  void watch_client();
  void end_body();
  void on_last_chunk_sent(std::size_t) { finish(); }
  void finish();
  void report();
  void end();
  void linger(std::size_t bytes);

  void set_deadline(std::chrono::milliseconds after);
  void arm_timer();
  /// Hands a job to this connection's thread; from any thread.
  void post(std::function<void()> job) { boost::asio::post(io_.context, std::move(job)); }

  Shared& shared_;
  IoThread& io_;
  const std::unique_ptr<Wire> wire_;
  const std::string listener_;
  std::string peer_;
  bool closed_ = false;

  std::string input_;  // read, but not parsed
  std::size_t filled_ = 0;
  std::optional<RequestParser> parser_;
  bool continue_sent_ = false;
  SteadyTime request_began_{};

  std::shared_ptr<ServerRequest> request_;  // in work
  std::shared_ptr<WorkToken> in_work_;      // until the answer was sent, or began to stream
  Answer answer_;
  std::string framed_;  // the piece that is being sent
  std::size_t body_bytes_sent_ = 0;
  std::shared_ptr<BufferedStream> stream_;
  std::size_t lingered_ = 0;

  boost::asio::steady_timer timer_;
  bool timer_armed_ = false;
  std::optional<SteadyTime> deadline_;
};

}  // namespace mogura::net
