// `Content-Encoding` of requests and answers (rest-api.md §2.4).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mogura::net {

enum class ContentCoding { identity, gzip, deflate };

std::string_view coding_name(ContentCoding coding);

/// The coding for an answer to a client that sent this `Accept-Encoding`: gzip before deflate.
ContentCoding choose_coding(std::string_view accept_encoding);
/// The coding that a `Content-Encoding` names; absent for one that is not known.
std::optional<ContentCoding> find_coding(std::string_view content_encoding);

std::string compress(std::string_view content, ContentCoding coding);

struct Decompressed {
  std::string content;
  bool malformed = false;
  bool too_large = false;  // `content` is cut at the limit
};
/// `deflate` is taken with and without the header of zlib.
Decompressed decompress(std::string_view packed, ContentCoding coding, std::size_t max_bytes);

}  // namespace mogura::net
