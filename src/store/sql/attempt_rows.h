// The columns of attempts, and what is read from them. Statements call the table `a`.
#pragma once

#include "store/history.h"
#include "store/sql/session.h"

namespace mogura::store::sql {

/// What info_from() reads.
inline constexpr std::string_view kInfoColumns =
    "a.id, a.session_id, a.site_id, a.project_id, a.project_name, a.workflow_name, a.workflow_id, "
    "a.revision, a.timezone, a.session_time, a.session_uuid, a.retry_attempt_name, a.created_at";
AttemptInfo info_from(Rows::Row& row);

/// A statement whose rows summary_from() reads.
std::string select_attempts(std::string_view tables_and_where);
AttemptSummary summary_from(Rows::Row& row);
/// Of a session's last attempt.
SessionSummary session_from(Rows::Row& row);

/// The tables of a list of sessions `s` with their last attempts.
inline constexpr std::string_view kLastOfSessions =
    "sessions AS s JOIN attempts AS a ON a.id = s.last_attempt_id WHERE ";

}  // namespace mogura::store::sql
