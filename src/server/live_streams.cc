#include "server/live_streams.h"

#include <pthread.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "server/reply.h"
#include "value/json.h"

namespace mogura::server {
namespace {

const Logger live_logger("io.digdag.server.LiveStreams");

// A feed may take this part of the time: one that looks for long looks more seldom.
constexpr int kRestPerLook = 10;
constexpr std::string_view kComment = ": \n\n";

}  // namespace

std::string live_event(std::string_view name, const Value& data) {
  return "event: " + std::string(name) + "\ndata: " + value::to_json(data) + "\n\n";
}

net::ServerResponse LiveStreams::reply_with(std::shared_ptr<LiveFeed> feed) {
  {
    MutexLock lock(mutex_);
    if (open_ >= kMaxStreams) return error_reply(503, "Too many streams are open");
  }
  net::ServerResponse response;
  response.headers = {{"Content-Type", std::string(kEventStream)}, {"Cache-Control", "no-cache"}};
  response.body = [this, feed = std::move(feed)](std::shared_ptr<net::ResponseStream> stream) {
    add({std::move(stream), feed});
  };
  return response;
}

void LiveStreams::add(Stream stream) {
  MutexLock lock(mutex_);
  if (stopping_ || open_ >= kMaxStreams) return stream.to->close();
  ++open_;
  streams_.push_front(std::move(stream));
  changed_.notify_all();
  if (running_) return;
  // The last one that ran has nothing more to do.
  if (thread_.joinable()) thread_.join();
  running_ = true;
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "live-streams");
    run();
  });
}

void LiveStreams::run() {
  while (std::optional<Stream> stream = take_due()) {
    const bool goes_on = serve(*stream);
    if (!goes_on) stream->to->close();
    give_back(std::move(*stream), goes_on);
  }
}

std::optional<LiveStreams::Stream> LiveStreams::take_due() {
  MutexLock lock(mutex_);
  while (!stopping_ && !streams_.empty()) {
    const auto next = std::ranges::min_element(streams_, {}, &Stream::next_look);
    if (const Time due = next->next_look; due > std::chrono::steady_clock::now()) {
      changed_.wait_until(mutex_, due);
      continue;
    }
    Stream stream = std::move(*next);
    streams_.erase(next);
    return stream;
  }
  running_ = false;
  return std::nullopt;
}

void LiveStreams::give_back(Stream stream, bool goes_on) {
  MutexLock lock(mutex_);
  if (goes_on) {
    streams_.push_back(std::move(stream));
  } else {
    --open_;
  }
}

bool LiveStreams::serve(Stream& stream) {
  const Time began = std::chrono::steady_clock::now();
  bool goes_on = true;
  try {
    goes_on = stream.feed->look(*stream.to);
  } catch (const Error& error) {
    live_logger.warn("Looking for news failed: {}", error.chain());
  }
  const Time now = std::chrono::steady_clock::now();
  stream.next_look =
      now + std::max<std::chrono::steady_clock::duration>(kInterval, kRestPerLook * (now - began));
  if (now - stream.last_sign > kMaxSilence) {
    stream.to->write(std::string(kComment));
    stream.last_sign = now;
  }
  return goes_on && stream.to->is_open();
}

void LiveStreams::stop() {
  std::thread ending;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    ending = std::move(thread_);
  }
  if (ending.joinable()) ending.join();
  MutexLock lock(mutex_);
  for (const Stream& stream : streams_) stream.to->close();
  streams_.clear();
}

}  // namespace mogura::server
