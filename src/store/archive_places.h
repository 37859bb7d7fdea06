// Where archives lie outside of the database (`archive.type`, blob/archive_store.h), as far as they
// may be there without a revision that names them.
//
// A push notes a place before it writes there, and stores its revision only while the place is
// noted; with a revision that is deleted, its archive's place is noted again. So whatever nobody
// needs is noted, wherever a server was cut off: a note that has grown old is looked into, and the
// place forgotten, if a revision names it, or else condemned, erased, and then forgotten. What is
// condemned is never used again, and a new place for the same archive has another name: no eraser,
// however slow, meets a push.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace mogura::store {

struct CondemnedArchive {
  std::string path;
  Instant noted_at;
};

/// Archives of a storage type that are to be erased.
struct CondemnedArchives {
  std::vector<CondemnedArchive> archives;
  /// Where to go on: the path after which nobody has looked; absent: there are no more.
  std::optional<std::string> next;
};

/// A push that came so late that its archive's place was condemned meanwhile.
class ArchivePlaceLost : public Error {
 public:
  ArchivePlaceLost() : Error("conflict", "The push took too long. Please push again") {}
};

class ArchivePlaces {
 public:
  virtual ~ArchivePlaces() = default;

  /// The place of the archive with this digest: one that is in use, or else `fresh_path`. Its note
  /// says `now` from here on.
  virtual std::string note_archive(const std::string& type, const std::string& digest,
                                   const std::string& fresh_path, Instant now) = 0;
  /// Looks at `max` notes from before `noted_before` whose paths come after `after`: forgets the
  /// places that revisions name and condemns the others, those that were condemned before among
  /// them.
  virtual CondemnedArchives condemn_archives(const std::string& type, Instant noted_before,
                                             const std::string& after, std::size_t max) = 0;
  /// Of a place that a push has lost and may have written to since: condemned with the next look
  /// into notes unless a revision names it.
  virtual void give_up_archive(const std::string& type, const std::string& digest,
                               const std::string& path, Instant now) = 0;
  /// Of a condemned place: it is erased. One that was given up since stays condemned.
  virtual void forget_archive(const std::string& type, const CondemnedArchive& erased) = 0;
};

}  // namespace mogura::store
