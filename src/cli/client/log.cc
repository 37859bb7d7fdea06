// log (cli.md §14.11): the logs of an attempt's tasks, and what is added to them.
#include <algorithm>

#include "cli/backoff.h"
#include "cli/client/log_lines.h"
#include "cli/client/lookups.h"
#include "cli/client/report.h"
#include "cli/client/server_api.h"
#include "cli/commands.h"
#include "net/gunzip.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

using std::chrono::milliseconds;

// Between two looks at the server. Digdag's clients look more and more seldom.
constexpr milliseconds kFirstPause{500};
constexpr milliseconds kMaxDigdagPause{10'000};
constexpr milliseconds kMaxPause{1'000};
constexpr std::size_t kMaxLogBytes = 1u << 30;

class LogReader {
 public:
  LogReader(const Invocation& invocation, const ServerApi& server)
      : invocation_(invocation), server_(server), attempt_(invocation.arguments.positionals()[0]) {
    const auto& words = invocation.arguments.positionals();
    if (words.size() > 1) task_ = words[1];
  }

  /// Prints what is new; whether there was anything.
  bool print_new(bool is_complete) {
    const Value answer = server_.get(attempt_path("/logs/", "/files"), files_query());
    bool printed = false;
    for (const ListedLog& log : logs_in_order(answer)) {
      printed = print_new_of(log, is_complete) || printed;
    }
    return printed;
  }

  /// Whether nothing will be added any more.
  bool is_finished() const {
    if (task_) {
      const Value answer = server_.get(attempt_path("/attempts/", "/tasks"));
      const Array& tasks = list_in(answer, "tasks");
      if (std::ranges::any_of(tasks, [&](const Value& task) { return may_log(object_in(task)); })) {
        return false;
      }
    }
    const Value attempt = server_.get(attempt_path("/attempts/", ""));
    return task_ || value::find_boolean(object_in(attempt), "done").value_or(false);
  }

 private:
  struct File {
    LogLines lines;
    std::int64_t size = -1;
  };

  std::string attempt_path(std::string_view before, std::string_view behind) const {
    return "/api" + std::string(before) + path_part(attempt_) + std::string(behind);
  }

  Query files_query() const { return server_.with_download_choice(Query().add("task", task_)); }

  bool may_log(const Object& task) const {
    static constexpr std::string_view kStates[] = {"blocked", "ready", "retry_waiting",
                                                   "group_retry_waiting", "running"};
    return text_in(task, "fullName").starts_with(*task_) &&
           std::ranges::find(kStates, text_in(task, "state")) != std::end(kStates);
  }

  bool print_new_of(const ListedLog& log, bool is_complete) {
    const bool with_debug = invocation_.arguments.has("-v");
    File& file = files_.try_emplace(log.name, File{LogLines(with_debug)}).first->second;
    // The last line of a file that did not grow may still have been left for later.
    if (file.size == log.size && !is_complete) return false;
    file.size = log.size;
    const std::string packed =
        log.direct.empty()
            ? server_.get_bytes(attempt_path("/logs/", "/files/") + path_part(log.name))
            : server_.get_direct(log.direct);
    const std::string text = net::gunzip(packed, kMaxLogBytes).content;
    const std::vector<std::string_view> lines = file.lines.take_new(text, is_complete);
    for (const std::string_view line : lines) print_line(log, line);
    return !lines.empty();
  }

  void print_line(const ListedLog& log, std::string_view line) const {
    if (prints_json(invocation_)) {
      print_json(invocation_, Value(Object{{"task", log.task}, {"line", line}}));
    } else {
      invocation_.print(line);
    }
  }

  const Invocation& invocation_;
  const ServerApi& server_;
  const std::string attempt_;
  std::optional<std::string> task_;
  std::map<std::string, File> files_;
};

}  // namespace

int run_log(const Invocation& invocation) {
  const ServerApi server = connect(invocation);
  LogReader reader(invocation, server);
  const bool follows = invocation.arguments.has("-f");
  const milliseconds longest = invocation.program.is_mogura() ? kMaxPause : kMaxDigdagPause;
  const BackoffTimes times{kFirstPause, longest, 2};
  std::optional<Backoff> pause(times);
  while (true) {
    const bool is_last = !follows || reader.is_finished();
    if (reader.print_new(is_last)) pause.emplace(times);
    if (is_last) return kSuccess;
    pause->wait();
  }
}

}  // namespace mogura::cli
