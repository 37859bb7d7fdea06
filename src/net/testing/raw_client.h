// A TCP connection for tests that send what no HTTP library would.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace mogura::net::testing {

class RawClient {
 public:
  explicit RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("no connection");
    }
  }

  /// False where the other end has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }

  /// Reads until `text` has come, and returns all up to its end. Throws at the end of the
  /// connection and after a deadline.
  std::string read_until(std::string_view text) {
    while (true) {
      if (const auto at = read_.find(text); at != std::string::npos) {
        return take(at + text.size());
      }
      if (!read_more()) throw std::runtime_error("closed after: " + read_);
    }
  }
  std::string read_bytes(std::size_t count) {
    while (read_.size() < count) {
      if (!read_more()) throw std::runtime_error("closed after: " + read_);
    }
    return take(count);
  }
  /// All that comes until the other end closes.
  std::string read_to_end() {
    while (read_more()) {
    }
    return take(read_.size());
  }

 private:
  static constexpr std::chrono::seconds kPatience{20};

  std::string take(std::size_t count) {
    std::string taken = read_.substr(0, count);
    read_.erase(0, count);
    return taken;
  }
  bool read_more() {
    pollfd waiting{fd_.get(), POLLIN, 0};
    const auto patience = std::chrono::milliseconds(kPatience).count();
    int ready = -1;
    do {
      ready = ::poll(&waiting, 1, static_cast<int>(patience));
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) throw std::runtime_error("nothing came after: " + read_);
    std::array<char, 65536> bytes{};
    const ssize_t count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) return false;
    read_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }

  UniqueFd fd_;
  std::string read_;
};

}  // namespace mogura::net::testing
