// The tasks of a run as a tree of lines for a terminal: what runs, for how long, and how far large
// groups are.
//
//   ✓ +prepare sh>        0.4s
//   ● +load  850/900      12.1s
//     ● +t17 sh>          1.2s
//     ✗ +t30 sh>          0.3s
//     … 898 more (848 done, 3 running)
//   ○ +report
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/attempt.h"

namespace mogura::cli {

/// What is shown of a task.
struct LiveTask {
  std::string name;  // without its parents'
  std::string op;    // `sh>`; empty for groups
  engine::TaskIndex parent = engine::kNone;
  engine::TaskState state = engine::TaskState::blocked;
  std::optional<Instant> begun;
  std::optional<Instant> ended;
  std::vector<engine::TaskIndex> children;
  std::size_t children_done = 0;
};

class LiveTasks {
 public:
  /// Takes over the rows that changed.
  void update(const engine::Attempt& attempt, const std::vector<engine::TaskIndex>& changed);

  const std::vector<LiveTask>& all() const { return tasks_; }
  std::size_t done() const { return done_; }

 private:
  void add_missing(const engine::Attempt& attempt);

  std::vector<LiveTask> tasks_;  // by index in the attempt
  std::size_t done_ = 0;
};

struct TreeStyle {
  bool colour = true;
  bool unicode = true;
};

/// At most `max_lines` lines without line ends, none wider than `width` columns: what runs and what
/// failed comes before what is done, and that before what waits.
std::vector<std::string> tree_lines(const LiveTasks& tasks, Instant now, std::size_t width,
                                    std::size_t max_lines, const TreeStyle& style);

/// `0.4s`, `12.1s`, `3m 05s`, `2h 03m`.
std::string short_duration(Duration duration);

/// The columns that a text of one line takes: its code points, escape sequences not counted.
std::size_t shown_width(std::string_view text);

}  // namespace mogura::cli
