#include "blob/archive_cache.h"

#include "blob/archive_store.h"

namespace mogura::blob {

std::shared_ptr<const std::string> ArchiveCache::get(const store::Revision& revision) {
  std::string identity = archive_identity(revision);
  {
    MutexLock lock(mutex_);
    if (const auto found = by_identity_.find(identity); found != by_identity_.end()) {
      kept_.splice(kept_.begin(), kept_, found->second);
      return found->second->archive;
    }
  }
  auto archive = std::make_shared<const std::string>(fetch_(revision));
  MutexLock lock(mutex_);
  keep({.identity = std::move(identity), .archive = archive});
  return archive;
}

void ArchiveCache::keep(Kept kept) {
  const std::uint64_t size = kept.archive->size();
  // Another thread may have fetched the same in between.
  if (size > max_bytes_ || by_identity_.contains(kept.identity)) return;
  kept_.push_front(std::move(kept));
  by_identity_[kept_.front().identity] = kept_.begin();
  bytes_ += size;
  while (bytes_ > max_bytes_) {
    bytes_ -= kept_.back().archive->size();
    by_identity_.erase(kept_.back().identity);
    kept_.pop_back();
  }
}

}  // namespace mogura::blob
