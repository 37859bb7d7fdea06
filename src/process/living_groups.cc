#include "process/living_groups.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace mogura::process {
namespace {

/// Enough for the first five fields: a name has at most 64 bytes.
constexpr std::size_t kStatBytes = 256;

/// The group in "NUMBER (NAME) STATE PARENT GROUP ...", where NAME may hold anything; nothing for a
/// process that is dead.
std::optional<pid_t> group_in(std::string_view stat) {
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  stat.remove_prefix(name_end + 2);
  if (stat.starts_with('Z') || stat.starts_with('X')) return std::nullopt;
  for (int field = 0; field < 2; ++field) {
    const std::size_t blank = stat.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    stat.remove_prefix(blank + 1);
  }
  pid_t group = 0;
  const auto parsed = std::from_chars(stat.data(), stat.data() + stat.size(), group);
  return parsed.ec == std::errc() ? std::optional(group) : std::nullopt;
}

std::optional<pid_t> group_of(int proc, const std::string& number) {
  const std::string name = number + "/stat";
  const UniqueFd fd(::openat(proc, name.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, kStatBytes> buffer;
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
  if (got <= 0) return std::nullopt;  // it has just ended
  return group_in({buffer.data(), static_cast<std::size_t>(got)});
}

}  // namespace

std::unordered_set<pid_t> living_groups() {
  std::unordered_set<pid_t> groups;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  if (proc == nullptr) return groups;
  while (const dirent* const entry = ::readdir(proc.get())) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const std::optional<pid_t> group = group_of(::dirfd(proc.get()), entry->d_name);
    if (group) groups.insert(*group);
  }
  return groups;
}

}  // namespace mogura::process
