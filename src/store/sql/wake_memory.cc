#include "store/sql/wake_memory.h"

#include <algorithm>

namespace mogura::store::sql {
namespace {

void lower(std::optional<Instant>& time, Instant to) {
  time = std::min(time.value_or(to), to);
}

}  // namespace

void WakeMemory::note(const Notice& notice) {
  MutexLock lock(mutex_);
  if (notice.missed) {
    missed_ = true;
    believed_until_ = {};
  }
  if (!notice.wake_at) return;
  lower(changed_, *notice.wake_at);
  lower(earliest_, *notice.wake_at);
}

bool WakeMemory::none_due(Instant now) {
  const auto known = bound();
  return known && (!*known || **known > now);
}

std::optional<std::optional<Instant>> WakeMemory::bound() {
  MutexLock lock(mutex_);
  if (std::chrono::steady_clock::now() >= believed_until_) return std::nullopt;
  return std::optional(earliest_);
}

void WakeMemory::asking() {
  MutexLock lock(mutex_);
  changed_.reset();
  missed_ = false;
}

void WakeMemory::learn(std::optional<Instant> earliest) {
  MutexLock lock(mutex_);
  if (missed_) return;
  earliest_ = earliest;
  if (changed_) lower(earliest_, *changed_);
  believed_until_ = std::chrono::steady_clock::now() + kBelieved;
}

}  // namespace mogura::store::sql
