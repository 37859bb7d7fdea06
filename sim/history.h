// What happened in a simulation, for people; written only when somebody will read it.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "sim/timeline.h"

namespace mogura::sim {

class History {
 public:
  History(const Timeline& timeline, bool recording) : timeline_(timeline), recording_(recording) {}

  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    if (!recording_) return;
    const std::chrono::duration<double> now = timeline_.now();
    lines_.push_back(
        fmt::format("{:9.3f} {}", now.count(), fmt::format(format, std::forward<Args>(args)...)));
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const Timeline& timeline_;
  const bool recording_;
  std::vector<std::string> lines_;
};

}  // namespace mogura::sim
