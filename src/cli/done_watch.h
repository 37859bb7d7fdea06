// Tells a local engine which of its attempts are done.
#pragma once

#include <functional>

#include "base/mutex.h"
#include "executor/executor.h"
#include "store/memory_store.h"

namespace mogura::cli {

/// Passes everything on to another observer. An attempt that is done is released from the store
/// once that one has seen its end: a scheduler runs for years.
class DoneWatch : public executor::Observer {
 public:
  /// `next` may be null.
  DoneWatch(store::MemoryStore& store, executor::Observer* next) : store_(store), next_(next) {}

  void committed(const store::AttemptInfo& info, const engine::Attempt& attempt,
                 const std::vector<engine::TaskIndex>& changed) override;

  /// Waits until an attempt, which was started, is done and `next` knows it; false when `give_up`
  /// said so first, which is asked when interrupt() was called.
  bool wait(AttemptId attempt, const std::function<bool()>& give_up);
  /// Makes wait() ask. Any thread.
  void interrupt();

 private:
  store::MemoryStore& store_;
  executor::Observer* const next_;
  Mutex mutex_;
  Condition changed_;
  bool interrupted_ MOGURA_GUARDED_BY(mutex_) = false;
};

}  // namespace mogura::cli
