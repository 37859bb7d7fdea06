// The entries of a gzip-compressed tar file, one after the other.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace mogura::blob {

struct ArchiveEntryHeader {
  enum class Kind { directory, link, file, other };  // other: hard links, devices
  std::string name;
  Kind kind = Kind::file;
  unsigned mode = 0;  // the nine bits of permissions
  std::uint64_t size = 0;
  std::string link_target;
};

class ArchiveReader {
 public:
  /// Gives up after reading `max_content_bytes` of uncompressed tar file. `packed` outlives the
  /// reader. Throws Error of kind "illegal argument" as GzipMember does, and for content that is no
  /// tar file; content of no bytes at all is an archive without entries.
  ArchiveReader(std::string_view packed, std::uint64_t max_content_bytes);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// Absent at the end. Throws as the constructor does.
  std::optional<ArchiveEntryHeader> next();
  /// The next bytes of the current entry; empty at its end. They are good until the next call.
  std::string_view read();

 private:
  struct Source;
  struct Impl;
  [[noreturn]] void fail() const;

  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::blob
