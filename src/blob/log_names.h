// The names of log files and of their directories (runtime.md §10.2, rest-api.md §11.1).
//
//   2026-03-01/0.1main@20260301T000000+0000_retry/+main+a@65920080075bcd15.42@host.log.gz
//   ---------- day and attempt                    ------- -------- -------- -------
//                                                 task    second   ns       agent
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "store/store.h"

namespace mogura::blob {

/// What an attempt's logs are called after.
struct AttemptLogs {
  SiteId site;
  ProjectId project;
  std::string workflow;
  AttemptId attempt;
  Instant attempt_created_at;
  Instant session_time;
  std::string timezone;  // of the workflow
  std::optional<std::string> retry_attempt_name;
};

AttemptLogs logs_of(const store::AttemptInfo& attempt);

/// Relative to the place of all logs.
std::string log_directory_name(const AttemptLogs& logs);

/// No slashes, and no longer than a file system takes: a task's name that is too long is cut, and
/// ends in a number made of all of it.
std::string log_file_name(std::string_view task, Instant opened_at, std::string_view agent);

struct LogFileName {
  std::string task;
  Instant opened_at;
  std::string agent;
};
/// Absent for a name that log_file_name() never makes. A task's name may hold `@`.
std::optional<LogFileName> parse_log_file_name(std::string_view name);

}  // namespace mogura::blob
