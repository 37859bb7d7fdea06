// A ResponseStream between its writers and the connection that sends it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "net/http_server.h"

namespace mogura::net {

/// Outlives its connection in the hands of its writers.
class BufferedStream : public ResponseStream {
 public:
  /// `wake` is called when there is something to take, or to give up, and nobody was told yet. It
  /// must not take(), and is not called after disconnect().
  explicit BufferedStream(std::function<void()> wake) : wake_(std::move(wake)) {}

  bool write(std::string piece) override;
  bool is_open() const override;
  void close() override;

  struct Taken {
    std::string bytes;     // may be empty
    bool is_last = false;  // the writer has closed the stream
    bool overrun = false;  // the client reads too slowly
  };
  /// Absent: there is nothing now; `wake` will tell.
  std::optional<Taken> take();
  /// Nobody listens any more.
  void disconnect();

 private:
  void wake_once() MOGURA_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::function<void()> wake_ MOGURA_GUARDED_BY(mutex_);
  std::string pending_ MOGURA_GUARDED_BY(mutex_);
  bool open_ MOGURA_GUARDED_BY(mutex_) = true;
  bool ending_ MOGURA_GUARDED_BY(mutex_) = false;
  bool overrun_ MOGURA_GUARDED_BY(mutex_) = false;
  bool awake_ MOGURA_GUARDED_BY(mutex_) = false;
};

}  // namespace mogura::net
