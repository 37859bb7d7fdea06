#include "store/search.h"

#include <algorithm>
#include <array>

#include "value/json.h"

namespace mogura::store {
namespace {

constexpr std::array<std::string_view, 3> kScheduleParams = {
    "last_session_time", "next_session_time", "last_executed_session_time"};

// PostgreSQL has no texts with a NUL.
bool is_searchable(std::string_view text) {
  return text.size() <= kMaxSearchableBytes && !text.contains('\0');
}

void add_params(SearchableParams& found, const std::string& prefix, const Object& params) {
  for (const auto& [key, value] : params) {
    if (found.size() >= kMaxSearchableParams) return;
    std::string name = prefix + key;
    if (value.is_object()) {
      add_params(found, name + ".", value.as_object());
      continue;
    }
    if (value.is_null() || value.is_array()) continue;
    std::string text = value.is_text() ? value.as_text() : value::to_json(value);
    if (!is_searchable(name) || !is_searchable(text)) continue;
    if (std::ranges::find(kScheduleParams, name) != kScheduleParams.end()) continue;
    const bool is_known =
        std::ranges::any_of(found, [&](const auto& p) { return p.first == name; });
    if (!is_known) found.emplace_back(std::move(name), std::move(text));
  }
}

}  // namespace

SessionState state_of(const AttemptSummary& last_attempt) {
  if (last_attempt.success) return SessionState::success;
  if (!last_attempt.done) return SessionState::running;
  return last_attempt.cancel_requested ? SessionState::killed : SessionState::error;
}

SearchableParams searchable_params(const Object& params) {
  SearchableParams found;
  add_params(found, "", params);
  return found;
}

bool SessionSearch::matches(const AttemptSummary& last_attempt) const {
  const AttemptInfo& info = last_attempt.info;
  if (project && info.project != *project) return false;
  if (workflow && info.workflow_name != *workflow) return false;
  if (state && state_of(last_attempt) != *state) return false;
  if (params.empty()) return true;
  const SearchableParams has = searchable_params(last_attempt.params);
  return std::ranges::all_of(
      params, [&](const auto& wanted) { return std::ranges::find(has, wanted) != has.end(); });
}

}  // namespace mogura::store
