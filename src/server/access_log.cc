#include "server/access_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/log.h"

namespace mogura::server {
namespace {

const Logger access_logger("io.digdag.server.AccessLog");

// The day on which a file was written last; empty where there is none.
std::string day_of_file(const std::filesystem::path& path, const calendar::TimeZone& zone) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return calendar::iso_date(Instant(std::chrono::seconds(status.st_mtime)), zone);
}

}  // namespace

AccessLog::AccessLog(std::filesystem::path directory, const std::string& pattern,
                     const Clock& clock)
    : directory_(std::move(directory)),
      pattern_(pattern),
      clock_(clock),
      zone_(calendar::TimeZone::system()) {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  day_ = day_of_file(directory_ / "access.log", zone_);
}

void AccessLog::write(const net::Exchange& exchange) {
  const Instant now = clock_.now();
  const std::string line = pattern_.line(exchange, now, zone_) + "\n";
  const std::string today = calendar::iso_date(now, zone_);
  MutexLock lock(mutex_);
  if (!file_ || day_ != today) open(today);
  const ssize_t written = ::write(file_.get(), line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()) && !std::exchange(complained_, true)) {
    access_logger.warn("Cannot write the access log in {}", directory_.string());
  }
}

void AccessLog::reopen() {
  MutexLock lock(mutex_);
  file_.reset();
}

void AccessLog::open(const std::string& day) {
  const std::filesystem::path current = directory_ / "access.log";
  std::error_code ignored;
  if (!day_.empty() && day_ != day) {
    std::filesystem::rename(current, directory_ / ("access." + day_ + ".log"), ignored);
  }
  file_ = UniqueFd(::open(current.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  day_ = day;
}

}  // namespace mogura::server
