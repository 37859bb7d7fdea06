#include "cli/client/session_search.h"

#include <algorithm>
#include <array>

#include "calendar/time_zone.h"
#include "cli/client/lookups.h"

namespace mogura::cli {
namespace {

constexpr std::int64_t kDefaultFound = 100;
// What a server gives at once.
constexpr std::int64_t kMaxPage = 100;

constexpr std::array<std::string_view, 4> kStates = {"running", "success", "error", "killed"};
constexpr std::array<std::string_view, 4> kSearchOptions = {"--from", "--to", "--state", "--param"};

Option search_option(std::string_view name, OptionKind kind, std::string_view metavar,
                     std::string_view help) {
  return {.names = {name}, .kind = kind, .metavar = metavar, .help = help, .mogura_only = true};
}

// A time of this machine's zone, or one with an offset.
std::optional<std::string> time_option(const Arguments& arguments, std::string_view name) {
  const auto text = arguments.text(name);
  if (!text) return std::nullopt;
  if (const auto local = calendar::parse_local_time(*text)) {
    return calendar::utc_iso(calendar::TimeZone::system().to_instant(*local));
  }
  auto time = calendar::parse_instant(*text);
  if (!time) time = calendar::parse_display_time(*text);
  if (!time) {
    throw UsageError(std::string(name) +
                     " must be \"yyyy-MM-dd\" or \"yyyy-MM-dd HH:mm:ss[ Z]\": " + *text);
  }
  return calendar::utc_iso(*time);
}

std::optional<std::string> state_option(const Arguments& arguments) {
  const auto state = arguments.text("--state");
  if (state && std::ranges::find(kStates, *state) == kStates.end()) {
    throw UsageError("--state must be running, success, error or killed: " + *state);
  }
  return state;
}

Query search_query(const Arguments& arguments) {
  Query query;
  const auto& words = arguments.positionals();
  if (!words.empty()) query.add("project", std::string_view(words[0]));
  if (words.size() > 1) query.add("workflow", std::string_view(words[1]));
  query.add("from", time_option(arguments, "--from")).add("to", time_option(arguments, "--to"));
  query.add("state", state_option(arguments));
  for (const auto& [key, value] : arguments.pairs("--param")) {
    query.add("param", std::string_view(key + "=" + value));
  }
  return query;
}

}  // namespace

OptionTable session_search_options() {
  return {search_option("--from", OptionKind::text, "TIME", "show session times from here"),
          search_option("--to", OptionKind::text, "TIME", "show session times before this"),
          search_option("--state", OptionKind::text, "STATE",
                        "show what is running, success, error or killed"),
          search_option("--param", OptionKind::pairs, "KEY=VALUE",
                        "show what has this parameter; may be repeated")};
}

bool is_session_search(const Arguments& arguments) {
  return std::ranges::any_of(kSearchOptions,
                             [&](std::string_view name) { return arguments.has(name); });
}

Value search_sessions(const ServerApi& server, const Arguments& arguments) {
  const Query what = search_query(arguments);
  std::int64_t left = arguments.integer("-s").value_or(kDefaultFound);
  if (left < 1) throw UsageError("--page-size must be at least 1");
  Array sessions;
  std::optional<std::string> after;
  do {
    Query query = what;
    query.add("after", after).add("page_size", std::optional(std::min(left, kMaxPage)));
    const Value answer = server.get("/api/sessions/search", query, RefusalText::body);
    const Array& part = list_in(answer, "sessions");
    sessions.insert(sessions.end(), part.begin(), part.end());
    left -= std::ssize(part);
    const std::string next = text_in(object_in(answer), "next");
    after = next.empty() ? std::nullopt : std::optional(next);
  } while (after && left > 0);
  return Object{{"sessions", std::move(sessions)}, {"next", after ? Value(*after) : Value()}};
}

}  // namespace mogura::cli
