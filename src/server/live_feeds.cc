#include "server/live_feeds.h"

#include <map>
#include <tuple>

#include "blob/log_names.h"
#include "blob/log_text.h"
#include "server/models.h"
#include "value/json.h"

namespace mogura::server {
namespace {

class AttemptFeed : public LiveFeed {
 public:
  AttemptFeed(const Services& services, SiteId site, AttemptId attempt)
      : services_(services), site_(site), id_(attempt) {}

  bool look(net::ResponseStream& stream) override {
    // First: what is done now has only tasks that will not change any more.
    const auto attempt = services_.database.find_attempt_summary(site_, id_);
    if (!attempt) return false;
    send_tasks(stream, attempt->info.project);
    std::string shown = live_event("attempt", attempt_model(*attempt));
    if (shown != last_attempt_) stream.write(shown);
    last_attempt_ = std::move(shown);
    return !attempt->done;
  }

 private:
  using Signature = std::tuple<engine::TaskState, std::uint8_t, std::int32_t, Instant>;

  void send_tasks(net::ResponseStream& stream, ProjectId project) {
    const store::AttemptTasks tasks = services_.database.tasks_of(id_);
    std::vector<const store::TaskSummary*> changed;
    for (const store::TaskSummary& task : tasks.tasks) {
      const Signature now{task.task.state, task.task.flags, task.task.run, task.task.updated_at};
      const auto [seen, is_new] = seen_.try_emplace(task.id, now);
      if (!is_new && seen->second == now) continue;
      seen->second = now;
      changed.push_back(&task);
    }
    if (changed.empty()) return;
    const secrets::SecretMask mask = services_.vault.mask(project);
    for (const Value& model : task_models(tasks, changed, mask)) {
      stream.write(live_event("task", model));
    }
  }

  const Services& services_;
  const SiteId site_;
  const AttemptId id_;
  std::map<std::int64_t, Signature> seen_;  // by task
  std::string last_attempt_;
};

class LogFeed : public LiveFeed {
 public:
  LogFeed(const Services& services, SiteId site, AttemptId attempt, std::string prefix)
      : services_(services), site_(site), id_(attempt), prefix_(std::move(prefix)) {}

  bool look(net::ResponseStream& stream) override {
    // First: what is done now writes no more.
    const auto attempt = services_.database.find_attempt_summary(site_, id_);
    if (!attempt) return false;
    const blob::AttemptLogs logs = blob::logs_of(attempt->info);
    for (const blob::LogFile& file : services_.logs.list(logs, prefix_)) {
      send_lines(stream, logs, file, attempt->done);
    }
    if (attempt->done) stream.write(live_event("end", attempt_model(*attempt)));
    return !attempt->done;
  }

 private:
  struct Reading {
    blob::LogText text;
    std::string rest;  // the beginning of a line
  };

  void send_lines(net::ResponseStream& stream, const blob::AttemptLogs& logs,
                  const blob::LogFile& file, bool is_last) {
    Reading& reading = readings_[file.name];
    if (file.bytes > reading.text.bytes_read()) {
      const auto more = services_.logs.read(logs, file.name, reading.text.bytes_read());
      if (more) reading.rest += reading.text.decode(*more);
    }
    const std::size_t end = is_last ? reading.rest.size() : reading.rest.rfind('\n') + 1;
    if (end == 0) return;
    stream.write(live_event(
        "log",
        Object{{"task", file.task}, {"file", file.name}, {"text", reading.rest.substr(0, end)}}));
    reading.rest.erase(0, end);
  }

  const Services& services_;
  const SiteId site_;
  const AttemptId id_;
  const std::string prefix_;
  std::map<std::string, Reading> readings_;  // by file
};

}  // namespace

std::shared_ptr<LiveFeed> attempt_feed(const Services& services, SiteId site, AttemptId attempt) {
  return std::make_shared<AttemptFeed>(services, site, attempt);
}

std::shared_ptr<LiveFeed> log_feed(const Services& services, SiteId site, AttemptId attempt,
                                   std::string prefix) {
  return std::make_shared<LogFeed>(services, site, attempt, std::move(prefix));
}

}  // namespace mogura::server
