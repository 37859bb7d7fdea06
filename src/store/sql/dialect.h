// The few words in which SQLite and PostgreSQL differ.
#pragma once

#include <string>
#include <string_view>

namespace mogura::store::sql {

/// Each fragment replaces its name in braces in a statement's text.
struct Dialect {
  std::string_view skip_locked;  // after a SELECT: lock the rows of `q`, pass over locked ones
  std::string_view for_update;   // after a SELECT: lock its rows
  std::string_view key_share;    // after a SELECT: let nobody delete its rows
  std::string_view find;         // f(text, part): not 0 where the text holds the part
  std::string_view next_id;      // a statement: the next number of the sequence called `$1`
  std::string_view lock_queue;   // a statement: others that run it wait for the transaction's end
};

/// The text with the words of the dialect.
std::string in_dialect(std::string_view text, const Dialect& dialect);

}  // namespace mogura::store::sql
