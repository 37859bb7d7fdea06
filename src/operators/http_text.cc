#include "operators/http_text.h"

#include <iconv.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "operators/utf16.h"

namespace mogura::operators {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

constexpr auto kPhrases = std::to_array<Phrase>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Payload Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "Im a Teapot"},
    {420, "Enhance your Calm"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable for Legal Reason"},
    {500, "Server Error"},
    {501,
     "Not "
     "Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
});

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::size_t kDecodeChunkBytes = 16u << 10;

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

class CharsetDecoder {
 public:
  explicit CharsetDecoder(const std::string& charset)
      : handle_(::iconv_open("UTF-8", charset.c_str())) {
    if (!valid()) throw RuntimeError("Unsupported charset: " + charset);
  }
  ~CharsetDecoder() {
    if (valid()) ::iconv_close(handle_);
  }
  CharsetDecoder(const CharsetDecoder&) = delete;
  CharsetDecoder& operator=(const CharsetDecoder&) = delete;

  std::string decode(std::string_view bytes) {
    std::string text;
    std::string input(bytes);
    char* from = input.data();
    std::size_t left = input.size();
    while (left > 0) {
      std::array<char, kDecodeChunkBytes> chunk;
      char* to = chunk.data();
      std::size_t room = chunk.size();
      const bool converted = ::iconv(handle_, &from, &left, &to, &room) != kFailed;
      const int problem = errno;
      text.append(chunk.data(), chunk.size() - room);
      if (converted || problem == E2BIG) continue;
      text += kReplacement;
      if (problem == EINVAL) break;  // the text ends within a character
      ++from;
      --left;
    }
    return text;
  }

 private:
  static constexpr std::size_t kFailed = static_cast<std::size_t>(-1);
  // iconv_open() fails with the pointer value -1.
  bool valid() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

  iconv_t handle_;
};

}  // namespace

std::string status_phrase(int status) {
  const auto* found = std::ranges::find(kPhrases, status, &Phrase::status);
  return found == kPhrases.end() ? std::to_string(status) : std::string(found->text);
}

ContentType parse_content_type(std::string_view header) {
  ContentType type;
  std::size_t end = std::min(header.find(';'), header.size());
  type.media_type = std::string(trimmed(header.substr(0, end)));
  std::ranges::transform(type.media_type, type.media_type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  while (end < header.size() && !type.charset) {
    header.remove_prefix(end + 1);
    end = std::min(header.find(';'), header.size());
    const std::string_view parameter = header.substr(0, end);
    const auto equals = std::min(parameter.find('='), parameter.size());
    if (!same_word(trimmed(parameter.substr(0, equals)), "charset")) continue;
    std::string_view value = trimmed(parameter.substr(std::min(equals + 1, parameter.size())));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    if (!value.empty()) type.charset = std::string(value);
  }
  return type;
}

std::string charset_of(const net::HttpResponse& response) {
  return parse_content_type(response.header("Content-Type").value_or("")).charset.value_or("UTF-8");
}

std::string decode_text(std::string_view bytes, const std::string& charset) {
  const bool marked = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
  if (same_word(charset, "utf-16") && !marked) return CharsetDecoder("UTF-16BE").decode(bytes);
  return CharsetDecoder(charset).decode(bytes);
}

std::size_t java_length(std::string_view text) {
  return utf16(text).size();
}

}  // namespace mogura::operators
