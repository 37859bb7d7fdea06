// The socket of a connection, with or without TLS.
//
// Private to this room.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <utility>

namespace mogura::net {

/// Callbacks come on the thread of the socket.
class Wire {
 public:
  using Done = std::function<void(boost::system::error_code, std::size_t)>;
  virtual ~Wire() = default;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
  virtual void handshake(Done done) = 0;
  virtual void read_some(boost::asio::mutable_buffer buffer, Done done) = 0;
  virtual void write(const std::array<boost::asio::const_buffer, 2>& buffers, Done done) = 0;
  /// Says that nothing more will be sent.
  virtual void end(Done done) = 0;
};

class PlainWire : public Wire {
 public:
  explicit PlainWire(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
  boost::asio::ip::tcp::socket& socket() override { return socket_; }
  void handshake(Done done) override { done({}, 0); }
  void read_some(boost::asio::mutable_buffer buffer, Done done) override {
    socket_.async_read_some(buffer, std::move(done));
  }
  void write(const std::array<boost::asio::const_buffer, 2>& buffers, Done done) override {
    boost::asio::async_write(socket_, buffers, std::move(done));
  }
  void end(Done done) override {
    boost::system::error_code error;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
    done(error, 0);
  }

 private:
  boost::asio::ip::tcp::socket socket_;
};

class TlsWire : public Wire {
 public:
  TlsWire(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context)
      : stream_(std::move(socket), context) {}
  boost::asio::ip::tcp::socket& socket() override { return stream_.next_layer(); }
  void handshake(Done done) override {
    stream_.async_handshake(
        boost::asio::ssl::stream_base::server,
        [done = std::move(done)](boost::system::error_code error) { done(error, 0); });
  }
  void read_some(boost::asio::mutable_buffer buffer, Done done) override {
    stream_.async_read_some(buffer, std::move(done));
  }
  void write(const std::array<boost::asio::const_buffer, 2>& buffers, Done done) override {
    boost::asio::async_write(stream_, buffers, std::move(done));
  }
  void end(Done done) override {
    stream_.async_shutdown(
        [done = std::move(done)](boost::system::error_code error) { done(error, 0); });
  }

 private:
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
};

}  // namespace mogura::net
