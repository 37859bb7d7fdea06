#include "blob/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>
#include <vector>

#include "blob/gzip_member.h"

namespace mogura::blob {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

/// libarchive keeps a name in the encoding in which it came; one of the two is always there.
std::string text_of(const char* utf8, const char* bytes) {
  if (utf8 != nullptr) return utf8;
  return bytes != nullptr ? bytes : "";
}

ArchiveEntryHeader::Kind kind_of(archive_entry* entry) {
  using Kind = ArchiveEntryHeader::Kind;
  if (::archive_entry_hardlink(entry) != nullptr) return Kind::other;
  switch (::archive_entry_filetype(entry)) {
    case AE_IFREG:
      return Kind::file;
    case AE_IFDIR:
      return Kind::directory;
    case AE_IFLNK:
      return Kind::link;
    default:
      return Kind::other;
  }
}

}  // namespace

/// Hands the content to libarchive, piece by piece. An exception must not pass through it: it waits
/// in `failure`.
struct ArchiveReader::Source {
  GzipMember member;
  std::uint64_t max_bytes;
  std::string_view first;  // read ahead, to see whether there is any
  std::exception_ptr failure;

  std::string_view next() {
    if (!first.empty()) return std::exchange(first, {});
    if (member.total_bytes() > max_bytes) {
      throw Error("illegal argument",
                  "The archive holds more than " + std::to_string(max_bytes) + " bytes");
    }
    return member.next();
  }

  static la_ssize_t read(archive* reader, void* self, const void** piece) {
    auto& source = *static_cast<Source*>(self);
    try {
      const std::string_view bytes = source.next();
      *piece = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      source.failure = std::current_exception();
      ::archive_set_error(reader, EIO, "%s", "unreadable");
      return -1;
    }
  }
};

struct ArchiveReader::Impl {
  struct Free {
    void operator()(archive* opened) const { ::archive_read_free(opened); }
  };
  Source source;
  std::unique_ptr<archive, Free> reader;  // null: there is no content
  std::vector<char> piece;
};

ArchiveReader::ArchiveReader(std::string_view packed, std::uint64_t max_content_bytes)
    : impl_(new Impl{.source = {.member = GzipMember(packed), .max_bytes = max_content_bytes},
                     .piece = std::vector<char>(kReadBytes)}) {
  impl_->source.first = impl_->source.member.next();
  if (impl_->source.first.empty()) return;
  impl_->reader.reset(::archive_read_new());
  archive* reader = impl_->reader.get();
  if (::archive_read_support_format_tar(reader) != ARCHIVE_OK ||
      ::archive_read_open(reader, &impl_->source, nullptr, Source::read, nullptr) != ARCHIVE_OK) {
    fail();
  }
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::fail() const {
  if (impl_->source.failure) std::rethrow_exception(impl_->source.failure);
  throw Error("illegal argument", "The archive is not a tar file, or is broken");
}

std::optional<ArchiveEntryHeader> ArchiveReader::next() {
  if (!impl_->reader) return std::nullopt;
  archive_entry* entry = nullptr;
  const int result = ::archive_read_next_header(impl_->reader.get(), &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
  ArchiveEntryHeader header;
  header.name = text_of(::archive_entry_pathname_utf8(entry), ::archive_entry_pathname(entry));
  header.kind = kind_of(entry);
  header.mode = ::archive_entry_perm(entry) & 0777;
  header.size = static_cast<std::uint64_t>(std::max<la_int64_t>(0, ::archive_entry_size(entry)));
  if (header.kind == ArchiveEntryHeader::Kind::link) {
    header.link_target =
        text_of(::archive_entry_symlink_utf8(entry), ::archive_entry_symlink(entry));
  }
  return header;
}

std::string_view ArchiveReader::read() {
  const la_ssize_t count =
      ::archive_read_data(impl_->reader.get(), impl_->piece.data(), impl_->piece.size());
  if (count < 0) fail();
  return {impl_->piece.data(), static_cast<std::size_t>(count)};
}

}  // namespace mogura::blob
