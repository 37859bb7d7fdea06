-- What is given up of a project's history (store/retention.h).

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
