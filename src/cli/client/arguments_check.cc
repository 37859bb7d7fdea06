#include "cli/client/arguments_check.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "calendar/time_zone.h"

namespace mogura::cli {
namespace {

// Further away than any calendar reaches, and still within an Instant.
constexpr std::int64_t kMaxUnixSeconds = 1'000'000'000'000;

template <class Number>
bool is_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  Number number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

void require_id(const Invocation& invocation, const std::string& text) {
  if (is_number<std::int64_t>(text)) return;
  throw UsageError(
      (invocation.program.is_mogura() ? "An id is a number, and not: \"" : "For input string: \"") +
      text + "\"");
}

/// A schedule's id alone, or a project and a workflow.
void require_schedule(const Invocation& invocation) {
  require_positionals(invocation, 1, 2);
  const auto& words = invocation.arguments.positionals();
  if (words.size() == 1 && !is_number<std::int32_t>(words[0])) throw WrongArgumentCount();
}

void require_instant(const Arguments& arguments, std::string_view option,
                     std::string_view shown_as) {
  const std::optional<std::string> text = arguments.text(option);
  if (!text || parse_instant_argument(*text)) return;
  const std::string now = calendar::display_time(SystemClock().now(), calendar::TimeZone::system());
  throw Error("", std::string(shown_as) +
                      " option must be \"yyyy-MM-dd HH:mm:ss Z\" format or UNIX timestamp: " +
                      *text + "\nhint: current local time is \"" + now + "\"");
}

void check_push(const Invocation& invocation) {
  require_positionals(invocation, 1, 1);
  const Arguments& arguments = invocation.arguments;
  if (arguments.positionals()[0].empty()) throw UsageError("project name cannot be empty");
  if (arguments.text_or("-r", "-").empty()) throw UsageError("revision cannot be empty");
  require_instant(arguments, "--schedule-from", "--schedule-from");
}

void check_upload(const Invocation& invocation) {
  require_positionals(invocation, 2, 2);
  if (invocation.arguments.text_or("-r", "-").empty()) {
    throw Error("illegal argument", "revision");
  }
}

void check_workflow(const Invocation& invocation) {
  require_positionals(invocation, 0, 2);
  const std::string order = invocation.arguments.text_or("--order", "asc");
  if (invocation.arguments.positionals().empty() && order != "asc" && order != "desc") {
    throw Error("", "Invalid parameter value for --order: " + order);
  }
}

void check_start(const Invocation& invocation) {
  require_positionals(invocation, 2, 2);
  const std::optional<std::string> session = invocation.arguments.text("--session");
  if (!session) throw UsageError("--session option is required");
  const bool is_keyword = *session == "hourly" || *session == "daily" || *session == "now";
  if (!is_keyword && !calendar::parse_local_time(*session)) {
    throw Error("",
                "--session must be hourly, daily, now, \"yyyy-MM-dd\", or \"yyyy-MM-dd "
                "HH:mm:SS\" format: " +
                    *session);
  }
}

void check_retry(const Invocation& invocation) {
  require_positionals(invocation, 1, 1);
  const Arguments& arguments = invocation.arguments;
  const int revisions = arguments.has("--keep-revision") + arguments.has("--latest-revision") +
                        arguments.has("--revision");
  const int extents =
      arguments.has("--all") + arguments.has("--resume") + arguments.has("--resume-from");
  std::string missing;
  if (revisions == 0) {
    missing += "--keep-revision, --latest-revision, or --revision <name> option is required. ";
  }
  if (extents == 0) {
    missing += "--all, --resume, or --resume-from <+name> option is required. ";
  }
  if (!missing.empty()) throw UsageError(missing);
  if (revisions > 1) {
    throw UsageError(
        "Setting --keep-revision, --latest-revision, or --revision together is invalid.");
  }
  if (extents > 1) {
    throw UsageError("Setting --all, --resume, or --resume-from together is invalid.");
  }
  require_id(invocation, arguments.positionals()[0]);
}

void check_reschedule(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  if (arguments.has("-s") && arguments.has("-t")) {
    throw Error("", "-s and -t can't be set together");
  }
  if (!arguments.has("-t") && arguments.integer("-s").value_or(0) <= 0) {
    throw UsageError("-s or -t is required");
  }
  require_schedule(invocation);
  if (arguments.text_or("-t", "now") != "now") require_instant(arguments, "-t", "-t, --skip-to");
  require_instant(arguments, "-a", "-a, --run-at");
}

void check_backfill(const Invocation& invocation) {
  const std::optional<std::string> from = invocation.arguments.text("--from");
  if (!from) throw Error("", "--from option is required");
  require_schedule(invocation);
  if (!calendar::parse_local_time(*from)) {
    throw Error("", "--from must be \"yyyy-MM-dd\", or \"yyyy-MM-dd HH:mm:SS\" format: " + *from);
  }
}

template <std::size_t Least, std::size_t Most>
void check_count(const Invocation& invocation) {
  require_positionals(invocation, Least, Most);
}

template <std::size_t Least, std::size_t Most>
void check_id(const Invocation& invocation) {
  require_positionals(invocation, Least, Most);
  const auto& words = invocation.arguments.positionals();
  if (!words.empty()) require_id(invocation, words[0]);
}

}  // namespace

std::optional<Instant> parse_instant_argument(std::string_view text) {
  if (is_number<std::int64_t>(text)) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (seconds > kMaxUnixSeconds || seconds < -kMaxUnixSeconds) return std::nullopt;
    return Instant(std::chrono::seconds(seconds));
  }
  static constexpr std::size_t kTimeLength = 19;  // of yyyy-MM-dd HH:mm:ss
  static constexpr std::size_t kLength = kTimeLength + 6;
  if (text.size() != kLength || text[kTimeLength] != ' ') return std::nullopt;
  const std::optional<calendar::LocalTime> local =
      calendar::parse_local_time(text.substr(0, kTimeLength));
  const std::string_view offset = text.substr(kTimeLength + 1);
  const std::string_view digits = offset.substr(1);
  const bool has_sign = offset[0] == '+' || offset[0] == '-';
  if (!local || !has_sign ||
      !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  const auto two = [&](std::size_t at) { return (digits[at] - '0') * 10 + (digits[at + 1] - '0'); };
  if (two(0) > 18 || two(2) > 59) return std::nullopt;
  const std::chrono::seconds east = std::chrono::hours(two(0)) + std::chrono::minutes(two(2));
  const Instant utc = calendar::TimeZone::utc().to_instant(*local);
  return offset[0] == '+' ? utc - east : utc + east;
}

void check_client_arguments(const Invocation& invocation) {
  static const std::map<std::string_view, void (*)(const Invocation&)> checks = {
      {"push", check_push},
      {"upload", check_upload},
      {"download", check_count<1, 1>},
      {"project", check_count<0, 1>},
      {"workflow", check_workflow},
      {"start", check_start},
      {"retry", check_retry},
      {"session", check_count<0, 2>},
      {"attempts", check_id<0, 1>},
      {"attempt", check_id<1, 1>},
      {"reschedule", check_reschedule},
      {"backfill", check_backfill},
      {"log", check_id<1, 2>},
      {"kill", check_id<1, 1>},
      {"task", check_id<1, 1>},
      {"schedule", check_count<0, 0>},
      {"disable", check_count<1, 2>},
      {"enable", check_count<1, 2>},
      {"delete", check_count<1, 1>},
  };
  checks.at(invocation.command.name)(invocation);
}

}  // namespace mogura::cli
