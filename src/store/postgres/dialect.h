// PostgreSQL's words in the statements of store/sql.
#pragma once

#include "store/sql/dialect.h"
#include "store/sql/session.h"

namespace mogura::store::postgres {

inline constexpr sql::Dialect kDialect = {
    .skip_locked = "FOR UPDATE OF q SKIP LOCKED",
    .for_update = "FOR UPDATE",
    .key_share = "FOR KEY SHARE",
    .find = "strpos",
    .next_id = "SELECT nextval($1::text::regclass)",
    .lock_queue = "SELECT count(pg_advisory_xact_lock(23300))",
};

/// The bulk's text for all rows at once, each column an array:
/// "unnest($1::bigint[], $2::text[]) AS r(a, b)" in place of {rows}.
std::string text_for_arrays(const sql::Bulk& bulk, std::size_t first_parameter = 1);

/// The bulks that have rows as parts of one statement. It returns, for each row that one of them
/// returns, the number of its run and the row's number. Their parameters follow one another.
std::string text_for_all(std::span<const sql::BulkRun> runs);

}  // namespace mogura::store::postgres
