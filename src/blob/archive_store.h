// The archives of revisions, wherever they are kept: in the database (`archive.type = db`) or in a
// storage of files (archive_files.h), each by its digest and once (runtime.md §8, rest-api.md
// §6.6-6.7).
//
//   ArchiveStore archives(database, {.type = "local", .files = …});
//   const store::Pushed pushed = archives.push(std::move(push), bytes, now);
//   archives.read(pushed.revision)       // the same bytes, or what became of them
//
// A revision is read from where it was put: the type is that of its row, whatever new ones get.
#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "blob/archive_files.h"
#include "store/database.h"

namespace mogura::blob {

/// Why there is no archive to be had.
struct ArchiveProblem {
  enum class Kind {
    not_kept,     // the revision was stored without one (type `none`)
    missing,      // it is not where it should be
    damaged,      // what is there is something else
    out_of_reach  // this server is not set up for where it is
  };
  Kind kind;
  std::string message;  // names the revision
};

struct ArchiveStoreOptions {
  /// `archive.type`: where new archives go, `db` or a key of `files`.
  std::string type = "db";
  std::map<std::string, std::unique_ptr<ArchiveFiles>> files;
  /// `archive.cleanup_after`: how long files stay that no revision names. Longer than a push takes.
  std::chrono::seconds cleanup_after{3'600};
};

/// Any thread.
class ArchiveStore {
 public:
  /// `database` lives longer.
  ArchiveStore(store::Database& database, ArchiveStoreOptions options)
      : database_(database), options_(std::move(options)) {}

  /// Stores a push, all of it but its `archive*`, with its archive. The archive comes first; where
  /// nothing comes of the push, clean_up() sees to it. Throws Error of kind "io", and what the
  /// database throws.
  store::Pushed push(store::Push push, const std::string& bytes, Instant now);
  /// The bytes that were pushed, checked. Throws as push().
  std::expected<std::string, ArchiveProblem> read(const store::Revision& revision);
  /// Erases files that no revision names, and what interrupted writes left. Several servers may do
  /// so at once. What cannot be erased is logged and left for the next time.
  void clean_up(Instant now);

 private:
  store::Pushed push_with_file(store::Push push, ArchiveFiles& files, const std::string& bytes,
                               Instant now);
  std::expected<std::string, ArchiveProblem> find(const store::Revision& revision);
  void clean_up(const std::string& type, ArchiveFiles& files, Instant before);

  store::Database& database_;
  const ArchiveStoreOptions options_;
};

/// What two revisions have in common if and only if they have the same archive, as far as that is
/// known.
std::string archive_identity(const store::Revision& revision);

}  // namespace mogura::blob
