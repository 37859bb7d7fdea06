-- Which attempts a revision has (store/retention.h).

CREATE INDEX IF NOT EXISTS attempts_by_revision ON attempts (project_id, revision);
