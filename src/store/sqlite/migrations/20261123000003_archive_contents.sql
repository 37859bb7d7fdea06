-- The bytes of an archive are stored once, however many revisions have them (store/projects.h), and
-- what is noted about archives outside of the database (store/archive_places.h).
--
-- What is there keeps its row, which is called after its revision and has no digest; a new row is
-- called after the revision that brought it first, and revisions find it by its digest. `archives`
-- becomes a view of both, to which a server of the schema before can go on writing; what it writes
-- has no digest and is not shared. The rows are copied, as no foreign key can be taken off a table.
ALTER TABLE revisions ADD COLUMN archive_digest BLOB;
CREATE INDEX revisions_by_archive
  ON revisions (archive_digest) WHERE archive_digest IS NOT NULL;

CREATE TABLE archive_contents (
  id INTEGER PRIMARY KEY,
  digest BLOB UNIQUE,  -- SHA-256
  content BLOB NOT NULL
) STRICT;
INSERT INTO archive_contents (id, content) SELECT revision_id, content FROM archives;
DROP TABLE archives;

CREATE VIEW archives AS
  SELECT v.id AS revision_id, c.content AS content
    FROM revisions AS v JOIN archive_contents AS c ON c.digest = v.archive_digest
    WHERE v.archive_type = 'db'
  UNION ALL
  SELECT c.id, c.content FROM archive_contents AS c WHERE c.digest IS NULL;

CREATE TRIGGER put_archive INSTEAD OF INSERT ON archives BEGIN
  INSERT INTO archive_contents (id, content) VALUES (NEW.revision_id, NEW.content);
END;

CREATE TRIGGER delete_archive INSTEAD OF DELETE ON archives BEGIN
  DELETE FROM archive_contents WHERE id = OLD.revision_id AND digest IS NULL;
  DELETE FROM archive_contents
    WHERE digest = (SELECT archive_digest FROM revisions WHERE id = OLD.revision_id)
    AND NOT EXISTS (SELECT 1 FROM revisions AS v WHERE v.archive_digest = archive_contents.digest
      AND v.archive_type = 'db' AND v.id <> OLD.revision_id);
  UPDATE revisions SET archive_digest = NULL WHERE id = OLD.revision_id;
END;

CREATE TABLE archive_places (
  type TEXT NOT NULL,
  path TEXT NOT NULL,
  digest BLOB NOT NULL,
  noted_at INTEGER NOT NULL,
  is_condemned INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (type, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_places_by_digest ON archive_places (digest);
