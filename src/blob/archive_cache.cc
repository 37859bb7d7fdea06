#include "blob/archive_cache.h"

#include <fmt/format.h>

namespace mogura::blob {

std::shared_ptr<const std::string> ArchiveCache::get(ProjectId project,
                                                     const std::string& revision) {
  const Key key(project, revision);
  {
    MutexLock lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      kept_.splice(kept_.begin(), kept_, found->second);
      return found->second->archive;
    }
  }
  std::optional<std::string> fetched = fetch_(project, revision);
  if (!fetched) {
    throw RuntimeError(
        fmt::format("Archive data for project id={} revision='{}' is not found in database",
                    project.value, revision));
  }
  auto archive = std::make_shared<const std::string>(*std::move(fetched));
  MutexLock lock(mutex_);
  keep({.key = key, .archive = archive});
  return archive;
}

void ArchiveCache::keep(Kept kept) {
  const std::uint64_t size = kept.archive->size();
  // Another thread may have fetched the same in between.
  if (size > max_bytes_ || by_key_.contains(kept.key)) return;
  kept_.push_front(std::move(kept));
  by_key_[kept_.front().key] = kept_.begin();
  bytes_ += size;
  while (bytes_ > max_bytes_) {
    bytes_ -= kept_.back().archive->size();
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
}

}  // namespace mogura::blob
