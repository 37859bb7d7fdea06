// The access log: a line for each request, in a file that begins anew each day (rest-api.md §14.2).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/unique_fd.h"
#include "calendar/time_zone.h"
#include "net/http_server.h"
#include "server/access_log_pattern.h"

namespace mogura::server {

class AccessLog {
 public:
  /// Writes to `access.log` in `directory`, which is made where it is missing. Throws ConfigError
  /// for a pattern that is wrong.
  AccessLog(std::filesystem::path directory, const std::string& pattern, const Clock& clock);

  /// Any thread. At midnight the file is renamed to `access.yyyy-MM-dd.log` first. Where the file
  /// cannot be written the line is lost, and the log says so once.
  void write(const net::Exchange& exchange);
  /// Goes on in a new file, as the old one was moved.
  void reopen();

 private:
  void open(const std::string& day) MOGURA_REQUIRES(mutex_);

  const std::filesystem::path directory_;
  const AccessLogPattern pattern_;
  const Clock& clock_;
  const calendar::TimeZone zone_;
  Mutex mutex_;
  UniqueFd file_ MOGURA_GUARDED_BY(mutex_);
  std::string day_ MOGURA_GUARDED_BY(mutex_);
  bool complained_ MOGURA_GUARDED_BY(mutex_) = false;
};

}  // namespace mogura::server
