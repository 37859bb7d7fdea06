#include "net/content_coding.h"

#include <zlib.h>

#include <limits>
#include <new>

#include "net/ascii.h"
#include "net/gunzip.h"

namespace mogura::net {
namespace {

constexpr int kGzipHeader = 16;       // added to the window bits
constexpr int kCompressionLevel = 4;  // answers are read once: speed counts more than size
constexpr int kMemoryLevel = 8;
constexpr std::size_t kInflatePieceBytes = 64u << 10;

std::string_view trimmed_token(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// `gzip;q=0` and `gzip; q=0.000` refuse what they name.
bool is_refused(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  return trimmed_token(parameters.substr(q + 2)).find_first_not_of("0.") == std::string_view::npos;
}

struct Deflater : z_stream {
  explicit Deflater(int window_bits) : z_stream{} {
    if (deflateInit2(this, kCompressionLevel, Z_DEFLATED, window_bits, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(this); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
};

struct Inflater : z_stream {
  explicit Inflater(int window_bits) : z_stream{} {
    if (inflateInit2(this, window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(this); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

// zlib does not write through next_in; its type lacks the const of its manual.
Bytef* input_of(std::string_view bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

// The low four bits of zlib's header are 8, and its two bytes a multiple of 31.
bool has_zlib_header(std::string_view packed) {
  if (packed.size() < 2) return false;
  const auto first = static_cast<unsigned char>(packed[0]);
  const auto second = static_cast<unsigned char>(packed[1]);
  return (first & 0x0f) == 8 && (first * 256 + second) % 31 == 0;
}

Decompressed inflate_once(std::string_view packed, std::size_t max_bytes) {
  Inflater stream(has_zlib_header(packed) ? MAX_WBITS : -MAX_WBITS);
  stream.next_in = input_of(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  Decompressed result;
  int status = Z_OK;
  while (status == Z_OK && result.content.size() <= max_bytes) {
    const std::size_t filled = result.content.size();
    result.content.resize(filled + kInflatePieceBytes);
    stream.next_out = reinterpret_cast<Bytef*>(result.content.data() + filled);
    stream.avail_out = static_cast<uInt>(kInflatePieceBytes);
    status = inflate(&stream, Z_NO_FLUSH);
    result.content.resize(filled + kInflatePieceBytes - stream.avail_out);
  }
  if (result.content.size() > max_bytes) {
    result.content.resize(max_bytes);
    result.too_large = true;
  } else {
    result.malformed = status != Z_STREAM_END;
  }
  return result;
}

}  // namespace

std::string_view coding_name(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::gzip:
      return "gzip";
    case ContentCoding::deflate:
      return "deflate";
    case ContentCoding::identity:
      break;
  }
  return "identity";
}

ContentCoding choose_coding(std::string_view accept_encoding) {
  bool deflate_accepted = false;
  while (!accept_encoding.empty()) {
    const std::size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view item = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    const std::size_t name_end = std::min(item.find(';'), item.size());
    if (is_refused(item.substr(name_end))) continue;
    const std::string_view name = trimmed_token(item.substr(0, name_end));
    if (same_word(name, "gzip") || same_word(name, "x-gzip")) return ContentCoding::gzip;
    deflate_accepted = deflate_accepted || same_word(name, "deflate");
  }
  return deflate_accepted ? ContentCoding::deflate : ContentCoding::identity;
}

std::optional<ContentCoding> find_coding(std::string_view content_encoding) {
  const std::string_view name = trimmed_token(content_encoding);
  if (same_word(name, "gzip") || same_word(name, "x-gzip")) return ContentCoding::gzip;
  if (same_word(name, "deflate")) return ContentCoding::deflate;
  if (name.empty() || same_word(name, "identity")) return ContentCoding::identity;
  return std::nullopt;
}

std::string compress(std::string_view content, ContentCoding coding) {
  if (coding == ContentCoding::identity) return std::string(content);
  Deflater stream(coding == ContentCoding::gzip ? MAX_WBITS + kGzipHeader : MAX_WBITS);
  std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = input_of(content);
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  return packed;
}

Decompressed decompress(std::string_view packed, ContentCoding coding, std::size_t max_bytes) {
  if (coding == ContentCoding::identity) return {std::string(packed)};
  if (packed.size() > std::numeric_limits<uInt>::max()) return {{}, false, true};
  if (coding == ContentCoding::deflate) return inflate_once(packed, max_bytes);
  Gunzipped gunzipped = gunzip(packed, max_bytes);
  const bool malformed = !gunzipped.complete && !gunzipped.too_large;
  return {std::move(gunzipped.content), malformed, gunzipped.too_large};
}

}  // namespace mogura::net
