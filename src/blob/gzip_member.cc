#include "blob/gzip_member.h"

#include <limits>
#include <new>

namespace mogura::blob {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr int kGzipOnly = 16 + MAX_WBITS;

Error not_gzip() {
  return {"illegal argument", "Input is not in the .gz format"};
}

Error broken_gzip(const char* reason) {
  return {"illegal argument", std::string("The gzip content is ") + reason};
}

}  // namespace

GzipMember::GzipMember(std::string_view packed) : piece_(kPieceBytes) {
  static constexpr std::string_view kMagic = "\x1f\x8b\x08";
  if (!packed.starts_with(kMagic)) throw not_gzip();
  if (packed.size() > std::numeric_limits<uInt>::max()) throw broken_gzip("larger than 4 GiB");
  // zlib does not write to its input.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream_.avail_in = static_cast<uInt>(packed.size());
  if (::inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

GzipMember::~GzipMember() {
  ::inflateEnd(&stream_);
}

std::string_view GzipMember::next() {
  if (ended_) return {};
  stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
  stream_.avail_out = static_cast<uInt>(piece_.size());
  const int result = ::inflate(&stream_, Z_NO_FLUSH);
  const std::size_t count = piece_.size() - stream_.avail_out;
  if (result == Z_STREAM_END) {
    ended_ = true;
  } else if (result == Z_BUF_ERROR || (result == Z_OK && count == 0)) {
    throw broken_gzip("cut off");
  } else if (result != Z_OK) {
    throw broken_gzip("broken");
  }
  total_bytes_ += count;
  return {piece_.data(), count};
}

}  // namespace mogura::blob
