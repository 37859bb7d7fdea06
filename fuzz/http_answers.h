// Reads what an HTTP server sent on one connection: a plain reader of well-formed answers, which
// shares no code with the server.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

#include "fuzz/fuzz.h"

namespace mogura::fuzz {

class HttpAnswers {
 public:
  explicit HttpAnswers(std::string_view received) : rest_(received) {}

  /// Nothing more was answered: `100 Continue` is no answer.
  bool at_end() {
    pass_interim();
    return rest_.empty();
  }

  /// The status of the next answer, which is to `method`. Finds the program guilty where the answer
  /// is not well-formed.
  int read(std::string_view method) {
    pass_interim();
    const int status = read_head();
    if (method != "HEAD" && status != 204 && status != 304) read_body();
    return status;
  }

 private:
  static constexpr std::string_view kInterim = "HTTP/1.1 100 Continue\r\n\r\n";

  void pass_interim() {
    while (rest_.starts_with(kInterim)) rest_.remove_prefix(kInterim.size());
  }

  int read_head() {
    chunked_ = false;
    length_.reset();
    const std::string_view first = take_line();
    check(first.starts_with("HTTP/1.1 ") && first.size() > 13 && first[12] == ' ',
          "an answer begins with a version, a status and its words");
    for (std::string_view line = take_line(); !line.empty(); line = take_line()) read_header(line);
    return static_cast<int>(number(first.substr(9, 3), 10));
  }

  void read_header(std::string_view line) {
    const std::size_t colon = line.find(": ");
    check(colon != std::string_view::npos && colon > 0, "a header has a name and a value");
    check(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
          "a header is one line");
    if (line.starts_with("Transfer-Encoding")) chunked_ = line.ends_with("chunked");
    if (line.starts_with("Content-Length")) length_ = number(line.substr(colon + 2), 10);
  }

  void read_body() {
    check(chunked_ != length_.has_value(), "a body has one length");
    if (length_) {
      take(*length_);
      return;
    }
    while (const std::size_t size = number(take_line(), 16)) {
      take(size);
      check(take_line().empty(), "a chunk ends where it says");
    }
    check(take_line().empty(), "nothing follows the last chunk");
  }

  static std::size_t number(std::string_view text, int base) {
    std::size_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, value, base);
    check(error == std::errc() && last == end, "a number is one");
    return value;
  }

  std::string_view take(std::size_t size) {
    check(size <= rest_.size(), "an answer is complete");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view take_line() {
    const std::size_t end = rest_.find("\r\n");
    check(end != std::string_view::npos, "a line ends");
    const std::string_view line = take(end);
    take(2);
    return line;
  }

  std::string_view rest_;
  bool chunked_ = false;
  std::optional<std::size_t> length_;
};

}  // namespace mogura::fuzz
