-- The bytes of an archive are stored once, however many revisions have them (store/projects.h), and
-- what is noted about archives outside of the database (store/archive_places.h).
--
-- No archive is copied or read. What is there keeps its row, which is called after its revision and
-- has no digest; a new row is called after the revision that brought it first, and revisions find
-- it by its digest. `archives` becomes a view of both: servers of the schema before read, write and
-- delete it as they did, at the same time as those of this one. What they write has no digest and
-- is not shared. The view can go when none of them is left.
ALTER TABLE archives RENAME TO archive_contents;
ALTER TABLE archive_contents RENAME COLUMN revision_id TO id;
ALTER TABLE archive_contents DROP CONSTRAINT archives_revision_id_fkey;
ALTER TABLE archive_contents ADD COLUMN digest BYTEA UNIQUE;  -- SHA-256
ALTER TABLE revisions ADD COLUMN archive_digest BYTEA;

CREATE VIEW archives AS
  SELECT v.id AS revision_id, c.content
    FROM revisions AS v JOIN archive_contents AS c ON c.digest = v.archive_digest
    WHERE v.archive_type = 'db'
  UNION ALL
  SELECT c.id, c.content FROM archive_contents AS c WHERE c.digest IS NULL;

CREATE FUNCTION put_archive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO archive_contents (id, content) VALUES (NEW.revision_id, NEW.content);
  RETURN NEW;
END $$;

-- Locks first, then looks who else has the bytes: a push that is about to is waited for.
CREATE FUNCTION delete_archive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shared BYTEA;
BEGIN
  DELETE FROM archive_contents WHERE id = OLD.revision_id AND digest IS NULL;
  SELECT c.digest INTO shared FROM revisions AS v
    JOIN archive_contents AS c ON c.digest = v.archive_digest
    WHERE v.id = OLD.revision_id FOR UPDATE OF c;
  UPDATE revisions SET archive_digest = NULL WHERE id = OLD.revision_id;
  DELETE FROM archive_contents WHERE digest = shared AND NOT EXISTS
    (SELECT 1 FROM revisions WHERE archive_digest = shared AND archive_type = 'db');
  RETURN OLD;
END $$;

CREATE TRIGGER put_archive INSTEAD OF INSERT ON archives
  FOR EACH ROW EXECUTE FUNCTION put_archive();
CREATE TRIGGER delete_archive INSTEAD OF DELETE ON archives
  FOR EACH ROW EXECUTE FUNCTION delete_archive();

CREATE TABLE archive_places (
  type TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  digest BYTEA NOT NULL,
  noted_at BIGINT NOT NULL,
  is_condemned SMALLINT NOT NULL DEFAULT 0,
  PRIMARY KEY (type, path)
);
CREATE INDEX archive_places_by_digest ON archive_places (digest);
