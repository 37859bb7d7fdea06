-- What is given up of a project's history (store/retention.h).

CREATE TABLE retention_policies (
  project_id BIGINT PRIMARY KEY REFERENCES projects (id),
  max_age_seconds BIGINT,  -- NULL: for ever
  max_sessions BIGINT      -- NULL: all
);

-- Attempts that are gone and whose tasks and logs are yet to be cleared away.
CREATE TABLE dropped_attempts (
  id BIGINT PRIMARY KEY,
  site_id BIGINT NOT NULL,
  project_id BIGINT NOT NULL,
  workflow_name TEXT NOT NULL,
  timezone TEXT NOT NULL,
  session_time BIGINT NOT NULL,
  retry_attempt_name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
