// Notices between processes, by LISTEN and NOTIFY, on a connection of its own.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "store/notices.h"
#include "store/postgres/connection.h"
#include "store/postgres/options.h"

namespace mogura::store::postgres {

/// The channel that all servers of one database listen to.
inline constexpr const char* kChannel = "mogura";

/// A notice as text: who sends it, what it says, and back. A text of nobody we know says nothing.
std::string notice_text(const std::string& sender, const Notice& notice);
struct SentNotice {
  std::string sender;
  Notice notice;
};
std::optional<SentNotice> notice_from(const std::string& text);

/// Hands on what others send, on a thread of its own. Where the connection was cut it opens another
/// and says that notices may have been missed.
class Listener {
 public:
  /// Notices of `self` are not handed on. Throws Error of kind "database" where the first
  /// connection fails.
  Listener(const Options& options, std::string self, Notices& notices);
  ~Listener();

 private:
  void run();
  void listen_until_cut_or_stopped(Connection& connection);
  bool wait_before_next_try();

  const Options options_;
  const std::string self_;
  Notices& notices_;
  UniqueFd stop_;  // readable: the thread is to end
  std::unique_ptr<Connection> connection_;
  std::thread thread_;
};

}  // namespace mogura::store::postgres
