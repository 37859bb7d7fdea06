// The queue and the leases of agents (execution.md §9).
#include <algorithm>

#include "store/sql/dialect.h"
#include "store/sql/fair_choice.h"
#include "store/sql/json_column.h"
#include "store/sql/sql_database.h"
#include "value/json.h"

namespace mogura::store::sql {
namespace {

constexpr Epoch kFirstEpoch{1};
// A claim within limits chooses among so many entries at most.
constexpr std::size_t kMaxWaitingSeen = 2'000;

std::vector<Claim> claims_from(const Rows& rows) {
  std::vector<Claim> claims;
  claims.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    Claim& claim = claims.emplace_back();
    claim.entry = row.id<EntryId>();
    claim.attempt = row.id<AttemptId>();
    claim.task = static_cast<engine::TaskIndex>(row.number());
    claim.run = static_cast<std::int32_t>(row.number());
    claim.payload = value::parse_json(row.text());
    claim.canceled = row.flag();
  }
  return claims;
}

const Bulk& claim_bulk() {
  static const Bulk bulk = {
      "UPDATE queue_entries AS q SET lease_id = r.by_lease, epoch = r.by_epoch FROM {rows} "
      "WHERE q.id = r.entry "
      "RETURNING id, attempt_id, task, run, payload, canceled",
      {{"entry", Type::integer}, {"by_lease", Type::integer}, {"by_epoch", Type::integer}}};
  return bulk;
}

// The first entries of every project, at most `each` of one: first one of each, then another. Each
// step looks up one index entry.
std::vector<WaitingEntry> waiting_entries(Session& session, std::size_t each) {
  const Rows rows = session.run(
      "WITH RECURSIVE p(id) AS ("
      "SELECT min(q.project_id) FROM queue_entries AS q WHERE q.lease_id IS NULL "
      "UNION ALL SELECT (SELECT min(q.project_id) FROM queue_entries AS q "
      "WHERE q.lease_id IS NULL AND q.project_id > p.id) FROM p WHERE p.id IS NOT NULL), "
      "w(project_id, id, place) AS ("
      "SELECT p.id, (SELECT min(q.id) FROM queue_entries AS q "
      "WHERE q.lease_id IS NULL AND q.project_id = p.id), 1 FROM p WHERE p.id IS NOT NULL "
      "UNION ALL SELECT w.project_id, (SELECT min(q.id) FROM queue_entries AS q "
      "WHERE q.lease_id IS NULL AND q.project_id = w.project_id AND q.id > w.id), w.place + 1 "
      "FROM w WHERE w.id IS NOT NULL AND w.place < $1) "
      "SELECT w.id, (SELECT q.site_id FROM queue_entries AS q WHERE q.id = w.id), w.project_id "
      "FROM w WHERE w.id IS NOT NULL LIMIT $2",
      {each, kMaxWaitingSeen});
  std::vector<WaitingEntry> entries;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    WaitingEntry& entry = entries.emplace_back();
    entry.entry = row.id<EntryId>();
    entry.site = row.id<SiteId>();
    entry.project = row.id<ProjectId>();
  }
  return entries;
}

std::vector<ClaimedCount> claimed_counts(Session& session) {
  const Rows rows = session.run(
      "SELECT site_id, project_id, count(*) FROM queue_entries WHERE lease_id IS NOT NULL "
      "GROUP BY site_id, project_id",
      {});
  std::vector<ClaimedCount> counts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    ClaimedCount& count = counts.emplace_back();
    count.site = row.id<SiteId>();
    count.project = row.id<ProjectId>();
    count.claimed = row.number();
  }
  return counts;
}

}  // namespace

Lease SqlDatabase::open_lease(const std::string& agent, std::chrono::milliseconds lifetime) {
  Transaction transaction(*driver_);
  const Rows rows = transaction->run(
      "INSERT INTO leases (agent, epoch, lifetime_millis, renewals) "
      "VALUES ($1, $2, $3, 0) RETURNING id",
      {agent, kFirstEpoch, lifetime.count()});
  commit_and_tell(transaction, {.leases = true});
  return {rows[0].id<LeaseId>(), kFirstEpoch};
}

// An agent without claims costs one statement each time.
std::optional<Renewal> SqlDatabase::renew_lease(const Lease& lease) {
  const auto session = driver_->session(Access::write);
  const Rows renewed = session->run(
      "UPDATE leases SET renewals = renewals + 1 WHERE id = $1 AND epoch = $2 "
      "RETURNING (SELECT count(*) FROM queue_entries WHERE lease_id = $1)",
      {lease.id, lease.epoch});
  if (renewed.empty()) return std::nullopt;
  Renewal renewal;
  renewal.claims = static_cast<std::size_t>(renewed[0].number());
  if (renewal.claims == 0) return renewal;
  const Rows canceled = session->run(
      "SELECT id FROM queue_entries WHERE lease_id = $1 AND canceled = 1 ORDER BY id", {lease.id});
  for (std::size_t i = 0; i < canceled.size(); ++i) {
    renewal.canceled.push_back(canceled[i].id<EntryId>());
  }
  return renewal;
}

std::size_t SqlDatabase::end_lease(Transaction& transaction, LeaseId lease) {
  const Rows returned = transaction->run(
      "UPDATE queue_entries SET lease_id = NULL, epoch = NULL WHERE lease_id = $1 RETURNING id",
      {lease});
  transaction->run("DELETE FROM leases WHERE id = $1", {lease});
  commit_and_tell(transaction, {.queued = !returned.empty()});
  return returned.size();
}

void SqlDatabase::close_lease(const Lease& lease) {
  Transaction transaction(*driver_);
  const Rows found = transaction->run(
      "SELECT id FROM leases WHERE id = $1 AND epoch = $2 {for_update}", {lease.id, lease.epoch});
  if (!found.empty()) end_lease(transaction, lease.id);
}

std::vector<LeaseState> SqlDatabase::leases() {
  const Rows rows =
      run(Access::read, "SELECT id, renewals, lifetime_millis FROM leases ORDER BY id", Params());
  std::vector<LeaseState> states;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows::Row row = rows[i];
    LeaseState& state = states.emplace_back();
    state.id = row.id<LeaseId>();
    state.renewals = row.number();
    state.lifetime = std::chrono::milliseconds(row.number());
  }
  return states;
}

std::size_t SqlDatabase::expire_lease(const LeaseState& seen) {
  Transaction transaction(*driver_);
  const Rows found =
      transaction->run("SELECT id FROM leases WHERE id = $1 AND renewals = $2 {for_update}",
                       {seen.id, seen.renewals});
  if (found.empty()) return 0;
  return end_lease(transaction, seen.id);
}

std::vector<Claim> SqlDatabase::claim(const Lease& lease, std::size_t max) {
  std::vector<Claim> claims =
      claims_from(limits_.any() ? claim_within_limits(lease, max) : claim_first(lease, max));
  std::ranges::sort(claims, {}, &Claim::entry);
  return claims;
}

// The lease's row stays locked until the claim is committed: who ends the lease then finds the
// claims.
Rows SqlDatabase::claim_first(const Lease& lease, std::size_t max) {
  return run(Access::write,
             "WITH holder AS MATERIALIZED "
             "(SELECT id FROM leases WHERE id = $1 AND epoch = $2 {key_share}), "
             "next AS MATERIALIZED (SELECT q.id FROM queue_entries AS q "
             "WHERE q.lease_id IS NULL AND EXISTS (SELECT 1 FROM holder) "
             "ORDER BY q.id LIMIT $3 {skip_locked}) "
             "UPDATE queue_entries SET lease_id = $1, epoch = $2 WHERE id IN (SELECT id FROM next) "
             "RETURNING id, attempt_id, task, run, payload, canceled",
             {lease.id, lease.epoch, max});
}

// One claim at a time, over all servers: each sees what those before it took.
Rows SqlDatabase::claim_within_limits(const Lease& lease, std::size_t max) {
  Transaction transaction(*driver_);
  const std::string_view lock = driver_->dialect().lock_queue;
  if (!lock.empty()) transaction->run(lock, {});
  const Rows holder = transaction->run(
      "SELECT id FROM leases WHERE id = $1 AND epoch = $2 {key_share}", {lease.id, lease.epoch});
  if (holder.empty()) return {};
  const std::vector<EntryId> chosen =
      choose_fairly(waiting_entries(transaction.session(), max),
                    claimed_counts(transaction.session()), limits_, max);
  std::vector<Param> rows;
  for (const EntryId entry : chosen) {
    rows.insert(rows.end(), {Param(entry), Param(lease.id), Param(lease.epoch)});
  }
  Rows claimed = transaction->run(claim_bulk(), rows);
  transaction.commit();
  return claimed;
}

std::vector<Claim> SqlDatabase::claims_of(const Lease& lease) {
  return claims_from(run(Access::read,
                         "SELECT id, attempt_id, task, run, payload, canceled FROM queue_entries "
                         "WHERE lease_id = $1 AND epoch = $2 ORDER BY id",
                         {lease.id, lease.epoch}));
}

}  // namespace mogura::store::sql
