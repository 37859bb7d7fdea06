// The program's standard output and error.
//
// Text is handed to the operating system at once and whole, one caller at a time, so that log lines
// and the output of tasks never mix within a line. A reader that goes away early (`| head`) or a
// full disk ends the output, not the program.
#pragma once

#include <string_view>

#include "base/mutex.h"

namespace mogura::cli {

/// Something on the terminal's last lines that other output must not run through.
class LiveArea {
 public:
  virtual ~LiveArea() = default;
  /// What removes the area from the screen, and what brings it back. Called with the console
  /// locked.
  virtual std::string_view erasing() = 0;
  virtual std::string_view drawing() = 0;
};

class Console {
 public:
  Console(int out_fd, int err_fd);

  void out(std::string_view text);
  void err(std::string_view text);

  /// Whether the console is a person's: colour and live output need both ends (cli.md §8.1).
  bool is_terminal() const { return is_terminal_; }
  bool err_is_terminal() const { return err_is_terminal_; }

  /// Keeps `area` below everything that is written to a terminal from now on; null ends that and
  /// leaves the area's last drawing on the screen.
  void set_live_area(LiveArea* area);
  /// Draws the live area anew.
  void refresh();

 private:
  struct Stream {
    int fd;
    bool is_terminal;
    bool is_open = true;
  };
  void write(Stream& stream, std::string_view text) MOGURA_REQUIRES(mutex_);

  const bool is_terminal_;
  const bool err_is_terminal_;
  Mutex mutex_;
  Stream out_ MOGURA_GUARDED_BY(mutex_);
  Stream err_ MOGURA_GUARDED_BY(mutex_);
  bool at_line_start_ MOGURA_GUARDED_BY(mutex_) = true;
  LiveArea* live_area_ MOGURA_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace mogura::cli
