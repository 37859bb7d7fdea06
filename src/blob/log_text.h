// The text of a log file that comes in portions, cut anywhere (rest-api.md §11.1).
//
//   LogText text;
//   text.decode(first_bytes)   // what can be read of them
//   text.decode(more_bytes)    // what follows
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mogura::blob {

class LogText {
 public:
  LogText();
  ~LogText();
  LogText(LogText&&) noexcept;
  LogText& operator=(LogText&&) noexcept;

  /// The text that these bytes add; nothing from where the bytes are broken, and nothing after the
  /// first gzip member.
  std::string decode(std::string_view bytes);
  /// Of what decode() was given: where to read on.
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Inflater;
  std::unique_ptr<Inflater> inflater_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace mogura::blob
