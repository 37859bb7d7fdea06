#include "cli/live_view.h"

#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace mogura::cli {
namespace {

constexpr std::size_t kDefaultColumns = 80;
constexpr std::size_t kDefaultRows = 24;
// Lines of the terminal that are left to the output of tasks.
constexpr std::size_t kRowsForOutput = 6;

struct TerminalSize {
  std::size_t columns;
  std::size_t rows;
};

TerminalSize terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {kDefaultColumns, kDefaultRows};
  }
  return {size.ws_col, size.ws_row};
}

}  // namespace

bool locale_is_utf8() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* locale = std::getenv(variable);
    if (locale == nullptr || *locale == '\0') continue;
    const std::string_view name(locale);
    return name.contains("UTF-8") || name.contains("utf8") || name.contains("UTF8");
  }
  return false;
}

LiveView::LiveView(Console& console, std::string workflow, TreeStyle style)
    : console_(console), workflow_(std::move(workflow)), style_(style) {}

LiveView::~LiveView() {
  stop();
}

void LiveView::start() {
  console_.set_live_area(this);
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "live-view");
    refresh_until_stopped();
  });
}

void LiveView::stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  stopping_changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  console_.refresh();
  console_.set_live_area(nullptr);
}

void LiveView::committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                         const std::vector<engine::TaskIndex>& changed) {
  if (info.workflow_name != workflow_) return;
  MutexLock lock(mutex_);
  tasks_.update(attempt, changed);
}

void LiveView::refresh_until_stopped() {
  for (;;) {
    {
      MutexLock lock(mutex_);
      const auto deadline = std::chrono::steady_clock::now() + kRefreshInterval;
      while (!stopping_ && std::chrono::steady_clock::now() < deadline) {
        stopping_changed_.wait_until(mutex_, deadline);
      }
      if (stopping_) return;
    }
    console_.refresh();
  }
}

// Where the terminal has become narrower since, lines that were drawn take several rows now.
std::string_view LiveView::erasing() {
  const std::size_t columns = terminal_size().columns;
  std::size_t rows = 0;
  for (const std::size_t width : drawn_widths_) {
    rows += std::max<std::size_t>(1, (width + columns - 1) / columns);
  }
  erasing_ = rows == 0 ? "" : "\r\033[" + std::to_string(rows) + "A\033[J";
  return erasing_;
}

// Output that comes fast finds the tree as it was drawn last.
std::string_view LiveView::drawing() {
  const auto now = std::chrono::steady_clock::now();
  const TerminalSize size = terminal_size();
  const std::size_t room = size.rows > kRowsForOutput + 1 ? size.rows - kRowsForOutput : 1;
  std::vector<std::string> lines;
  {
    MutexLock lock(mutex_);
    if (now < drawing_valid_until_ && !stopping_) return drawing_;
    lines = tree_lines(tasks_, SystemClock().now(), size.columns, room, style_);
  }
  drawing_valid_until_ = now + kRefreshInterval / 2;
  drawing_.clear();
  drawn_widths_.clear();
  for (const std::string& line : lines) {
    drawing_ += line + "\n";
    drawn_widths_.push_back(shown_width(line));
  }
  return drawing_;
}

}  // namespace mogura::cli
