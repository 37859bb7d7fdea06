// Looking for sessions by time, state and parameters.
//
// Sessions are found in the order of their times, the latest first. Each search goes along one
// index: that of the first parameter, of what runs or failed, or of all sessions, and passes over
// what else does not match. How much it passes over is bounded: it may come back with few sessions,
// or none, and the place from which to go on.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/history.h"

namespace mogura::store {

enum class SessionState { running, success, error, killed };

/// Of a session's last attempt.
SessionState state_of(const AttemptSummary& last_attempt);

using SearchableParams = std::vector<std::pair<std::string, std::string>>;

/// The parameters by which an attempt is found, and their values as texts: the first
/// kMaxSearchableParams of them, those inside of objects by names like `a.b`. Lists are left out,
/// texts of more than kMaxSearchableBytes or with a NUL, and the times that a schedule adds.
SearchableParams searchable_params(const Object& params);
inline constexpr std::size_t kMaxSearchableParams = 32;
inline constexpr std::size_t kMaxSearchableBytes = 200;

/// All that is given must hold.
struct SessionSearch {
  std::optional<ProjectId> project;
  std::optional<std::string> workflow;  // with `project` only
  std::optional<Instant> from;          // session times from here
  std::optional<Instant> to;            // to before here
  std::optional<SessionState> state;
  SearchableParams params;  // of the last attempt

  /// All but the times.
  bool matches(const AttemptSummary& last_attempt) const;
};

/// Behind this session a search goes on.
struct SearchPosition {
  std::int64_t session_time = 0;  // in seconds
  std::int64_t session = 0;       // its id
  bool operator==(const SearchPosition&) const = default;
};

struct FoundSessions {
  std::vector<SessionSummary> sessions;
  std::optional<SearchPosition> next;  // absent: there are no more
};

/// A search looks at this many sessions at most.
inline constexpr std::int64_t kMaxSearched = 1'000;

class SessionSearches {
 public:
  virtual ~SessionSearches() = default;

  virtual FoundSessions search_sessions(SiteId site, const SessionSearch& search,
                                        const std::optional<SearchPosition>& after,
                                        std::int64_t max) = 0;
};

}  // namespace mogura::store
