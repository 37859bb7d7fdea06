// Lines are gathered in tree order with a rank that says how much they matter; where there are too
// many, the least important go, and the last line says how many went.
#include "cli/live_tree.h"

#include <fmt/core.h>

#include <algorithm>

#include "operators/task_run.h"

namespace mogura::cli {
namespace {

using engine::TaskIndex;
using engine::TaskState;

constexpr std::size_t kNameColumn = 44;
// Groups with more children show only those that run or failed.
constexpr std::size_t kShownChildren = 12;

struct Mark {
  std::string_view unicode;
  std::string_view ascii;
  std::string_view colour;
};

constexpr Mark kDoneMark{"✓", "+", "\033[32m"};
constexpr Mark kFailedMark{"✗", "x", "\033[31m"};
constexpr Mark kRunningMark{"●", "*", "\033[36m"};
constexpr Mark kRetryMark{"↻", "r", "\033[33m"};
constexpr Mark kWaitingMark{"○", "-", "\033[2m"};
constexpr Mark kCanceledMark{"⊘", "c", "\033[33m"};
constexpr std::string_view kColourReset = "\033[0m";

const Mark& mark_of(TaskState state) {
  switch (state) {
    case TaskState::success:
      return kDoneMark;
    case TaskState::group_error:
    case TaskState::error:
      return kFailedMark;
    case TaskState::canceled:
      return kCanceledMark;
    case TaskState::retry_waiting:
    case TaskState::group_retry_waiting:
      return kRetryMark;
    case TaskState::ready:
    case TaskState::running:
    case TaskState::planned:
      return kRunningMark;
    case TaskState::blocked:
      break;
  }
  return kWaitingMark;
}

bool is_running_state(TaskState state) {
  return engine::is_progressing(state);
}

/// Lower ranks go first where there is no room.
int rank_of(TaskState state) {
  if (engine::is_error(state)) return 3;
  if (is_running_state(state)) return 2;
  return engine::is_done(state) ? 1 : 0;
}

/// Tasks that have no line of their own.
struct Folded {
  std::size_t all = 0;
  std::size_t done = 0;
  std::size_t running = 0;
  std::size_t failed = 0;

  void add(TaskState state) {
    ++all;
    if (engine::is_error(state)) {
      ++failed;
    } else if (engine::is_done(state)) {
      ++done;
    } else if (is_running_state(state)) {
      ++running;
    }
  }
  void add(const Folded& other) {
    all += other.all;
    done += other.done;
    running += other.running;
    failed += other.failed;
  }
  /// `188 more (120 done, 3 running)`; what is left of them waits.
  std::string text() const {
    std::string parts;
    const auto part = [&](std::size_t count, std::string_view what) {
      if (count == 0) return;
      parts += (parts.empty() ? " (" : ", ") + std::to_string(count) + " " + std::string(what);
    };
    part(done, "done");
    part(running, "running");
    part(failed, "failed");
    return std::to_string(all) + " more" + parts + (parts.empty() ? "" : ")");
  }
};

class TreeRenderer {
 public:
  TreeRenderer(const LiveTasks& tasks, Instant now, std::size_t width, const TreeStyle& style)
      : tasks_(tasks.all()), now_(now), width_(width), style_(style) {}

  std::vector<std::string> render(std::size_t max_lines) {
    if (!tasks_.empty()) visit(0, 0);
    Folded dropped;
    for (int rank = 0; rank <= 3 && lines_.size() + (dropped.all > 0 ? 1 : 0) > max_lines; ++rank) {
      // From the end, so that what stays keeps its order and its beginning.
      for (std::size_t i = lines_.size(); i-- > 1;) {
        if (lines_.size() + 1 <= max_lines) break;
        if (lines_[i].rank != rank) continue;
        dropped.add(lines_[i].tasks);
        lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    std::vector<std::string> texts;
    for (Line& line : lines_) texts.push_back(std::move(line.text));
    if (dropped.all > 0) texts.push_back(more(0, dropped));
    texts.resize(std::min(texts.size(), max_lines));
    return texts;
  }

 private:
  struct Line {
    std::string text;
    int rank;
    Folded tasks;  // that it stands for
  };

  void visit(TaskIndex index, std::size_t depth) {
    const LiveTask& task = tasks_[index];
    // Generated groups have no name of their own: their tasks stand below the task that made them.
    const bool is_shown = task.name != "^sub";
    if (is_shown) {
      lines_.push_back({line_of(task, depth), rank_of(task.state), {}});
      lines_.back().tasks.add(task.state);
    }
    if (task.state == TaskState::success && index != 0) return;
    const std::size_t below = is_shown ? depth + 1 : depth;
    if (task.children.size() > kShownChildren) {
      visit_some(task.children, below);
    } else {
      for (const TaskIndex child : task.children) visit(child, below);
    }
  }

  /// Of many children those that failed, then those that run, as far as there is room.
  void visit_some(const std::vector<TaskIndex>& children, std::size_t depth) {
    const auto failed = std::ranges::count_if(
        children, [&](TaskIndex child) { return engine::is_error(tasks_[child].state); });
    std::size_t room_for_failed = std::min(kShownChildren, static_cast<std::size_t>(failed));
    std::size_t room_for_running = kShownChildren - room_for_failed;
    Folded folded;
    for (const TaskIndex child : children) {
      const TaskState state = tasks_[child].state;
      const bool matters = engine::is_error(state) || is_running_state(state);
      std::size_t& room = engine::is_error(state) ? room_for_failed : room_for_running;
      if (!matters || room == 0) {
        folded.add(state);
        continue;
      }
      visit(child, depth);
      --room;
    }
    if (folded.all > 0) lines_.push_back({more(depth, folded), 0, folded});
  }

  std::string line_of(const LiveTask& task, std::size_t depth) const {
    const Mark& mark = mark_of(task.state);
    std::string text(2 * depth, ' ');
    text += style_.unicode ? mark.unicode : mark.ascii;
    text += " " + task.name;
    if (!task.op.empty()) text += " " + task.op;
    const LiveTask& group = generated_group(task);
    if (group.children.size() > kShownChildren) {
      text += fmt::format("  {}/{}", group.children_done, group.children.size());
    }
    if (task.begun) {
      const std::size_t columns = shown_width(text);
      text += std::string(columns < kNameColumn ? kNameColumn - columns : 1, ' ');
      text += short_duration(task.ended.value_or(now_) - *task.begun);
    }
    return coloured(cut(std::move(text)), mark.colour);
  }

  /// The group whose tasks stand below this one.
  const LiveTask& generated_group(const LiveTask& task) const {
    const bool is_generated = !task.children.empty() && tasks_[task.children.back()].name == "^sub";
    return is_generated ? tasks_[task.children.back()] : task;
  }

  std::string more(std::size_t depth, const Folded& folded) const {
    return cut(std::string(2 * depth, ' ') + (style_.unicode ? "… " : "... ") + folded.text());
  }

  std::string coloured(std::string text, std::string_view colour) const {
    if (!style_.colour) return text;
    return std::string(colour) + text + std::string(kColourReset);
  }

  std::string cut(std::string text) const {
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool starts_character = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
      if (starts_character && ++columns > width_) {
        text.resize(at);
        break;
      }
    }
    return text;
  }

  const std::vector<LiveTask>& tasks_;
  const Instant now_;
  const std::size_t width_;
  const TreeStyle& style_;
  std::vector<Line> lines_;
};

}  // namespace

void LiveTasks::update(const engine::Attempt& attempt, const std::vector<TaskIndex>& changed) {
  add_missing(attempt);
  for (const TaskIndex index : changed) {
    const engine::Task& row = attempt.tasks[index];
    LiveTask& task = tasks_[index];
    const bool was_done = engine::is_done(task.state);
    task.state = row.state;
    if (!task.begun && row.state >= TaskState::running) {
      task.begun = row.started_at.value_or(row.updated_at);
    }
    if (was_done == engine::is_done(row.state)) continue;
    task.ended = was_done ? std::nullopt : std::optional(row.updated_at);
    const auto change = was_done ? static_cast<std::size_t>(-1) : std::size_t{1};
    done_ += change;
    if (task.parent != engine::kNone) tasks_[task.parent].children_done += change;
  }
}

void LiveTasks::add_missing(const engine::Attempt& attempt) {
  for (std::size_t i = tasks_.size(); i < attempt.tasks.size(); ++i) {
    const engine::Task& row = attempt.tasks[i];
    LiveTask task;
    task.name = row.name();
    task.parent = row.parent;
    if (row.kind == engine::TaskKind::task && row.config.is_object()) {
      const auto name = operators::operator_name(row.config.as_object(), row.config.as_object());
      task.op = name ? *name + ">" : "";
    }
    if (row.parent != engine::kNone) {
      tasks_[row.parent].children.push_back(static_cast<TaskIndex>(i));
    }
    tasks_.push_back(std::move(task));
  }
}

std::vector<std::string> tree_lines(const LiveTasks& tasks, Instant now, std::size_t width,
                                    std::size_t max_lines, const TreeStyle& style) {
  return TreeRenderer(tasks, now, width, style).render(max_lines);
}

std::string short_duration(Duration duration) {
  const auto tenths =
      std::chrono::duration_cast<std::chrono::duration<std::int64_t, std::deci>>(duration).count();
  const std::int64_t seconds = std::max<std::int64_t>(tenths, 0) / 10;
  if (seconds < 60) return fmt::format("{}.{}s", seconds, std::max<std::int64_t>(tenths, 0) % 10);
  if (seconds < 3600) return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h {:02}m", seconds / 3600, seconds / 60 % 60);
}

std::size_t shown_width(std::string_view text) {
  std::size_t columns = 0;
  bool in_escape = false;
  for (const char c : text) {
    if (c == '\033') {
      in_escape = true;
    } else if (in_escape) {
      in_escape = c < 'A' || c == '[';
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++columns;
    }
  }
  return columns;
}

}  // namespace mogura::cli
