// The schema of a database, brought up to date step by step (cli.md §12.6, execution.md §1.4).
//
// Each step is a numbered script in the migrations/ of a database; what was applied is a row of
// `schema_migrations`. Steps are applied in order, and a run that was cut off is simply run again.
// They change tables so that servers of the version before go on working on them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql/session.h"

namespace mogura::store::sql {

struct Migration {
  std::string_view version;  // 14 digits; never changes once it was released
  std::string_view script;
  /// It adds indexes to tables that others write meanwhile.
  bool online = false;
};

/// Used by one thread. Everything throws Error of kind "database" or "io".
class Schema {
 public:
  virtual ~Schema() = default;

  /// Whether the database has tables of ours.
  virtual bool has_tables() = 0;
  /// The versions that wait to be applied, in order.
  std::vector<std::string> pending();
  /// Applies what is pending; the versions that were applied.
  virtual std::vector<std::string> migrate() = 0;

 protected:
  /// `migrations` are in order and outlive the schema.
  explicit Schema(std::span<const Migration> migrations) : migrations_(migrations) {}

  /// What migrate() does once `schema_migrations` is there. `apply` runs a step's script and
  /// note_applied().
  std::vector<std::string> apply_pending(const std::function<void(const Migration&)>& apply);
  void note_applied(const Migration& migration);
  /// Runs one statement.
  virtual Rows run(std::string_view text, Params params) = 0;

 private:
  std::vector<Migration> find_pending();

  const std::span<const Migration> migrations_;
};

}  // namespace mogura::store::sql
