// Encodings of bytes and header texts in mail (RFC 2045, RFC 2047). Lines end in CRLF.
#pragma once

#include <string>
#include <string_view>

namespace mogura::operators {

/// Base64 in lines of 76 characters, the last one ended as well.
std::string base64_lines(std::string_view bytes);

/// Text with CRLF line ends in lines of at most 76 characters, nothing but ASCII.
std::string quoted_printable(std::string_view text);

/// Header text as it is where it is plain ASCII; otherwise encoded words of UTF-8, joined by folds.
/// Line ends become blanks.
std::string header_text(std::string_view text);

/// Each character of UTF-8 text as a byte of ISO-8859-1; `?` for one that it lacks.
std::string latin1(std::string_view text);

/// Whether all bytes are ASCII.
bool is_ascii(std::string_view text);

}  // namespace mogura::operators
