// All that a server keeps, in one place: what implements it is a memory store, SQLite or
// PostgreSQL, and one suite of tests holds for all of them (store/testing/).
#pragma once

#include "store/archive_places.h"
#include "store/history.h"
#include "store/log_chunks.h"
#include "store/projects.h"
#include "store/retention.h"
#include "store/schedules.h"
#include "store/search.h"
#include "store/secret_store.h"
#include "store/store.h"

namespace mogura::store {

class Database : public Store,
                 public Projects,
                 public ArchivePlaces,
                 public Schedules,
                 public History,
                 public EncryptedSecrets,
                 public LogChunks,
                 public Retention,
                 public SessionSearches {};

}  // namespace mogura::store
