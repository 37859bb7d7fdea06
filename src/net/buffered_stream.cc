#include "net/buffered_stream.h"

namespace mogura::net {

bool BufferedStream::write(std::string piece) {
  MutexLock lock(mutex_);
  if (!open_) return false;
  if (pending_.size() + piece.size() > kMaxUnsentBytes) {
    open_ = false;
    overrun_ = true;
  } else if (pending_.empty()) {
    pending_ = std::move(piece);
  } else {
    pending_ += piece;
  }
  wake_once();
  return open_;
}

bool BufferedStream::is_open() const {
  MutexLock lock(mutex_);
  return open_;
}

void BufferedStream::close() {
  MutexLock lock(mutex_);
  if (!open_) return;
  open_ = false;
  ending_ = true;
  wake_once();
}

std::optional<BufferedStream::Taken> BufferedStream::take() {
  MutexLock lock(mutex_);
  if (pending_.empty() && !ending_ && !overrun_) {
    awake_ = false;
    return std::nullopt;
  }
  Taken taken{{}, ending_, overrun_};
  taken.bytes.swap(pending_);
  return taken;
}

void BufferedStream::disconnect() {
  MutexLock lock(mutex_);
  open_ = false;
  wake_ = nullptr;
  pending_.clear();
}

void BufferedStream::wake_once() {
  if (awake_ || !wake_) return;
  awake_ = true;
  wake_();
}

}  // namespace mogura::net
