#include "blob/project_archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <map>

#include "base/unique_fd.h"
#include "blob/archive_reader.h"
#include "blob/archive_tree.h"
#include "blob/temporary_directory.h"
#include "workflow/project.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

// The headers of an entry and the padding behind its content, with ample room for a long name.
constexpr std::uint64_t kMaxBytesAroundEntry = 2048;

Error archive_io_error(const fs::path& path) {
  return {"io", path.string() + ": " + std::strerror(errno)};
}

/// What differs between looking into an archive and using it.
enum class UnpackFor { check, use };

class Unpacker {
 public:
  Unpacker(const fs::path& directory, UnpackFor purpose, ArchiveLimits limits)
      : directory_(directory), purpose_(purpose), limits_(limits) {
    tree_.made = [this](const std::string& name) {
      count_directory();
      make_directory(name);
    };
  }

  void unpack(std::string_view archive);
  std::vector<UnpackedEntry> entries;

 private:
  void add(ArchiveReader& reader, const ArchiveEntryHeader& header);
  void count(const ArchiveEntryHeader& header);
  void count_directory();
  std::string checked_name(const std::string& name) const;
  void make_directory(const std::string& name) const;
  void write_file(ArchiveReader& reader, const ArchiveEntryHeader& header,
                  const std::string& name) const;
  UniqueFd create(const fs::path& path) const;
  void make_links() const;
  void make_link(const std::string& name, const std::string& target) const;
  void set_directory_modes() const;
  [[noreturn]] void refuse_entry(const std::string& name) const;

  const fs::path directory_;
  const UnpackFor purpose_;
  const ArchiveLimits limits_;
  ArchiveTree tree_;
  std::map<std::string, unsigned> directory_modes_;
  std::uint64_t entry_count_ = 0;
  std::uint64_t directory_count_ = 0;
  std::uint64_t total_bytes_ = 0;
};

void Unpacker::unpack(std::string_view archive) {
  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();
  const bool is_limited = limits_.max_total_bytes != kEndless;
  const std::uint64_t max_content =
      is_limited ? limits_.max_total_bytes + limits_.max_entries * kMaxBytesAroundEntry : kEndless;
  ArchiveReader reader(archive, max_content);
  while (const std::optional<ArchiveEntryHeader> header = reader.next()) add(reader, *header);
  make_links();
  if (purpose_ == UnpackFor::use) set_directory_modes();
}

void Unpacker::add(ArchiveReader& reader, const ArchiveEntryHeader& header) {
  count(header);
  const std::string name = checked_name(header.name);
  if (name.empty()) return;
  using Kind = ArchiveEntryHeader::Kind;
  if (header.kind == Kind::directory) {
    if (!tree_.add_directory(name)) refuse_entry(header.name);
    directory_modes_[name] = header.mode;
  } else if (header.kind == Kind::link) {
    if (!tree_.add_link(name, header.link_target)) refuse_entry(header.name);
    entries.push_back({.name = name, .link_target = header.link_target});
  } else {
    if (!tree_.add_file(name)) refuse_entry(header.name);
    write_file(reader, header, name);
    entries.push_back({.name = name});
  }
}

void Unpacker::count(const ArchiveEntryHeader& header) {
  if (++entry_count_ > limits_.max_entries) {
    throw Error("illegal argument",
                fmt::format("The archive holds more than {} entries", limits_.max_entries));
  }
  if (header.size > limits_.max_total_bytes) {
    throw Error("illegal argument",
                fmt::format("Size of a file in the archive exceeds limit ({} > {} bytes): {}",
                            header.size, limits_.max_total_bytes, header.name));
  }
  total_bytes_ += header.size;
  if (total_bytes_ > limits_.max_total_bytes) {
    throw Error("illegal argument",
                fmt::format("Total size of the archive exceeds limit ({} > {} bytes)", total_bytes_,
                            limits_.max_total_bytes));
  }
}

/// Also of those that no entry is for: one long name may stand for a thousand.
void Unpacker::count_directory() {
  if (++directory_count_ > limits_.max_entries) {
    throw Error("illegal argument",
                fmt::format("The archive holds more than {} directories", limits_.max_entries));
  }
}

std::string Unpacker::checked_name(const std::string& name) const {
  std::optional<std::string> normalized = ArchiveTree::normalized(name);
  if (!normalized) refuse_entry(name);
  // `a/../b` is `b` where there is an `a`; what follows `..` is judged by its own directories.
  const std::size_t up = name.rfind("/../");
  if (up != std::string::npos) {
    const std::size_t before = name.find("/../");
    const auto first = ArchiveTree::normalized(std::string_view(name).substr(0, before));
    if (first && !first->empty() && !tree_.has_directory(*first)) throw NoSuchFile(name);
  }
  return *std::move(normalized);
}

void Unpacker::refuse_entry(const std::string& name) const {
  if (purpose_ == UnpackFor::check) throw Error("illegal argument", "Bad zip entry");
  throw RuntimeError("Archive includes an invalid entry: " + name);
}

void Unpacker::make_directory(const std::string& name) const {
  const fs::path path = directory_ / name;
  if (::mkdir(path.c_str(), 0777) == 0) return;
  struct stat status{};
  const bool is_there = errno == EEXIST && ::lstat(path.c_str(), &status) == 0;
  if (!is_there) throw archive_io_error(path);
  // What was there before must not lead elsewhere.
  if (!S_ISDIR(status.st_mode)) throw Error("io", path.string() + ": not a directory");
}

UniqueFd Unpacker::create(const fs::path& path) const {
  static constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd file(::open(path.c_str(), kFlags, 0600));
  if (!file && errno == EEXIST && ::unlink(path.c_str()) == 0) {
    file = UniqueFd(::open(path.c_str(), kFlags, 0600));
  }
  if (!file) throw archive_io_error(path);
  return file;
}

void Unpacker::write_file(ArchiveReader& reader, const ArchiveEntryHeader& header,
                          const std::string& name) const {
  const fs::path path = directory_ / name;
  const UniqueFd file = create(path);
  if (header.kind == ArchiveEntryHeader::Kind::file) {
    for (std::string_view bytes = reader.read(); !bytes.empty();) {
      const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) throw archive_io_error(path);
      if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
      if (bytes.empty()) bytes = reader.read();
    }
  }
  if (purpose_ == UnpackFor::use && ::fchmod(file.get(), header.mode) != 0) {
    throw archive_io_error(path);
  }
}

void Unpacker::make_links() const {
  for (const auto& [name, target] : tree_.links()) {
    const ArchiveTree::Leads leads = tree_.resolve(name);
    if (purpose_ == UnpackFor::check && leads != ArchiveTree::Leads::to_entry) {
      create(directory_ / name);
    } else if (leads == ArchiveTree::Leads::outside) {
      throw RuntimeError("Archive includes an invalid symlink: " + name + " -> " + target);
    } else {
      make_link(name, target);
    }
  }
}

void Unpacker::make_link(const std::string& name, const std::string& target) const {
  const fs::path path = directory_ / name;
  if (::symlink(target.c_str(), path.c_str()) == 0) return;
  const bool replaced = errno == EEXIST && ::unlink(path.c_str()) == 0 &&
                        ::symlink(target.c_str(), path.c_str()) == 0;
  if (!replaced) throw archive_io_error(path);
}

/// Last, and the innermost first: a directory may forbid to write in it.
void Unpacker::set_directory_modes() const {
  for (auto entry = directory_modes_.rbegin(); entry != directory_modes_.rend(); ++entry) {
    const fs::path path = directory_ / entry->first;
    if (::chmod(path.c_str(), entry->second) != 0) throw archive_io_error(path);
  }
}

/// The error as it would be if the project lay in the working directory.
Error without_path(const Error& error, const std::string& directory) {
  std::string message = error.message();
  const std::string prefix = directory + "/";
  for (std::size_t at = 0; (at = message.find(prefix, at)) != std::string::npos;) {
    message.erase(at, prefix.size());
  }
  std::vector<Error> causes;
  for (const Error& cause : error.causes()) causes.push_back(without_path(cause, directory));
  return {error.kind(), message, std::move(causes)};
}

}  // namespace

std::string md5(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
    throw RuntimeError("MD5 is not available");
  }
  return {digest.begin(), digest.begin() + size};
}

std::vector<workflow::Definition> read_pushed_project(std::string_view archive,
                                                      const ArchiveLimits& limits,
                                                      const fs::path& temporary_directory) {
  if (archive.size() > limits.max_total_bytes) {
    throw Error("illegal argument",
                fmt::format("Size of the uploaded archive file exceeds limit ({} bytes)",
                            limits.max_total_bytes));
  }
  const TemporaryDirectory project(temporary_directory);
  try {
    Unpacker(project.path(), UnpackFor::check, limits).unpack(archive);
    return workflow::load_project(project.path());
  } catch (const Error& error) {
    throw without_path(error, project.path().string());
  }
}

std::vector<UnpackedEntry> unpack_project(std::string_view archive, const fs::path& directory) {
  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();
  Unpacker unpacker(directory, UnpackFor::use,
                    {.max_total_bytes = kEndless, .max_entries = kEndless});
  unpacker.unpack(archive);
  return std::move(unpacker.entries);
}

}  // namespace mogura::blob
