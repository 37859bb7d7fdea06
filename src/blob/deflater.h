// A gzip compression in progress. Private to this room.
#pragma once

#include <zlib.h>

#include <memory>
#include <string>
#include <string_view>

namespace mogura::blob {

/// Its state is a quarter of a megabyte, so each thread keeps one for its next log.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// One that begins a new gzip member.
  static std::unique_ptr<Deflater> take();
  static void give_back(std::unique_ptr<Deflater> deflater);

  /// Adds the compressed bytes to `packed`. `flush_mode` is zlib's: Z_SYNC_FLUSH for a portion that
  /// can be decoded whole, Z_FINISH for the last one.
  void pack(std::string_view bytes, int flush_mode, std::string& packed);

 private:
  z_stream stream_{};
};

}  // namespace mogura::blob
