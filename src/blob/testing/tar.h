// Tar files written byte by byte, so that tests can write what no archiver would.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mogura::blob::testing {

struct TarEntry {
  std::string name;
  std::string content;
  char type = '0';  // '0' file, '1' hard link, '2' link, '3' device, '5' directory
  std::string link;
  unsigned mode = 0644;
  long long claimed_size = -1;  // in place of the content's
};

inline std::string octal(unsigned long long number, int digits) {
  std::string text(static_cast<std::size_t>(digits) + 1, '\0');
  for (int at = digits - 1; at >= 0; --at, number /= 8) {
    text[static_cast<std::size_t>(at)] = static_cast<char>('0' + number % 8);
  }
  return text;
}

inline std::string tar_block(const TarEntry& entry) {
  const auto size = entry.claimed_size >= 0 ? static_cast<unsigned long long>(entry.claimed_size)
                                            : static_cast<unsigned long long>(entry.content.size());
  std::string block(512, '\0');
  block.replace(0, entry.name.size(), entry.name);
  block.replace(100, 8, octal(entry.mode, 7));
  block.replace(108, 8, octal(0, 7));
  block.replace(116, 8, octal(0, 7));
  block.replace(124, 12, octal(size, 11));
  block.replace(136, 12, octal(0, 11));
  block.replace(148, 8, "        ");
  block[156] = entry.type;
  block.replace(157, entry.link.size(), entry.link);
  block.replace(257, 8, std::string("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  block.replace(148, 7, octal(sum, 6));
  return block + entry.content + std::string((512 - entry.content.size() % 512) % 512, '\0');
}

/// A pax header with one record, for the entry that follows it.
inline std::string pax_block(std::string_view key, std::string_view text) {
  std::string record;
  for (std::size_t length = 0; record.size() != length || length == 0;) {
    length = record.empty() ? key.size() + text.size() + 5 : record.size();
    record = std::to_string(length) + " " + std::string(key) + "=" + std::string(text) + "\n";
  }
  return tar_block({.name = "pax", .content = record, .type = 'x'});
}

inline std::string tar(const std::vector<TarEntry>& entries) {
  std::string file;
  for (const TarEntry& entry : entries) file += tar_block(entry);
  return file + std::string(1024, '\0');
}

inline std::string gzip(std::string_view content) {
  z_stream stream{};
  ::deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(::deflateBound(&stream, content.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

inline std::string archive_of(const std::vector<TarEntry>& entries) {
  return gzip(tar(entries));
}

}  // namespace mogura::blob::testing
