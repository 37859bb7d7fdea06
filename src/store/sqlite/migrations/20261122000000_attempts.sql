-- Sessions, attempts with their tasks, the queue, the leases of agents (store/store.h).
-- Times are microseconds since 1970, session times seconds; params and the like JSON text, NULL
-- where there is nothing. Tables that grow and shrink with each task have no foreign keys: the
-- statements that write them hold the attempt.

CREATE TABLE sequences (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sequences (name, last) VALUES ('session_ids', 0), ('attempt_ids', 0);

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  workflow_name TEXT NOT NULL,
  session_time INTEGER NOT NULL,
  session_uuid TEXT NOT NULL,
  last_attempt_id INTEGER NOT NULL,
  attempts INTEGER NOT NULL,  -- how many
  UNIQUE (project_id, workflow_name, session_time)
) STRICT;
CREATE INDEX sessions_by_site ON sessions (site_id, id);
CREATE INDEX sessions_by_project ON sessions (project_id, id);
CREATE INDEX sessions_by_workflow ON sessions (project_id, workflow_name, id);
CREATE INDEX last_attempts_by_site ON sessions (site_id, last_attempt_id);
CREATE INDEX last_attempts_by_project ON sessions (project_id, last_attempt_id);
CREATE INDEX last_attempts_by_workflow ON sessions (project_id, workflow_name, last_attempt_id);

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES sessions (id),
  site_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  project_name TEXT NOT NULL,
  workflow_name TEXT NOT NULL,
  workflow_id INTEGER,
  revision TEXT NOT NULL,
  timezone TEXT NOT NULL,
  session_time INTEGER NOT NULL,
  session_uuid TEXT NOT NULL,
  retry_attempt_name TEXT NOT NULL,  -- '' for a plain start
  attempt_index INTEGER NOT NULL,    -- among the session's, from 1
  params TEXT,
  base_params TEXT,
  resumed TEXT,
  max_tasks INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  success INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  wake_at INTEGER,         -- when somebody must look at the attempt again
  monitor_due INTEGER,     -- its SLA time, while it has one
  monitor TEXT,
  starts_after INTEGER,    -- the session that it waits for, while it does
  UNIQUE (session_id, retry_attempt_name)
) STRICT;
CREATE INDEX attempts_by_session ON attempts (session_id, id);
CREATE INDEX attempts_by_site ON attempts (site_id, id);
CREATE INDEX attempts_by_project ON attempts (project_id, id);
CREATE INDEX attempts_by_workflow ON attempts (project_id, workflow_name, id);
CREATE INDEX attempts_running_in_site ON attempts (site_id) WHERE done = 0;
CREATE INDEX attempts_running_of_workflow ON attempts (project_id, workflow_name) WHERE done = 0;
CREATE INDEX attempts_waiting ON attempts (starts_after) WHERE starts_after IS NOT NULL;
CREATE INDEX attempts_by_wake ON attempts (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- ascends with the position
  attempt_id INTEGER NOT NULL,
  position INTEGER NOT NULL,  -- 0 is the root
  full_name TEXT NOT NULL,
  name_offset INTEGER NOT NULL,
  parent INTEGER,
  barrier INTEGER,  -- the set of siblings that it waits for
  is_group INTEGER NOT NULL,
  state INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  config TEXT,
  exports TEXT,
  output TEXT,
  state_params TEXT,
  run INTEGER NOT NULL,
  retry_at INTEGER,
  started_at INTEGER,
  updated_at INTEGER NOT NULL,
  UNIQUE (attempt_id, position)
) STRICT;

CREATE TABLE barriers (
  attempt_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  members TEXT NOT NULL,  -- positions of tasks, ascending: "3,4,5"
  PRIMARY KEY (attempt_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  agent TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  lifetime_millis INTEGER NOT NULL,
  renewals INTEGER NOT NULL
) STRICT;

CREATE TABLE queue_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  attempt_id INTEGER NOT NULL,
  task INTEGER NOT NULL,
  run INTEGER NOT NULL,
  payload TEXT NOT NULL,
  canceled INTEGER NOT NULL DEFAULT 0,
  lease_id INTEGER,
  epoch INTEGER,
  UNIQUE (attempt_id, task, run)
) STRICT;
CREATE INDEX queue_entries_by_lease ON queue_entries (lease_id, id);  -- NULL: those that wait
