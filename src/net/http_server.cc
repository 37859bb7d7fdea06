#include "net/http_server.h"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "base/error.h"
#include "net/ascii.h"
#include "net/connection.h"

namespace mogura::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

const Logger http_server_logger("io.digdag.guice.rs.server.undertow.UndertowServer");

// When descriptors or connections have run out, accepting is tried again after this.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

struct HttpServer::Impl {
  struct Listener {
    HttpListener options;
    std::unique_ptr<asio::ssl::context> tls;
    std::unique_ptr<tcp::acceptor> acceptor;
    std::unique_ptr<asio::steady_timer> pause;
  };

  explicit Impl(HttpServerOptions options, const Clock& clock, Handler handler, Observer observer)
      : shared(std::move(options), clock, std::move(handler), std::move(observer)) {}

  void open(const HttpListener& options);
  void accept(Listener& listener);
  void accept_later(Listener& listener);
  void on_accepted(Listener& listener, IoThread& io, tcp::socket socket);

  Shared shared;
  std::vector<std::unique_ptr<IoThread>> io;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::size_t next_io = 0;
  bool started = false;
};

void HttpServer::Impl::open(const HttpListener& options) {
  auto listener = std::make_unique<Listener>();
  listener->options = options;
  const std::string where = options.host + ":" + std::to_string(options.port);
  try {
    asio::io_context& context = io.front()->context;
    tcp::resolver resolver(context);
    const auto found =
        resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive);
    listener->acceptor = std::make_unique<tcp::acceptor>(context, found.begin()->endpoint());
    listener->pause = std::make_unique<asio::steady_timer>(context);
    if (options.tls) {
      listener->tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
      listener->tls->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
      listener->tls->use_certificate_chain_file(options.tls->certificate);
      listener->tls->use_private_key_file(options.tls->key, asio::ssl::context::pem);
    }
  } catch (const boost::system::system_error& error) {
    const bool is_certificate = listener->tls != nullptr;
    throw Error("io", (is_certificate ? "Cannot use the certificate " + options.tls->certificate +
                                            " with the key " + options.tls->key
                                      : "Cannot listen on " + where) +
                          ": " + error.code().message());
  }
  listeners.push_back(std::move(listener));
}

void HttpServer::Impl::accept(Listener& listener) {
  if (shared.connections >= shared.options.limits.connections) return accept_later(listener);
  IoThread& target = *io[next_io++ % io.size()];
  listener.acceptor->async_accept(target.context,
                                  [this, &listener, &target](ErrorCode error, tcp::socket socket) {
                                    if (!listener.acceptor->is_open()) return;
                                    if (error) return accept_later(listener);
                                    on_accepted(listener, target, std::move(socket));
                                    accept(listener);
                                  });
}

void HttpServer::Impl::accept_later(Listener& listener) {
  listener.pause->expires_after(kAcceptPause);
  listener.pause->async_wait([this, &listener](ErrorCode error) {
    if (!error && listener.acceptor->is_open()) accept(listener);
  });
}

void HttpServer::Impl::on_accepted(Listener& listener, IoThread& target, tcp::socket socket) {
  ++shared.connections;
  std::unique_ptr<Wire> wire;
  if (listener.tls) {
    wire = std::make_unique<TlsWire>(std::move(socket), *listener.tls);
  } else {
    wire = std::make_unique<PlainWire>(std::move(socket));
  }
  asio::post(target.context,
             [this, &target, wire = std::make_shared<std::unique_ptr<Wire>>(std::move(wire)),
              name = listener.options.name] {
               std::make_shared<Connection>(shared, target, std::move(*wire), name)->start();
             });
}

HttpServer::HttpServer(HttpServerOptions options, const Clock& clock, Handler handler,
                       Observer observer)
    : impl_(std::make_unique<Impl>(std::move(options), clock, std::move(handler),
                                   std::move(observer))) {}

HttpServer::~HttpServer() {
  stop();
}

void HttpServer::start() {
  const HttpServerOptions& options = impl_->shared.options;
  for (int i = 0; i < options.limits.io_threads; ++i) {
    impl_->io.push_back(std::make_unique<IoThread>());
  }
  for (const HttpListener& listener : options.listeners) impl_->open(listener);
  impl_->started = true;
  impl_->shared.workers.start(options.limits.worker_threads);
  for (const auto& listener : impl_->listeners) impl_->accept(*listener);
  for (const auto& io : impl_->io) {
    io->thread = std::thread([&context = io->context] {
      ::pthread_setname_np(::pthread_self(), "http-io");
      context.run();
    });
  }
}

std::vector<ListenAddress> HttpServer::addresses() const {
  std::vector<ListenAddress> addresses;
  for (const auto& listener : impl_->listeners) {
    addresses.push_back({listener->options.name, listener->options.host,
                         static_cast<int>(listener->acceptor->local_endpoint().port())});
  }
  return addresses;
}

void HttpServer::stop() {
  if (!std::exchange(impl_->started, false)) return;
  Shared& shared = impl_->shared;
  http_server_logger.info("Closing HTTP listening sockets");
  shared.draining = true;
  asio::post(impl_->io.front()->context, [this] {
    for (const auto& listener : impl_->listeners) {
      ErrorCode error;
      listener->acceptor->close(error);
      listener->pause->cancel();
    }
  });
  http_server_logger.info("Waiting for completion of running HTTP requests...");
  shared.wait_until_idle(std::chrono::steady_clock::now() + shared.options.limits.stop);
  http_server_logger.info("Shutting down HTTP worker threads");
  shared.workers.stop();
  for (const auto& io : impl_->io) {
    asio::post(io->context, [&io = *io] {
      while (!io.connections.empty()) (*io.connections.begin())->close();
      io.work.reset();
    });
  }
  for (const auto& io : impl_->io) io->thread.join();
  impl_->listeners.clear();
  impl_->io.clear();
}

std::optional<std::string> ServerRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_word(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace mogura::net
