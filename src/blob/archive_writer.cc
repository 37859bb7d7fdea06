// The project's listing follows links, an archive must not: the first component of a listed path
// that is a link inside the project becomes one entry and stands for everything below it.
//
//   listed: data/a.csv, latest/a.csv, run.sh     where latest -> data
//   packed: data/a.csv, latest -> data, run.sh
#include "blob/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/unique_fd.h"
#include "workflow/file.h"
#include "workflow/project.h"

namespace mogura::blob {
namespace {

namespace fs = std::filesystem;

constexpr std::array<char, 10> kGzipHeader = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, 0};

bool is_inside(const fs::path& path, const fs::path& directory) {
  const fs::path relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

/// Where the link at `path` leads, without following further links.
fs::path link_destination(const fs::path& path) {
  return workflow::absolute_path(path.parent_path() / fs::read_symlink(path));
}

Error outgoing_link(const fs::path& destination, const fs::path& project) {
  return {"illegal argument", "Invalid symbolic link: Given path '" + destination.string() +
                                  "' is outside of project directory '" + project.string() +
                                  "'. Consider to add --copy-outgoing-symlinks option"};
}

ArchiveEntry entry_for(const fs::path& project, const workflow::ProjectFile& file,
                       OutgoingLinks outgoing) {
  fs::path name;
  for (const fs::path& component : fs::path(file.name)) {
    name /= component;
    const fs::path path = project / name;
    if (!fs::is_symlink(path)) continue;
    const fs::path destination = link_destination(path);
    if (is_inside(destination, project)) {
      return {name.string(), path, destination.lexically_relative(path.parent_path()).string()};
    }
    if (outgoing == OutgoingLinks::refused) throw outgoing_link(destination, project);
  }
  return {file.name, file.path, std::nullopt};
}

class TarWriter {
 public:
  TarWriter(const fs::path& path, FileTimes times)
      : archive_(::archive_write_new()), times_(times) {
    require(::archive_write_add_filter_gzip(archive_.get()));
    require(::archive_write_set_filter_option(archive_.get(), "gzip", "timestamp", nullptr));
    require(::archive_write_set_format_pax_restricted(archive_.get()));
    require(::archive_write_open_filename(archive_.get(), path.c_str()));
  }

  void add_link(const ArchiveEntry& entry) {
    const Header header(entry.name);
    ::archive_entry_set_filetype(header.get(), AE_IFLNK);
    ::archive_entry_set_perm(header.get(), 0777);
    ::archive_entry_set_symlink(header.get(), entry.link_target->c_str());
    require(::archive_write_header(archive_.get(), header.get()));
  }

  void add_file(const ArchiveEntry& entry) {
    const UniqueFd fd(::open(entry.path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0) {
      throw Error("io", entry.path.string() + ": " + std::strerror(errno));
    }
    write_header(entry.name, status, status.st_size);
    std::array<char, 64 * 1024> buffer;
    for (;;) {
      const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw Error("io", entry.path.string() + ": " + std::strerror(errno));
      if (count == 0) return;
      write_data(buffer.data(), static_cast<std::size_t>(count));
    }
  }

  void add_stub(const ArchiveEntry& entry) {
    struct stat status{};
    status.st_mode = S_IFREG | 0644;
    write_header(entry.name, status, static_cast<off_t>(kGzipHeader.size()));
    write_data(kGzipHeader.data(), kGzipHeader.size());
  }

  void close() { require(::archive_write_close(archive_.get())); }

 private:
  class Header {
   public:
    explicit Header(const std::string& name) : entry_(::archive_entry_new()) {
      ::archive_entry_set_pathname(get(), name.c_str());
    }
    archive_entry* get() const { return entry_.get(); }

   private:
    struct Free {
      void operator()(archive_entry* entry) const { ::archive_entry_free(entry); }
    };
    std::unique_ptr<archive_entry, Free> entry_;
  };

  void write_header(const std::string& name, const struct stat& status, off_t size) {
    const Header header(name);
    ::archive_entry_set_filetype(header.get(), AE_IFREG);
    ::archive_entry_set_perm(header.get(), status.st_mode & 0777);
    if (times_ == FileTimes::kept) ::archive_entry_set_mtime(header.get(), status.st_mtime, 0);
    ::archive_entry_set_size(header.get(), size);
    require(::archive_write_header(archive_.get(), header.get()));
  }

  void write_data(const char* data, std::size_t size) {
    if (::archive_write_data(archive_.get(), data, size) < 0) fail();
  }

  void require(int result) {
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
  }

  [[noreturn]] void fail() {
    const char* reason = ::archive_error_string(archive_.get());
    throw Error("io", reason != nullptr ? reason : "The archive cannot be written");
  }

  struct Free {
    void operator()(archive* writer) const { ::archive_write_free(writer); }
  };
  std::unique_ptr<archive, Free> archive_;
  const FileTimes times_;
};

}  // namespace

std::vector<ArchiveEntry> list_archive_entries(const fs::path& project, OutgoingLinks outgoing) {
  std::vector<ArchiveEntry> entries;
  for (const workflow::ProjectFile& file : workflow::list_files(project)) {
    ArchiveEntry entry = entry_for(project, file, outgoing);
    // Files below one link come one after the other.
    const bool is_known = !entries.empty() && entries.back().name == entry.name;
    if (!is_known) entries.push_back(std::move(entry));
  }
  return entries;
}

void write_project_archive(const fs::path& archive, const std::vector<ArchiveEntry>& entries,
                           FileTimes times,
                           const std::function<void(const ArchiveEntry&)>& packed) {
  const fs::path temporary = archive.parent_path() /
                             ("." + archive.filename().string() + "." + std::to_string(::getpid()));
  try {
    if (!archive.parent_path().empty() && !fs::exists(archive.parent_path())) {
      throw Error("no such file", archive.string());
    }
    TarWriter writer(temporary, times);
    std::error_code ignored;
    for (const ArchiveEntry& entry : entries) {
      packed(entry);
      if (entry.link_target) {
        writer.add_link(entry);
      } else if (fs::equivalent(entry.path, archive, ignored)) {
        writer.add_stub(entry);
      } else {
        writer.add_file(entry);
      }
    }
    writer.close();
    fs::rename(temporary, archive);
  } catch (const fs::filesystem_error& error) {
    ::unlink(temporary.c_str());
    throw Error("io", archive.string() + ": " + error.code().message());
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace mogura::blob
