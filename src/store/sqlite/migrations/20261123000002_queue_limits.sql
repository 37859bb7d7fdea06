-- Whose entries are in the queue (store/queue_limits.h).
ALTER TABLE queue_entries ADD COLUMN site_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue_entries ADD COLUMN project_id INTEGER NOT NULL DEFAULT 0;
UPDATE queue_entries SET
  site_id = (SELECT a.site_id FROM attempts AS a WHERE a.id = queue_entries.attempt_id),
  project_id = (SELECT a.project_id FROM attempts AS a WHERE a.id = queue_entries.attempt_id);
CREATE INDEX queue_entries_of_project ON queue_entries (project_id, id) WHERE lease_id IS NULL;
