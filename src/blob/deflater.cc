#include "blob/deflater.h"

#include <array>
#include <new>

namespace mogura::blob {
namespace {

constexpr int kGzipWindow = 16 + MAX_WBITS;
constexpr int kMemoryLevel = 8;

std::unique_ptr<Deflater>& spare_deflater() {
  static thread_local std::unique_ptr<Deflater> deflater;
  return deflater;
}

}  // namespace

Deflater::Deflater() {
  if (::deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

Deflater::~Deflater() {
  ::deflateEnd(&stream_);
}

std::unique_ptr<Deflater> Deflater::take() {
  std::unique_ptr<Deflater> taken = std::move(spare_deflater());
  if (!taken) return std::make_unique<Deflater>();
  ::deflateReset(&taken->stream_);
  return taken;
}

void Deflater::give_back(std::unique_ptr<Deflater> deflater) {
  spare_deflater() = std::move(deflater);
}

void Deflater::pack(std::string_view bytes, int flush_mode, std::string& packed) {
  // zlib does not write to its input.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_.avail_in = static_cast<uInt>(bytes.size());
  do {
    std::array<char, 16 * 1024> piece;
    stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream_.avail_out = static_cast<uInt>(piece.size());
    ::deflate(&stream_, flush_mode);
    packed.append(piece.data(), piece.size() - stream_.avail_out);
  } while (stream_.avail_out == 0);
}

}  // namespace mogura::blob
