-- Sessions, attempts with their tasks, the queue, the leases of agents (store/store.h).
-- Times are microseconds since 1970, params and the like JSON text.

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL,
  workflow_name TEXT NOT NULL,
  session_time INTEGER NOT NULL,  -- seconds since 1970
  session_uuid TEXT NOT NULL UNIQUE,
  last_attempt_id INTEGER,
  UNIQUE (project_id, workflow_name, session_time)
) STRICT;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL REFERENCES sessions (id),
  retry_attempt_name TEXT NOT NULL DEFAULT '',  -- '' for a plain start
  site_id INTEGER NOT NULL,
  project_name TEXT NOT NULL,
  revision TEXT NOT NULL,
  timezone TEXT NOT NULL,
  base_params TEXT NOT NULL,
  max_tasks INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  success INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  wake_at INTEGER,         -- when somebody must look at the attempt again
  monitor_due INTEGER,     -- its SLA time, while it has one
  monitor TEXT,
  UNIQUE (session_id, retry_attempt_name)
) STRICT;
CREATE INDEX attempts_by_wake ON attempts (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE tasks (
  attempt_id INTEGER NOT NULL REFERENCES attempts (id),
  position INTEGER NOT NULL,  -- 0 is the root
  full_name TEXT NOT NULL,
  name_offset INTEGER NOT NULL,
  parent INTEGER,
  barrier INTEGER,  -- the set of siblings that it waits for
  is_group INTEGER NOT NULL,
  state INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  config TEXT NOT NULL,
  exports TEXT,
  output TEXT,
  state_params TEXT,
  run INTEGER NOT NULL,
  retry_at INTEGER,
  started_at INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (attempt_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE barriers (
  attempt_id INTEGER NOT NULL REFERENCES attempts (id),
  position INTEGER NOT NULL,
  members TEXT NOT NULL,  -- JSON list of task positions, ascending
  PRIMARY KEY (attempt_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  agent TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX leases_by_expiry ON leases (expires_at);

CREATE TABLE queue_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  attempt_id INTEGER NOT NULL REFERENCES attempts (id),
  task INTEGER NOT NULL,
  run INTEGER NOT NULL,
  payload TEXT NOT NULL,
  lease_id INTEGER REFERENCES leases (id),
  epoch INTEGER,
  UNIQUE (attempt_id, task, run)
) STRICT;
CREATE INDEX queue_entries_waiting ON queue_entries (id) WHERE lease_id IS NULL;
CREATE INDEX queue_entries_by_lease ON queue_entries (lease_id) WHERE lease_id IS NOT NULL;
