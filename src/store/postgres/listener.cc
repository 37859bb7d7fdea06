#include "store/postgres/listener.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <charconv>

#include "base/log.h"

namespace mogura::store::postgres {
namespace {

const Logger listener_logger("mogura.store.postgres");

constexpr int kPauseBeforeNextTryMillis = 1'000;

std::unique_ptr<Connection> listening_connection(const Options& options) {
  auto connection = std::make_unique<Connection>(options);
  connection->run(std::string("LISTEN ") + kChannel, {});
  return connection;
}

}  // namespace

std::string notice_text(const std::string& sender, const Notice& notice) {
  std::string text = sender + " ";
  if (notice.queued) text += 'q';
  if (notice.canceled) text += 'c';
  if (notice.schedules) text += 's';
  if (notice.leases) text += 'l';
  if (notice.missed) text += 'm';
  if (notice.wake_at) {
    text += 'w' + std::to_string(notice.wake_at->time_since_epoch().count());
  }
  return text;
}

std::optional<SentNotice> notice_from(const std::string& text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  SentNotice sent;
  sent.sender = text.substr(0, blank);
  for (std::size_t at = blank + 1; at < text.size(); ++at) {
    if (text[at] == 'q') sent.notice.queued = true;
    if (text[at] == 'c') sent.notice.canceled = true;
    if (text[at] == 's') sent.notice.schedules = true;
    if (text[at] == 'l') sent.notice.leases = true;
    if (text[at] == 'm') sent.notice.missed = true;
    if (text[at] != 'w') continue;
    std::int64_t micros = 0;
    std::from_chars(text.data() + at + 1, text.data() + text.size(), micros);
    sent.notice.wake_at = Instant(Duration(micros));
    break;
  }
  return sent;
}

Listener::Listener(const Options& options, std::string self, Notices& notices)
    : options_(options),
      self_(std::move(self)),
      notices_(notices),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      connection_(listening_connection(options_)),
      thread_([this] {
        ::pthread_setname_np(::pthread_self(), "store-notices");
        run();
      }) {}

Listener::~Listener() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof one);
  thread_.join();
}

void Listener::run() {
  while (true) {
    try {
      if (connection_ == nullptr) {
        connection_ = listening_connection(options_);
        listener_logger.info("Listening to PostgreSQL again.");
        notices_.send({.missed = true});
      }
      listen_until_cut_or_stopped(*connection_);
      return;
    } catch (const Error& error) {
      if (connection_ != nullptr) listener_logger.warn("{}", error.chain());
      connection_.reset();
      if (!wait_before_next_try()) return;
    }
  }
}

// Returns when it is to stop, throws when the connection is cut.
void Listener::listen_until_cut_or_stopped(Connection& connection) {
  while (true) {
    for (const Connection::Notification& received : connection.notifications()) {
      const auto sent = notice_from(received.payload);
      if (sent && sent->sender != self_) notices_.send(sent->notice);
    }
    pollfd waiting[] = {{.fd = connection.socket(), .events = POLLIN, .revents = 0},
                        {.fd = stop_.get(), .events = POLLIN, .revents = 0}};
    ::poll(waiting, 2, -1);
    if (waiting[1].revents != 0) return;
  }
}

bool Listener::wait_before_next_try() {
  pollfd stopped = {.fd = stop_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&stopped, 1, kPauseBeforeNextTryMillis) == 0;
}

}  // namespace mogura::store::postgres
