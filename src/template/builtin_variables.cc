#include "template/builtin_variables.h"

#include <algorithm>
#include <array>

namespace mogura::tmpl {
namespace {

constexpr std::string_view kLastExecuted = "last_executed_session_";
constexpr std::array<std::string_view, 3> kOtherSessionTimes = {
    "last_session_time", "next_session_time", "last_executed_session_time"};

std::int64_t unix_seconds(Instant time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// PREFIXdate, PREFIXdate_compact, ... of a time.
void set_time_parts(Object& variables, std::string_view prefix, Instant time,
                    const calendar::TimeZone& zone) {
  const std::string p(prefix);
  variables.set(p + "date", calendar::iso_date(time, zone));
  variables.set(p + "date_compact", calendar::compact_date(time, zone));
  variables.set(p + "local_time", calendar::local_time_text(time, zone));
  variables.set(p + "tz_offset", calendar::offset_text(time, zone));
  variables.set(p + "unixtime", unix_seconds(time));
}

std::optional<Instant> session_time_in(const Object& params, std::string_view key) {
  const Value* text = params.find(key);
  if (text == nullptr || !text->is_text()) return std::nullopt;
  return calendar::parse_iso_time(text->as_text());
}

void set_last_executed(Object& variables, const Object& params, const calendar::TimeZone& zone) {
  const std::string prefix(kLastExecuted);
  const Value* time = params.find(prefix + "time");
  const bool unknown =
      time == nullptr || time->is_null() || (time->is_text() && time->as_text().empty());
  if (!unknown) {
    if (const auto parsed = session_time_in(params, prefix + "time")) {
      variables.set(prefix + "time", *time);
      set_time_parts(variables, prefix, *parsed, zone);
    }
    return;
  }
  for (const char* part : {"time", "date", "date_compact", "local_time"}) {
    variables.set(prefix + part, "");
  }
  variables.set(prefix + "tz_offset", calendar::offset_text(Instant{}, zone));
  variables.set(prefix + "unixtime", "");
}

}  // namespace

Object builtin_variables(const SessionFacts& facts, const Object& params) {
  Object variables;
  variables.set("timezone", facts.zone.id());
  variables.set("session_uuid", facts.session_uuid);
  variables.set("session_time", calendar::iso_time(facts.session_time, facts.zone));
  variables.set("session_id", facts.session.value);
  set_time_parts(variables, "session_", facts.session_time, facts.zone);
  for (const std::string prefix : {"last_session_", "next_session_"}) {
    if (const auto time = session_time_in(params, prefix + "time")) {
      set_time_parts(variables, prefix, *time, facts.zone);
    }
  }
  set_last_executed(variables, params, facts.zone);
  variables.set("project_id", facts.project.value);
  if (facts.retry_attempt_name) {
    variables.set("retry_attempt_name", *facts.retry_attempt_name);
  }
  variables.set("attempt_id", facts.attempt.value);
  return variables;
}

bool same_other_sessions(const Object& a, const Object& b) {
  return std::ranges::all_of(kOtherSessionTimes, [&](std::string_view key) {
    const Value* x = a.find(key);
    const Value* y = b.find(key);
    return x == nullptr || y == nullptr ? x == y : *x == *y;
  });
}

}  // namespace mogura::tmpl
