#include "blob/log_text.h"

#include <zlib.h>

#include <array>
#include <new>

namespace mogura::blob {

struct LogText::Inflater {
  Inflater() {
    static constexpr int kGzipFormat = 16 + MAX_WBITS;
    if (::inflateInit2(&stream, kGzipFormat) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  bool ended = false;
};

LogText::LogText() : inflater_(std::make_unique<Inflater>()) {}
LogText::~LogText() = default;
LogText::LogText(LogText&&) noexcept = default;
LogText& LogText::operator=(LogText&&) noexcept = default;

std::string LogText::decode(std::string_view bytes) {
  bytes_read_ += bytes.size();
  z_stream& stream = inflater_->stream;
  // zlib does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  while (!inflater_->ended) {
    std::array<char, 16 * 1024> piece;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int result = ::inflate(&stream, Z_SYNC_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
    // Z_BUF_ERROR: there is no more input; more may come.
    if (result == Z_BUF_ERROR || (result == Z_OK && stream.avail_out > 0)) break;
    inflater_->ended = result != Z_OK;
  }
  return text;
}

}  // namespace mogura::blob
