// An agent: claims queued tasks, runs them, reports what came of them (execution.md §10).
//
// A task's operator runs on a worker thread only while it computes or talks to the outside; while
// its command runs, no thread waits for it. The agent holds one lease; when it cannot renew it in
// time it ends its own tasks before anyone else may take them, also while the store leaves it
// without an answer.
//
// It polls for nothing: the store tells it, whoever changed it, that entries came into the queue
// and that claims are to end. An agent without tasks holds no lease and asks nothing.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "command/executor.h"
#include "executor/executor.h"
#include "operators/task_run.h"
#include "store/store.h"

namespace mogura::agent {

struct Options {
  std::string name;   // `agent.id`
  int max_tasks = 0;  // `agent.max-task-threads`; 0: no limit
  std::chrono::milliseconds heartbeat_interval{3'000};
  std::chrono::milliseconds lease_time{10'000};
  /// How long stop() waits for running tasks before it ends them.
  std::chrono::milliseconds stop_timeout{0};
};

/// How an agent reports: an event of a task, with the queue entry that it holds. The report may be
/// forgotten once it is settled.
using Report = std::function<void(AttemptId, engine::Event, std::optional<store::Ownership>,
                                  executor::Settled)>;

/// The files of a project for one execution of a task: there as long as the object.
class ProjectFiles {
 public:
  virtual ~ProjectFiles() = default;
  /// The project's directory, absolute.
  virtual const std::filesystem::path& path() const = 0;
};

struct Dependencies {
  store::Store& store;
  const Clock& clock;
  const operators::Environment& environment;
  operators::RunOptions run_options;
  command::Executor& commands;
  Report report;
  /// The log of a task's run, null for none. Throws as open_project.
  std::function<std::shared_ptr<TaskLog>(const operators::TaskRequest&)> open_task_log;
  /// Puts the project of a task somewhere; absent: all work in the directory that run_options
  /// names. Throws Error, of kind "database" where trying again may help. Any thread.
  std::function<std::unique_ptr<ProjectFiles>(const operators::TaskRequest&)> open_project;
};

class Agent {
 public:
  Agent(Dependencies dependencies, Options options);
  ~Agent();  // stop()

  void start();
  /// Claims nothing more, waits for what runs as long as the options say, ends the rest, and gives
  /// all claims back to the queue; until then it renews its lease. Safe to call twice.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::agent
