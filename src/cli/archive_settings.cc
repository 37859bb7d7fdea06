#include "cli/archive_settings.h"

#include "calendar/duration.h"
#include "cli/files.h"
#include "value/config.h"

namespace mogura::cli {
namespace {

std::chrono::seconds cleanup_time(const Object& settings, std::chrono::seconds otherwise) {
  const auto text = value::find_text(settings, "archive.cleanup_after");
  if (!text) return otherwise;
  const auto time = calendar::parse_duration(*text);
  if (!time || *time < std::chrono::seconds(1)) {
    throw ConfigError("Invalid duration of 'archive.cleanup_after': " + *text);
  }
  return *time;
}

}  // namespace

std::unique_ptr<blob::ArchiveStore> make_archive_store(const Object& settings,
                                                       store::Database& database) {
  blob::ArchiveStoreOptions options;
  options.type = value::find_text(settings, "archive.type").value_or(options.type);
  options.cleanup_after = cleanup_time(settings, options.cleanup_after);
  if (options.type != "db" && options.type != "local") {
    throw ConfigError("Unknown archive.type: " + options.type +
                      ". Archives are kept in the database (db) or in files (local)");
  }
  if (options.type == "local" || settings.contains("archive.local.path")) {
    options.files["local"] = std::make_unique<blob::ArchivesInDirectory>(
        absolute_path(value::get_text(settings, "archive.local.path")));
  }
  return std::make_unique<blob::ArchiveStore>(database, std::move(options));
}

}  // namespace mogura::cli
