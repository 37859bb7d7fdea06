// The archives that an agent's tasks need, kept in memory while there is room: tasks of one
// revision read it once, and not once each.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/id.h"
#include "base/mutex.h"

namespace mogura::blob {

class ArchiveCache {
 public:
  /// Reads the archive of a revision from where it is kept; absent where there is none. A
  /// revision's archive never changes. Called from any thread, without a lock held.
  using Fetch =
      std::function<std::optional<std::string>(ProjectId project, const std::string& revision)>;

  static constexpr std::uint64_t kDefaultMaxBytes = 64u << 20;  // `agent.archive_cache.max_bytes`

  explicit ArchiveCache(Fetch fetch, std::uint64_t max_bytes = kDefaultMaxBytes)
      : fetch_(std::move(fetch)), max_bytes_(max_bytes) {}

  /// Any thread. Throws RuntimeError "Archive data for project id=N revision='R' is not found in
  /// database" (runtime.md §7.2), and what the fetching throws.
  std::shared_ptr<const std::string> get(ProjectId project, const std::string& revision);

 private:
  using Key = std::pair<ProjectId, std::string>;
  struct Kept {
    Key key;
    std::shared_ptr<const std::string> archive;
  };
  void keep(Kept kept) MOGURA_REQUIRES(mutex_);

  const Fetch fetch_;
  const std::uint64_t max_bytes_;
  Mutex mutex_;
  std::list<Kept> kept_ MOGURA_GUARDED_BY(mutex_);  // what was used last is in front
  std::map<Key, std::list<Kept>::iterator> by_key_ MOGURA_GUARDED_BY(mutex_);
  std::uint64_t bytes_ MOGURA_GUARDED_BY(mutex_) = 0;
};

}  // namespace mogura::blob
