// The archives of revisions that come and go, in the transactions of others.
//
// Bytes that revisions share are deleted with the last of them. Whoever may delete them locks them
// first and looks then who has them: a push that is about to share them has locked them as well.
#pragma once

#include <vector>

#include "store/projects.h"
#include "store/sql/project_rows.h"

namespace mogura::store::sql {

/// Stores the bytes of a push unless they are there.
void put_archive(Session& session, RevisionId revision, const Push& push);
/// Throws ArchivePlaceLost where the place of the push's archive is not noted any more.
void use_place(Session& session, const Push& push, Instant now);

/// Bytes that may go with revisions.
struct ArchivesToLeave {
  std::vector<Param> contents;
};
/// Locks what these revisions share with others. Before they are deleted.
ArchivesToLeave hold_archives(Session& session, const std::vector<Param>& revisions);
/// Notes where archives of the revisions lie elsewhere, as of `now` where nobody has. Before they
/// are deleted.
void note_places(Session& session, const std::vector<Param>& revisions, Instant now);
/// Deletes the bytes that nobody has any more. After the revisions were deleted.
void leave_archives(Session& session, const ArchivesToLeave& held,
                    const std::vector<Param>& revisions);

}  // namespace mogura::store::sql
