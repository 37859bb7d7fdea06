// What tests of operators share: a project directory of their own, a task to run in it, and fakes
// of what lies outside.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "operators/task_run.h"
#include "value/json.h"

namespace mogura::operators {

/// A directory that is removed with what is in it.
class ProjectDirectory {
 public:
  ProjectDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "operators-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~ProjectDirectory() { std::filesystem::remove_all(path_); }
  ProjectDirectory(const ProjectDirectory&) = delete;
  ProjectDirectory& operator=(const ProjectDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

class SecretsInMemory : public secrets::SecretStore {
 public:
  std::map<std::string, std::string> values;
  std::optional<Error> error;
  std::optional<std::string> find(ProjectId, const std::string& key) const override {
    if (error) throw *error;
    const auto found = values.find(key);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
};

/// Answers with the states that it was given, in turn, and keeps the questions.
class ScriptedAttempts : public Attempts {
 public:
  std::vector<std::optional<State>> answers;
  std::vector<Start> questions;
  std::optional<Error> error;
  std::optional<State> start_or_find(const Start& start) override {
    questions.push_back(start);
    if (error) throw *error;
    const std::size_t at = questions.size() - 1;
    return at < answers.size() ? answers[at] : std::nullopt;
  }
};

class RecordingNotifier : public Notifier {
 public:
  std::vector<std::string> messages;
  std::optional<Error> error;
  void notify(const TaskRequest& request, const std::string& message) override {
    if (error) throw *error;
    messages.push_back(request.task_name + ": " + message);
  }
};

/// Keeps the lines as "[ERROR] text".
class LinesInMemory : public LogSink {
 public:
  std::vector<std::string> lines;
  void write(const LogRecord& record) override {
    constexpr const char* kNames[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
    const auto level = static_cast<std::size_t>(record.level);
    lines.push_back("[" + std::string(kNames[level]) + "] " + std::string(record.text));
  }
};

class OutputInMemory : public TaskLog {
 public:
  std::string text;
  void write(const LogRecord&) override {}
  void output(std::string_view bytes) override { text += bytes; }
};

inline Object object_of(std::string_view json) {
  return value::parse_json(json).as_object();
}

/// A task `+wf+t` and its surroundings.
class OperatorTest : public testing::Test {
 protected:
  OperatorTest() {
    install_log(LogLevel::debug, log);
    request.site = SiteId{0};
    request.project = ProjectId{1};
    request.project_name = "default";
    request.workflow_name = "wf";
    request.session = SessionId{2};
    request.attempt = AttemptId{3};
    request.task_id = 7;
    request.task_name = "+wf+t";
    request.timezone = "UTC";
    request.session_time = clock.now();
    request.config = object_of(R"({"timezone": "UTC"})");
  }

  ~OperatorTest() override { install_log(LogLevel::error, std::make_shared<LinesInMemory>()); }

  /// Runs the task with these own keys, up to its first outcome.
  TaskRun::Outcome run(std::string_view local_json) {
    request.local_config = object_of(local_json);
    options.project_path = project.path();
    task = std::make_unique<TaskRun>(request, environment, options, [] { return false; });
    return task->start();
  }

  /// The same, followed by the execution after a poll that kept `state`.
  TaskRun::Outcome run_again(std::string_view local_json, const Object& state) {
    request.state_params = state;
    ++request.retry_count;
    return run(local_json);
  }

  static std::string message(const TaskRun::Outcome& outcome) {
    const auto* failure = std::get_if<Failure>(&outcome);
    if (failure == nullptr) return "(no failure)";
    return failure->error.find("message")->as_text();
  }

  static std::string subtasks(const TaskRun::Outcome& outcome) {
    const auto* done = std::get_if<Done>(&outcome);
    return done == nullptr ? message(outcome) : value::to_json(done->result.subtask_config);
  }

  /// The lines of these levels, as "ERROR" or "INFO ERROR".
  std::vector<std::string> lines(std::string_view levels) const {
    std::vector<std::string> kept;
    for (const std::string& line : log->lines) {
      if (levels.contains(line.substr(1, line.find(']') - 1))) kept.push_back(line);
    }
    return kept;
  }

  ProjectDirectory project;
  FakeClock clock{Instant(std::chrono::seconds(1'709'596'800))};  // 2024-03-05T00:00:00Z
  tmpl::Evaluator templates;
  SecretsInMemory secret_store;
  Object system_config;
  ScriptedAttempts attempts;
  RecordingNotifier notifier;
  TemporaryDirectories temporary_directories;
  std::string printed;
  std::shared_ptr<LinesInMemory> log = std::make_shared<LinesInMemory>();
  Environment environment{.clock = clock,
                          .templates = templates,
                          .secrets = secret_store,
                          .system_config = system_config,
                          .attempts = attempts,
                          .notifier = notifier,
                          .temporary_directories = temporary_directories,
                          .max_tasks = 1000,
                          .print = [this](std::string_view text) { printed += text; }};
  TaskRequest request;
  RunOptions options;
  std::unique_ptr<TaskRun> task;
};

}  // namespace mogura::operators
