// Archives: their bytes, each stored once (store/projects.h), and the places of those that lie
// elsewhere (store/archive_places.h).
#include "store/sql/archives.h"

#include <algorithm>
#include <array>
#include <set>

#include "store/sql/sql_database.h"

namespace mogura::store::sql {
namespace {

std::string archive_from(Rows::Row& row) {
  return row.text();
}

Bulk for_each_dropped(std::string text) {
  return {std::move(text), {{"revision", Type::integer}}};
}
Bulk for_each_content(std::string text) {
  return {std::move(text), {{"content", Type::integer}}};
}
Bulk for_each_place(std::string text) {
  return {std::move(text), {{"storage", Type::text}, {"place", Type::text}}};
}

std::optional<std::string> find_named_place(Session& session, const std::string& type,
                                            const std::string& digest) {
  return first_from(
      session.run("SELECT v.archive_path FROM revisions AS v WHERE v.archive_digest = $1 AND "
                  "v.archive_type = $2 AND v.archive_path IS NOT NULL LIMIT 1",
                  {Param::bytes(digest), type}),
      archive_from);
}

// False where it is condemned.
bool note_place(Session& session, const std::string& type, const std::string& path,
                const std::string& digest, Instant now) {
  return !session
              .run(
                  "INSERT INTO archive_places AS n (type, path, digest, noted_at) "
                  "VALUES ($1, $2, $3, $4) ON CONFLICT (type, path) DO UPDATE SET "
                  "noted_at = excluded.noted_at WHERE n.is_condemned = 0 RETURNING path",
                  {type, path, Param::bytes(digest), now})
              .empty();
}

// Of the places (type, path, type, path, …), which this transaction holds, those that a revision
// names. A statement of its own, so that it sees what came while the places were waited for.
std::vector<std::string> named_places(Session& session, const std::vector<Param>& places) {
  static const Bulk named = for_each_place(
      "SELECT n.path FROM {rows} JOIN archive_places AS n ON n.type = r.storage AND "
      "n.path = r.place WHERE EXISTS (SELECT 1 FROM revisions AS v WHERE "
      "v.archive_digest = n.digest AND v.archive_type = n.type AND v.archive_path = n.path)");
  return all_from(session.run(named, places), archive_from);
}

CondemnedArchive condemned_from(Rows::Row& row) {
  CondemnedArchive archive;
  archive.path = row.text();
  archive.noted_at = row.time();
  return archive;
}

std::vector<Param> places_at(const std::string& type,
                             const std::vector<CondemnedArchive>& archives) {
  std::vector<Param> places;
  for (const CondemnedArchive& archive : archives) {
    places.emplace_back(type);
    places.emplace_back(archive.path);
  }
  return places;
}

}  // namespace

void put_archive(Session& session, RevisionId revision, const Push& push) {
  const Param digest = Param::bytes(push.archive_digest);
  if (push.archive_digest) {
    const Rows shared = session.run(
        "SELECT q.id FROM archive_contents AS q WHERE q.digest = $1 {key_share}", {digest});
    if (!shared.empty()) return;
  }
  // Somebody may be storing the same at this moment.
  session.run(
      "INSERT INTO archive_contents (id, digest, content) VALUES ($1, $2, $3) "
      "ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest",
      {revision, digest, Param::bytes(push.archive)});
}

void use_place(Session& session, const Push& push, Instant now) {
  const Rows noted = session.run(
      "UPDATE archive_places SET noted_at = $3 WHERE type = $1 AND path = $2 AND "
      "is_condemned = 0 RETURNING path",
      {push.archive_type, *push.archive_path, now});
  if (noted.empty()) throw ArchivePlaceLost();
}

ArchivesToLeave hold_archives(Session& session, const std::vector<Param>& revisions) {
  static const Bulk shared = for_each_dropped(
      "SELECT c.id FROM {rows} JOIN revisions AS v ON v.id = r.revision "
      "JOIN archive_contents AS c ON c.digest = v.archive_digest");
  const Rows rows = session.run(shared, revisions);
  std::set<std::int64_t> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) ids.insert(rows[i].number());
  ArchivesToLeave held;
  // In one order, so that nobody waits in a circle.
  for (const std::int64_t id : ids) {
    session.run("SELECT q.id FROM archive_contents AS q WHERE q.id = $1 {for_update}", {id});
    held.contents.emplace_back(id);
  }
  return held;
}

void note_places(Session& session, const std::vector<Param>& revisions, Instant now) {
  static const Bulk select = for_each_dropped(
      "SELECT v.archive_type, v.archive_path, v.archive_digest FROM {rows} JOIN revisions AS v ON "
      "v.id = r.revision WHERE v.archive_path IS NOT NULL AND v.archive_digest IS NOT NULL");
  const Rows rows = session.run(select, revisions);
  std::set<std::array<std::string, 3>> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    std::string type = row.text();
    std::string path = row.text();
    places.insert({std::move(type), std::move(path), row.text()});
  }
  // A note that is there is locked: who looks into it waits, and finds the revisions gone.
  for (const auto& [type, path, digest] : places) {
    session.run(
        "INSERT INTO archive_places AS n (type, path, digest, noted_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (type, path) DO UPDATE SET noted_at = n.noted_at",
        {type, path, Param::bytes(digest), now});
  }
}

void leave_archives(Session& session, const ArchivesToLeave& held,
                    const std::vector<Param>& revisions) {
  static const Bulk unshared = for_each_dropped(
      "DELETE FROM archive_contents WHERE digest IS NULL AND id IN (SELECT r.revision FROM "
      "{rows})");
  static const Bulk shared = for_each_content(
      "DELETE FROM archive_contents WHERE id IN (SELECT r.content FROM {rows}) AND NOT EXISTS "
      "(SELECT 1 FROM revisions AS v WHERE v.archive_digest = archive_contents.digest AND "
      "v.archive_type = 'db')");
  session.run(unshared, revisions);
  session.run(shared, held.contents);
}

std::optional<std::string> SqlDatabase::find_archive(RevisionId revision) {
  return first_from(
      run(Access::read,
          "SELECT c.content FROM archive_contents AS c WHERE c.digest = (SELECT v.archive_digest "
          "FROM revisions AS v WHERE v.id = $1 AND v.archive_type = 'db') UNION ALL "
          "SELECT c.content FROM archive_contents AS c WHERE c.id = $1 AND c.digest IS NULL",
          {revision}),
      archive_from);
}

std::string SqlDatabase::note_archive(const std::string& type, const std::string& digest,
                                      const std::string& fresh_path, Instant now) {
  if (const auto named = note_named_archive(type, digest, now)) return *named;
  const Rows noted =
      run(Access::write,
          "UPDATE archive_places SET noted_at = $3 WHERE type = $2 AND is_condemned = 0 AND "
          "path = (SELECT n.path FROM archive_places AS n WHERE n.digest = $1 AND n.type = $2 AND "
          "n.is_condemned = 0 LIMIT 1) RETURNING path",
          {Param::bytes(digest), type, now});
  if (const auto path = first_from(noted, archive_from)) return *path;
  Transaction transaction(*driver_);
  note_place(transaction.session(), type, fresh_path, digest, now);
  transaction.commit();
  return fresh_path;
}

// Looks a second time once the place is noted: with the revision that named it, the place may have
// been condemned and forgotten in between.
std::optional<std::string> SqlDatabase::note_named_archive(const std::string& type,
                                                           const std::string& digest, Instant now) {
  Transaction transaction(*driver_);
  Session& session = transaction.session();
  const auto path = find_named_place(session, type, digest);
  if (!path || !note_place(session, type, *path, digest, now)) return std::nullopt;
  if (named_places(session, places_at(type, {{*path, now}})).empty()) return std::nullopt;
  transaction.commit();
  return path;
}

CondemnedArchives SqlDatabase::condemn_archives(const std::string& type, Instant noted_before,
                                                const std::string& after, std::size_t max) {
  static const Bulk forget = for_each_place(
      "DELETE FROM archive_places WHERE (type, path) IN (SELECT r.storage, r.place FROM {rows})");
  static const Bulk condemn = for_each_place(
      "UPDATE archive_places SET is_condemned = 1 WHERE (type, path) IN "
      "(SELECT r.storage, r.place FROM {rows})");
  CondemnedArchives condemned;
  Transaction transaction(*driver_);
  Session& session = transaction.session();
  const auto seen = all_from(
      session.run("SELECT q.path, q.noted_at FROM archive_places AS q WHERE q.type = $1 AND "
                  "q.path > $2 AND q.noted_at < $3 ORDER BY q.path LIMIT $4 {skip_locked}",
                  {type, after, noted_before, max}),
      condemned_from);
  if (seen.size() == max) condemned.next = seen.back().path;
  const auto named = named_places(session, places_at(type, seen));
  std::vector<CondemnedArchive> forgotten;
  for (const CondemnedArchive& archive : seen) {
    const bool is_named = std::ranges::find(named, archive.path) != named.end();
    (is_named ? forgotten : condemned.archives).push_back(archive);
  }
  session.run(forget, places_at(type, forgotten));
  session.run(condemn, places_at(type, condemned.archives));
  transaction.commit();
  return condemned;
}

// Condemned from the first, so that no push uses it meanwhile. Who is erasing it now may not forget
// it: the file may have come after that.
void SqlDatabase::give_up_archive(const std::string& type, const std::string& digest,
                                  const std::string& path, Instant now) {
  run(Access::write,
      "INSERT INTO archive_places (type, path, digest, noted_at, is_condemned) "
      "VALUES ($1, $2, $3, $4, 1) ON CONFLICT (type, path) DO UPDATE SET "
      "noted_at = archive_places.noted_at + 1",
      {type, path, Param::bytes(digest), now});
}

void SqlDatabase::forget_archive(const std::string& type, const CondemnedArchive& erased) {
  run(Access::write,
      "DELETE FROM archive_places WHERE type = $1 AND path = $2 AND noted_at = $3 AND "
      "is_condemned = 1",
      {type, erased.path, erased.noted_at});
}

}  // namespace mogura::store::sql
