// The tree of tasks on the last lines of a terminal, while a run goes on.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "cli/console.h"
#include "cli/live_tree.h"
#include "executor/executor.h"

namespace mogura::cli {

/// Shows the attempt of `workflow`; other attempts (require>) are not shown.
class LiveView : public executor::Observer, private LiveArea {
 public:
  LiveView(Console& console, std::string workflow, TreeStyle style);
  ~LiveView() override;  // stop()

  void start();
  /// Draws once more and leaves that on the screen. Safe to call twice.
  void stop();

  void committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                 const std::vector<engine::TaskIndex>& changed) override;

 private:
  static constexpr std::chrono::milliseconds kRefreshInterval{100};

  std::string_view erasing() override;
  std::string_view drawing() override;
  void refresh_until_stopped();

  Console& console_;
  const std::string workflow_;
  const TreeStyle style_;

  // Guarded by the console while this is its live area.
  std::string drawing_;
  std::chrono::steady_clock::time_point drawing_valid_until_{};
  std::string erasing_;
  std::vector<std::size_t> drawn_widths_;  // of the lines on the screen

  Mutex mutex_;
  Condition stopping_changed_;
  LiveTasks tasks_ MOGURA_GUARDED_BY(mutex_);
  bool stopping_ MOGURA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

/// Whether the locale has the characters of the tree.
bool locale_is_utf8();

}  // namespace mogura::cli
