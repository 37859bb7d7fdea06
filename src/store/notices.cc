#include "store/notices.h"

#include <map>

namespace mogura::store {

struct Notices::Listeners {
  Mutex mutex;
  std::map<std::uint64_t, Listener> by_id MOGURA_GUARDED_BY(mutex);
  std::uint64_t last_id MOGURA_GUARDED_BY(mutex) = 0;
};

std::shared_ptr<Notices::Listeners> Notices::make_listeners() {
  return std::make_shared<Listeners>();
}

std::unique_ptr<Notices::Subscription> Notices::subscribe(Listener listener) {
  MutexLock lock(listeners_->mutex);
  const std::uint64_t id = ++listeners_->last_id;
  listeners_->by_id.emplace(id, std::move(listener));
  return std::make_unique<Subscription>(listeners_, id);
}

void Notices::send(const Notice& notice) {
  if (notice.empty()) return;
  MutexLock lock(listeners_->mutex);
  for (const auto& [id, listener] : listeners_->by_id) listener(notice);
}

Notices::Subscription::~Subscription() {
  MutexLock lock(listeners_->mutex);
  listeners_->by_id.erase(id_);
}

}  // namespace mogura::store
