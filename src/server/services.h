// What the routes of the API work with.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"
#include "blob/archive_store.h"
#include "blob/log_store.h"
#include "blob/project_archive.h"
#include "executor/executor.h"
#include "net/http_client.h"
#include "secrets/secret_vault.h"
#include "server/authenticator.h"
#include "server/live_streams.h"
#include "server/version.h"
#include "store/database.h"

namespace mogura::server {

/// Defaults are those of rest-api.md §14.1.
struct ApiSettings {
  std::string version;  // what the server calls itself
  std::optional<Version> upgrade_recommended_if_older;
  std::optional<Version> api_incompatible_if_older;
  std::optional<BasicUser> user;
  net::HttpHeaders headers;  // added to every answer of the API
  bool enable_swagger = false;
  std::int64_t max_sessions_page_size = 100;
  std::int64_t max_attempts_page_size = 100;
  blob::ArchiveLimits archive;
  store::RetentionPolicy retention;  // of projects without one of their own
  /// Where pushed archives are unpacked to be checked.
  std::filesystem::path temporary_directory;
};

struct Services {
  store::Database& database;
  executor::Executor& executor;
  const secrets::SecretVault& vault;
  blob::LogStore& logs;
  blob::ArchiveStore& archives;
  const Clock& clock;
  LiveStreams& live;
  ApiSettings settings;
};

}  // namespace mogura::server
