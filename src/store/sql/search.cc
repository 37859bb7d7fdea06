// Looking for sessions (store/search.h).
#include "store/search.h"

#include <limits>

#include "store/sql/attempt_rows.h"
#include "store/sql/project_rows.h"
#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

// What is read in one go once it is known that much is passed over.
constexpr std::int64_t kPortion = 500;

std::int64_t seconds_of(Instant time) {
  return std::chrono::ceil<std::chrono::seconds>(time).time_since_epoch().count();
}

// A walk along an index of the time and id of sessions, that of table `i`.
struct Walk {
  std::string tables;
  std::string scope;
  std::string_view id;
  std::vector<Param> params;       // behind the first four
  bool has_one_at_a_time = false;  // session
};

constexpr std::string_view kLastAttemptOfSession =
    " JOIN sessions AS s ON s.id = a.session_id AND s.last_attempt_id = a.id";

Walk walk_for(const SessionSearch& search) {
  Walk walk;
  if (!search.params.empty()) {
    const auto& [key, value] = search.params.front();
    walk.tables = "attempt_params AS i JOIN attempts AS a ON a.id = i.attempt_id";
    walk.tables.append(kLastAttemptOfSession);
    walk.scope = "i.site_id = $1 AND i.name = $6 AND i.value = $7";
    walk.id = "i.session_id";
    walk.params = {key, value};
    if (search.project) {
      walk.scope += " AND i.project_id = $8";
      walk.params.emplace_back(*search.project);
    }
    return walk;
  }
  // A project's index has no sites: that of the attempt, which is read anyway, will do.
  walk.scope = search.project ? "a.site_id = $1 AND i.project_id = $6" : "i.site_id = $1";
  if (search.project) walk.params.emplace_back(*search.project);
  if (!search.state || *search.state == SessionState::success) {
    walk.tables = "sessions AS i JOIN attempts AS a ON a.id = i.last_attempt_id";
    walk.id = "i.id";
    if (search.workflow) {
      walk.scope += " AND i.workflow_name = $7";
      walk.params.emplace_back(*search.workflow);
      walk.has_one_at_a_time = true;
    }
    return walk;
  }
  // One attempt may run in a project of many; what runs in the site is not much.
  walk.tables =
      "attempts AS i JOIN sessions AS s ON s.id = i.session_id AND "
      "s.last_attempt_id = i.id JOIN attempts AS a ON a.id = i.id";
  walk.id = "i.session_id";
  if (*search.state == SessionState::running) {
    walk.scope = "i.site_id = $1 AND i.done = 0";
    walk.params.clear();
  } else {
    walk.scope += " AND i.done = 1 AND i.success = 0 AND i.cancel_requested = ";
    walk.scope += *search.state == SessionState::killed ? "1" : "0";
  }
  return walk;
}

std::string text_of(const Walk& walk) {
  std::string text(walk.tables);
  text.append(" WHERE ").append(walk.scope);
  text.append(" AND i.session_time >= $2 AND (i.session_time, ").append(walk.id);
  text.append(") < ($3, $4) ORDER BY i.session_time DESC");
  if (!walk.has_one_at_a_time) text.append(", ").append(walk.id).append(" DESC");
  text.append(" LIMIT $5");
  return select_attempts(text);
}

}  // namespace

FoundSessions SqlDatabase::search_sessions(SiteId site, const SessionSearch& search,
                                           const std::optional<SearchPosition>& after,
                                           std::int64_t max) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  const Walk walk = walk_for(search);
  const std::string text = text_of(walk);
  const std::int64_t from = search.from ? seconds_of(*search.from) : -kEnd;
  SearchPosition position{search.to ? seconds_of(*search.to) : kEnd, 0};
  if (after && after->session_time < position.session_time) position = *after;

  FoundSessions found;
  std::int64_t portion = max;
  for (std::int64_t searched = 0; searched < kMaxSearched; searched += portion) {
    if (searched > 0) portion = std::max(max, kPortion);
    std::vector<Param> params = {site, from, position.session_time, position.session, portion};
    params.insert(params.end(), walk.params.begin(), walk.params.end());
    const auto sessions = all_from(run(Access::read, text, Params(params)), session_from);
    for (const SessionSummary& session : sessions) {
      const AttemptInfo& info = session.last_attempt.info;
      position = {seconds_of(info.session_time), session.id.value};
      if (!search.matches(session.last_attempt)) continue;
      found.sessions.push_back(session);
      if (std::ssize(found.sessions) == max) {
        found.next = position;
        return found;
      }
    }
    if (std::ssize(sessions) < portion) return found;
  }
  found.next = position;
  return found;
}

}  // namespace mogura::store::sql
