// The archives that an agent's tasks need, kept in memory while there is room: tasks of one archive
// read it once, and not once each, whatever revisions they belong to.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/mutex.h"
#include "store/projects.h"

namespace mogura::blob {

class ArchiveCache {
 public:
  /// Reads the archive of a revision from where it is kept; throws where there is none. Called from
  /// any thread, without a lock held.
  using Fetch = std::function<std::string(const store::Revision&)>;

  static constexpr std::uint64_t kDefaultMaxBytes = 64u << 20;  // `agent.archive_cache.max_bytes`

  explicit ArchiveCache(Fetch fetch, std::uint64_t max_bytes = kDefaultMaxBytes)
      : fetch_(std::move(fetch)), max_bytes_(max_bytes) {}

  /// Any thread. Throws what the fetching throws.
  std::shared_ptr<const std::string> get(const store::Revision& revision);

 private:
  struct Kept {
    std::string identity;  // archive_identity()
    std::shared_ptr<const std::string> archive;
  };
  void keep(Kept kept) MOGURA_REQUIRES(mutex_);

  const Fetch fetch_;
  const std::uint64_t max_bytes_;
  Mutex mutex_;
  std::list<Kept> kept_ MOGURA_GUARDED_BY(mutex_);  // what was used last is in front
  std::map<std::string, std::list<Kept>::iterator> by_identity_ MOGURA_GUARDED_BY(mutex_);
  std::uint64_t bytes_ MOGURA_GUARDED_BY(mutex_) = 0;
};

}  // namespace mogura::blob
