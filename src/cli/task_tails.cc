#include "cli/task_tails.h"

#include <algorithm>

#include "value/utf8.h"

namespace mogura::cli {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

/// What a terminal can show of a line without being changed by it: text without colours and other
/// control sequences (`ESC [ ... letter`).
std::string printable(const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\033' && line.substr(i + 1, 1) == "[") {
      i = std::min(line.find_first_not_of("0123456789;?", i + 2), line.size());
    } else if (!is_control(line[i])) {
      text += line[i];
    }
  }
  return value::valid_utf8(text);
}

}  // namespace

void OutputTail::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    current_ += part.substr(0, kMaxLineBytes - std::min(current_.size(), kMaxLineBytes));
    if (end == std::string_view::npos) return;
    finished_.push_back(std::move(current_));
    current_.clear();
    if (finished_.size() > kMaxLines) finished_.pop_front();
    bytes.remove_prefix(end + 1);
  }
}

std::vector<std::string> OutputTail::lines() const {
  std::vector<std::string> lines(finished_.begin(), finished_.end());
  if (!current_.empty()) lines.push_back(current_);
  if (lines.size() > kMaxLines) lines.erase(lines.begin());
  for (std::string& line : lines) line = printable(line);
  return lines;
}

class TailLog : public TaskLog {
 public:
  TailLog(std::string task_name, std::shared_ptr<TaskTails::Shared> shared,
          std::shared_ptr<TaskLog> next)
      : task_name_(std::move(task_name)), shared_(std::move(shared)), next_(std::move(next)) {}

  void write(const LogRecord& record) override {
    if (next_ != nullptr) next_->write(record);
  }

  void output(std::string_view bytes) override {
    if (next_ != nullptr) next_->output(bytes);
    MutexLock lock(shared_->mutex);
    shared_->tails[task_name_].append(bytes);
  }

 private:
  const std::string task_name_;
  const std::shared_ptr<TaskTails::Shared> shared_;
  const std::shared_ptr<TaskLog> next_;
};

std::shared_ptr<TaskLog> TaskTails::open(const std::string& task_name,
                                         std::shared_ptr<TaskLog> next) {
  forget(task_name);
  return std::make_shared<TailLog>(task_name, shared_, std::move(next));
}

std::vector<std::string> TaskTails::lines_of(const std::string& task_name) const {
  MutexLock lock(shared_->mutex);
  const auto found = shared_->tails.find(task_name);
  return found == shared_->tails.end() ? std::vector<std::string>{} : found->second.lines();
}

void TaskTails::forget(const std::string& task_name) {
  MutexLock lock(shared_->mutex);
  shared_->tails.erase(task_name);
}

}  // namespace mogura::cli
