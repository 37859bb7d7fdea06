// Lines from the bytes of a command, for those who need whole lines.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace mogura::command {

/// The longest line handed on; what is longer comes in pieces of this size.
constexpr std::size_t kMaxLineBytes = std::size_t{64} * 1024;

/// Cuts a stream of bytes into lines, however the bytes arrive.
///
///   OutputLines lines([](std::string_view line) { ... });
///   lines.add("a\nb");   // "a"
///   lines.add("c\r\n");  // "bc"
///   lines.finish();      // what stands behind the last end of line, if anything
///
/// Keeps at most kMaxLineBytes. A piece of a line that is too long ends between two characters
/// where the line is UTF-8. For one thread at a time.
class OutputLines {
 public:
  using Receiver = std::function<void(std::string_view)>;

  /// `receive` gets each line without its end, "\n" or "\r\n".
  explicit OutputLines(Receiver receive) : receive_(std::move(receive)) {}

  void add(std::string_view bytes);
  /// To be called once, after all output.
  void finish();

 private:
  void hand_on(std::string_view line);

  Receiver receive_;
  std::string begun_;  // a line without its end yet
};

}  // namespace mogura::command
