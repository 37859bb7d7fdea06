// Content that was sent with `Content-Encoding: gzip`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mogura::net {

struct Gunzipped {
  std::string content;
  bool complete = false;   // the last gzip member ended where the input does
  bool too_large = false;  // cut at the limit
};

/// Decodes one gzip member after another until the input or the limit ends, or the input is broken.
Gunzipped gunzip(std::string_view packed, std::size_t max_bytes);

}  // namespace mogura::net
