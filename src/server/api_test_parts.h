// What an Api works with, on an empty database, with an executor and without sockets: for tests and
// fuzzers.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "executor/attempt_gateway.h"
#include "server/api.h"
#include "server/settings.h"
#include "workflow/test_files.h"

namespace mogura::server {

/// What an executor needs that has no secrets and nobody to notify: what only computes
/// runs, everything else waits for ever.
struct Surroundings : secrets::SecretStore, operators::Notifier {
  std::optional<std::string> find(ProjectId, const std::string&) const override { return {}; }
  void notify(const operators::TaskRequest&, const std::string&) override {}
};

struct NoWorkflows : executor::WorkflowSource {
  std::optional<executor::Workflow> find(ProjectId, const std::string&) const override {
    return {};
  }
  std::optional<ProjectId> project_named(const std::string&) const override { return {}; }
};

class ApiParts {
 protected:
  explicit ApiParts(std::unique_ptr<store::Database> database) : database_(std::move(database)) {}
  ~ApiParts() { executor_.stop(); }

  executor::Dependencies dependencies(executor::StartLimits limits) {
    return {*database_,
            clock_,
            environment_,
            {.project_path = std::filesystem::temp_directory_path()},
            std::move(limits)};
  }

  const std::unique_ptr<store::Database> database_;
  FakeClock clock_{*calendar::parse_instant("2024-08-27T01:02:03.456Z")};
  Surroundings surroundings_;
  NoWorkflows workflows_;
  tmpl::Evaluator templates_;
  const Object system_config_;
  operators::TemporaryDirectories temporary_directories_;
  executor::AttemptGateway gateway_{workflows_, clock_};
  operators::Environment environment_{clock_,
                                      templates_,
                                      surroundings_,
                                      system_config_,
                                      gateway_,
                                      surroundings_,
                                      temporary_directories_,
                                      100'000,
                                      [](std::string_view) {}};
  executor::Executor executor_{dependencies({{}, 100'000})};
  secrets::SecretVault vault_{*database_, secrets::SecretCrypto("MDEyMzQ1Njc4OTAxMjM0NQ==")};
  workflow::TestFiles files_;
  blob::LogStore logs_{std::make_unique<blob::LogsInDirectory>(files_.root() / "logs"),
                       {.agent = "7@host"},
                       clock_,
                       [](const LogRecord& record) { return std::string(record.text) + "\n"; }};
  blob::ArchiveStore archives_{*database_, {}};
  LiveStreams live_;
  Services services_{
      *database_, executor_, vault_, logs_,
      archives_,  clock_,    live_,  {.version = "0.10.6", .temporary_directory = files_.root()}};
};

}  // namespace mogura::server
