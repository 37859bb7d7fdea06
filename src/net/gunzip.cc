#include "net/gunzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace mogura::net {
namespace {

constexpr int kGzipOnly = MAX_WBITS + 16;
constexpr std::size_t kChunkBytes = 64u << 10;

struct InflateStream : z_stream {
  InflateStream() : z_stream{} {
    if (inflateInit2(this, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~InflateStream() { inflateEnd(this); }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;
};

}  // namespace

Gunzipped gunzip(std::string_view packed, std::size_t max_bytes) {
  InflateStream stream;
  // zlib does not write through next_in; its type lacks the const of its manual.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in =
      static_cast<uInt>(std::min<std::size_t>(packed.size(), std::numeric_limits<uInt>::max()));

  Gunzipped result;
  std::string& content = result.content;
  while (true) {
    const std::size_t filled = content.size();
    // One byte of room beyond the limit tells content that just fits from content that does not.
    const std::size_t room = std::min(kChunkBytes, max_bytes - filled + 1);
    content.resize(filled + room);
    stream.next_out = reinterpret_cast<Bytef*>(content.data() + filled);
    stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream, Z_NO_FLUSH);
    content.resize(filled + room - stream.avail_out);
    if (content.size() > max_bytes) {
      content.resize(max_bytes);
      result.too_large = true;
      return result;
    }
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) {
        result.complete = true;
        return result;
      }
      inflateReset(&stream);
    } else if (status != Z_OK) {
      return result;
    }
  }
}

}  // namespace mogura::net
