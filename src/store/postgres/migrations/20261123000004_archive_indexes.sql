-- Which revisions have an archive.
CREATE INDEX CONCURRENTLY IF NOT EXISTS revisions_by_archive
  ON revisions (archive_digest) WHERE archive_digest IS NOT NULL;
