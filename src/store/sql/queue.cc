// The queue and the leases of agents (execution.md §9).
#include <algorithm>

#include "store/sql/json_column.h"
#include "store/sql/sql_database.h"
#include "value/json.h"

namespace mogura::store::sql {
namespace {

constexpr Epoch kFirstEpoch{1};

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

// The lease's row stays locked until the claim is committed: who ends the lease then finds the
// claims.
std::vector<Claim> SqlDatabase::claim(const Lease& lease, std::size_t max) {
  std::vector<Claim> claims = claims_from(
      run(Access::write,
          "WITH holder AS MATERIALIZED "
          "(SELECT id FROM leases WHERE id = $1 AND epoch = $2 {key_share}), "
          "next AS MATERIALIZED (SELECT q.id FROM queue_entries AS q "
          "WHERE q.lease_id IS NULL AND EXISTS (SELECT 1 FROM holder) "
          "ORDER BY q.id LIMIT $3 {skip_locked}) "
          "UPDATE queue_entries SET lease_id = $1, epoch = $2 WHERE id IN (SELECT id FROM next) "
          "RETURNING id, attempt_id, task, run, payload, canceled",
          {lease.id, lease.epoch, max}));
  std::ranges::sort(claims, {}, &Claim::entry);
  return claims;
}

std::vector<Claim> SqlDatabase::claims_of(const Lease& lease) {
  return claims_from(run(Access::read,
                         "SELECT id, attempt_id, task, run, payload, canceled FROM queue_entries "
                         "WHERE lease_id = $1 AND epoch = $2 ORDER BY id",
                         {lease.id, lease.epoch}));
}

}  // namespace mogura::store::sql
