// Answers that go on as things happen (server-sent events): while somebody watches, one thread
// looks after what is new for all of them; while nobody does, there is no thread.
//
// It looks into the database, so it sees what any server of it has done.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/mutex.h"
#include "net/http_server.h"
#include "value/value.h"

namespace mogura::server {

/// What one stream is about. Used by one thread at a time.
class LiveFeed {
 public:
  virtual ~LiveFeed() = default;
  /// Sends what is new; false when there will be nothing more. What it throws is logged, and it is
  /// asked again.
  virtual bool look(net::ResponseStream& stream) = 0;
};

class LiveStreams {
 public:
  static constexpr std::size_t kMaxStreams = 1'000;
  /// How often each feed looks, if looking is quick.
  static constexpr std::chrono::milliseconds kInterval{500};
  /// A stream that is silent for so long gets a comment, so that no proxy takes it for dead.
  static constexpr std::chrono::seconds kMaxSilence{15};

  ~LiveStreams() { stop(); }

  /// The answer that streams the feed, or 503 where too many others are open.
  net::ServerResponse reply_with(std::shared_ptr<LiveFeed> feed);
  /// Closes all streams and ends the thread. Safe to call twice.
  void stop();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Stream {
    std::shared_ptr<net::ResponseStream> to;
    std::shared_ptr<LiveFeed> feed;
    Time next_look{};
    Time last_sign{};
  };

  void add(Stream stream);
  void run();
  /// Waits for the next stream whose feed is to look; absent when there are no more.
  std::optional<Stream> take_due();
  void give_back(Stream stream, bool goes_on);
  /// False when the stream is over.
  static bool serve(Stream& stream);

  Mutex mutex_;
  Condition changed_;
  std::deque<Stream> streams_ MOGURA_GUARDED_BY(mutex_);
  std::size_t open_ MOGURA_GUARDED_BY(mutex_) = 0;  // with the one that is being served
  bool stopping_ MOGURA_GUARDED_BY(mutex_) = false;
  bool running_ MOGURA_GUARDED_BY(mutex_) = false;
  std::thread thread_ MOGURA_GUARDED_BY(mutex_);
};

/// `event: NAME`, `data: JSON`.
std::string live_event(std::string_view name, const Value& data);

}  // namespace mogura::server
