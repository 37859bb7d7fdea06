// The other end of a network test: one of the Python programs of this folder as a child, on a free
// port. It ends with the Peer.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace mogura::net::testing {

class Peer {
 public:
  /// Starts `program` of this folder and waits until it listens. Without what it needs, missing()
  /// says so.
  explicit Peer(const std::string& program, const std::vector<std::string>& arguments = {}) {
    start(program, arguments);
    const std::string first = read_line();
    if (first.starts_with("no ")) {
      missing_ = first;
    } else {
      port_ = std::stoi(first);
    }
  }
  ~Peer() {
    input_.reset();
    ::waitpid(child_, nullptr, 0);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const std::string& missing() const { return missing_; }
  int port() const { return port_; }
  /// "http://127.0.0.1:PORT" + path.
  std::string url(const std::string& path, const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
  }

  /// The next line that the peer prints. Throws after the deadline.
  std::string read_line() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (true) {
      if (const auto end = read_.find('\n'); end != std::string::npos) {
        std::string line = read_.substr(0, end);
        read_.erase(0, end + 1);
        return line;
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      pollfd waiting{output_.get(), POLLIN, 0};
      if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
        throw std::runtime_error("the peer says nothing");
      }
      std::array<char, 4096> bytes{};
      const ssize_t count = ::read(output_.get(), bytes.data(), bytes.size());
      if (count <= 0) throw std::runtime_error("the peer has ended");
      read_.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }

  /// The lines until one that is ".".
  std::vector<std::string> read_block() {
    std::vector<std::string> lines;
    for (std::string line = read_line(); line != "."; line = read_line()) lines.push_back(line);
    return lines;
  }

 private:
  void start(const std::string& program, const std::vector<std::string>& arguments) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("no pipe");
    }
    const UniqueFd child_input(in[0]);
    const UniqueFd child_output(out[1]);
    input_ = UniqueFd(in[1]);
    output_ = UniqueFd(out[0]);

    std::vector<std::string> words{"python3", std::string(MOGURA_NET_TESTING) + "/" + program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, child_input.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, child_output.get(), STDOUT_FILENO);
    // Debian's interpreter, which has Debian's python3-aiosmtpd.
    std::array<char*, 1> no_environment{};
    const int failure = ::posix_spawn(&child_, "/usr/bin/python3", &actions, nullptr, argv.data(),
                                      no_environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::runtime_error("no /usr/bin/python3");
  }

  pid_t child_ = -1;
  UniqueFd input_;
  UniqueFd output_;
  std::string read_;
  std::string missing_;
  int port_ = 0;
};

}  // namespace mogura::net::testing
