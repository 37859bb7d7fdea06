-- What is given up of a project's history (store/retention.h), and what sessions are found by
-- (store/search.h).

CREATE TABLE retention_policies (
  project_id INTEGER PRIMARY KEY REFERENCES projects (id),
  max_age_seconds INTEGER,  -- NULL: for ever
  max_sessions INTEGER      -- NULL: all
) STRICT;

-- Attempts that are gone and whose tasks and logs are yet to be cleared away.
CREATE TABLE dropped_attempts (
  id INTEGER PRIMARY KEY,
  site_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  workflow_name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  session_time INTEGER NOT NULL,
  retry_attempt_name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- The parameters of attempts.
CREATE TABLE attempt_params (
  attempt_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  site_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  session_time INTEGER NOT NULL,
  session_id INTEGER NOT NULL,
  PRIMARY KEY (attempt_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_params_by_value
  ON attempt_params (site_id, name, value, session_time, session_id, project_id);
