// Attempts, sessions and their start in the words of client commands (cli.md §14.6-14.9).
#pragma once

#include "cli/client/report.h"

namespace mogura::cli {

/// The JSON of a member, compact; `{}` where it is missing.
std::string json_in(const Object& object, std::string_view name);
/// The name of the project, of the workflow, that an object of the API belongs to.
std::string project_name_in(const Object& object);
std::string workflow_name_in(const Object& object);

/// success, killed, error or running, as the attempt's flags say.
std::string_view attempt_status(const Object& attempt);

/// The block of an attempt, of a session with its last attempt.
Fields attempt_fields(const Object& attempt);
Fields session_fields(const Object& session);

/// The block of an attempt that was just started.
Fields started_fields(const Object& attempt);

/// Rows for mogura's tables, under the titles of Table below.
Table attempts_table(const Array& attempts);
Table sessions_table(const Array& sessions);

}  // namespace mogura::cli
