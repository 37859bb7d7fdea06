// The columns of projects, revisions and workflows, and what is read from them. Statements call the
// tables `p`, `v` and `w`.
#pragma once

#include "store/projects.h"
#include "store/sql/session.h"

namespace mogura::store::sql {

inline constexpr std::string_view kProjectColumns =
    "p.id, p.site_id, COALESCE(p.name, p.deleted_name), p.created_at, p.deleted_at";
inline constexpr std::string_view kRevisionColumns =
    "v.id, v.project_id, v.name, v.created_at, v.archive_type, v.archive_path, v.archive_md5, "
    "v.archive_digest, v.default_params, v.user_info";
inline constexpr std::string_view kWorkflowColumns =
    "w.id, w.revision_id, w.name, w.timezone, w.config";

Project project_from(Rows::Row& row);
Revision revision_from(Rows::Row& row);
Workflow workflow_from(Rows::Row& row);

/// For a list that goes on behind the page's last id: "id > $N" and its parameter, whichever the
/// direction.
struct PageBounds {
  explicit PageBounds(const Page& page);
  std::string_view compare;  // ">" or "<"
  std::string_view order;    // "ASC" or "DESC"
  std::int64_t after;
};

/// The rows as what `from` makes of each.
template <class T>
std::vector<T> all_from(const Rows& rows, T (*from)(Rows::Row&)) {
  std::vector<T> all;
  all.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    all.push_back(from(row));
  }
  return all;
}

/// The first row, if any.
template <class T>
std::optional<T> first_from(const Rows& rows, T (*from)(Rows::Row&)) {
  if (rows.empty()) return std::nullopt;
  Rows::Row row = rows[0];
  return from(row);
}

}  // namespace mogura::store::sql
