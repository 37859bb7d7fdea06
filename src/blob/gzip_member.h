// The first member of a gzip file, a piece at a time. What follows it is not looked at
// (rest-api.md §13.3).
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mogura::blob {

class GzipMember {
 public:
  /// `packed` outlives the reader.
  explicit GzipMember(std::string_view packed);
  ~GzipMember();
  GzipMember(const GzipMember&) = delete;
  GzipMember& operator=(const GzipMember&) = delete;

  /// The next bytes of the content; empty at its end. They are good until the next call. Throws
  /// Error of kind "illegal argument" "Input is not in the .gz format", or one that says that the
  /// content is cut off or broken.
  std::string_view next();
  /// Of what next() has returned.
  std::uint64_t total_bytes() const { return total_bytes_; }

 private:
  z_stream stream_{};
  std::vector<char> piece_;
  std::uint64_t total_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace mogura::blob
