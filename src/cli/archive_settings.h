// Where a server keeps the archives of projects, by its settings (runtime.md §8).
#pragma once

#include <memory>

#include "base/error.h"
#include "blob/archive_store.h"
#include "value/value.h"

namespace mogura::cli {

/// The store of `archive.type`: `db` (the default) or `local`, in the directory
/// `archive.local.path`. With that key alone revisions that are there can be read. Also reads
/// `archive.cleanup_after`. Throws ConfigError.
std::unique_ptr<blob::ArchiveStore> make_archive_store(const Object& settings,
                                                       store::Database& database);

}  // namespace mogura::cli
