// Texts of HTTP answers: phrases of statuses, media types, content in a charset.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.h"

namespace mogura::operators {

/// The phrase that Digdag's HTTP library has for a status, whatever the server sent ("Server Error"
/// for 500); the number for a status without one.
std::string status_phrase(int status);

struct ContentType {
  std::string media_type;              // lower case, without parameters
  std::optional<std::string> charset;  // without quotes
};

/// Reads `text/plain; charset="utf-8"`.
ContentType parse_content_type(std::string_view header);

/// The charset that the answer names, else UTF-8.
std::string charset_of(const net::HttpResponse& response);

/// UTF-8 of bytes in a charset that the C library knows; bytes that are no character become U+FFFD.
/// UTF-16 without a byte order mark is big-endian. Throws RuntimeError for an unknown charset.
std::string decode_text(std::string_view bytes, const std::string& charset);

/// How long Java finds a text: its number of UTF-16 units.
std::size_t java_length(std::string_view text);

}  // namespace mogura::operators
