#include "operators/polling_retry.h"

#include <algorithm>

namespace mogura::operators {
namespace {

std::int64_t tries_so_far(const Object& step) {
  const Value* retry = step.find("retry");
  return retry != nullptr && retry->is_integer() ? std::max<std::int64_t>(0, retry->as_integer())
                                                 : 0;
}

std::chrono::seconds wait_after(std::int64_t tries, RetryWaits waits) {
  std::chrono::seconds wait = waits.first;
  for (; tries > 0 && wait < waits.longest; --tries) wait *= 2;
  return std::min(wait, waits.longest);
}

}  // namespace

Poll poll_for_retry(const Object& state, std::string_view key, const std::string& message,
                    const Logger& log, RetryWaits waits) {
  const Value* kept = state.find(key);
  Object step = kept != nullptr && kept->is_object() ? kept->as_object() : Object{};
  const std::int64_t tries = tries_so_far(step);
  const std::chrono::seconds wait = wait_after(tries, waits);
  if (!step.contains("operation")) step.set("operation", Object{});
  step.set("retry", tries + 1);
  log.warn("{}: retrying in {} seconds", message, wait.count());

  Poll poll{wait, state, std::nullopt};
  poll.state.set(key, std::move(step));
  return poll;
}

}  // namespace mogura::operators
