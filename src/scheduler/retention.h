// Gives up the history of projects that is older or more than they are to keep (store/retention.h;
// docs/configuration.md, `retention.*`).
//
// Any number of servers may do this for one store: what one has given up the other does not find.
// The work is done in small transactions with as long a rest after each as it took, so that at most
// half of the database's time goes into it.
#pragma once

#include <chrono>
#include <memory>

#include "blob/archive_store.h"
#include "blob/log_store.h"
#include "store/database.h"
#include "value/value.h"

namespace mogura::scheduler {

struct RetentionOptions {
  store::RetentionPolicy policy;         // of projects without one of their own
  std::chrono::seconds interval{3'600};  // from the end of a sweep to the next
  /// A server that has just started has better things to do.
  std::chrono::seconds first_after{60};
};

/// `retention.max_age`, `retention.max_sessions`, `retention.interval` of a server's flat settings.
/// Throws ConfigError for values that are wrong.
RetentionOptions retention_options(const Object& settings);

/// A text such as "90d" or, absent, "off". Throws ConfigError that names `key` for anything else,
/// and for no time at all.
std::optional<std::chrono::seconds> parse_max_age(const std::string& text, std::string_view key);

class Retention {
 public:
  /// All outlive the object.
  struct Dependencies {
    store::Database& database;
    blob::LogStore& logs;
    blob::ArchiveStore& archives;
    const Clock& clock;
  };

  Retention(const Dependencies& dependencies, const RetentionOptions& options);
  ~Retention();  // stop()

  /// Gives up everything that is due now, and clears away what earlier sweeps and pushes left.
  /// Throws what the store throws.
  void sweep();

  /// Does so on a thread of its own, again and again.
  void start();
  /// Returns when the transaction in work is done. Safe to call twice.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::scheduler
