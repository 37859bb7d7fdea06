#include <gtest/gtest.h>

#include "store/sql/bulk.h"
#include "store/sql/dialect.h"
#include "store/sql/json_column.h"
#include "store/sql/wake_memory.h"

namespace mogura::store::sql {
namespace {

TEST(Dialect, ReplacesItsWords) {
  const Dialect dialect = {.skip_locked = "SKIP", .find = "strpos"};
  EXPECT_EQ(in_dialect("SELECT {find}(a, $1), {find}(b, $1) {for_update}{skip_locked}", dialect),
            "SELECT strpos(a, $1), strpos(b, $1) SKIP");
}

TEST(Bulk, AddsAndSetsRows) {
  const Bulk::Column a = {"a", Type::integer};
  const Bulk::Column b = {"b", Type::text};
  const Bulk::Column c = {"c", Type::text};
  EXPECT_EQ(bulk_insert("t", {a, b}).text, "INSERT INTO t (a, b) SELECT r.a, r.b FROM {rows}");
  EXPECT_EQ(bulk_insert("t", {a}, "(a) DO NOTHING").text,
            "INSERT INTO t (a) SELECT r.a FROM {rows} WHERE true ON CONFLICT (a) DO NOTHING");
  EXPECT_EQ(bulk_update("t", 1, {a, b, c}).text,
            "UPDATE t AS t SET b = r.b, c = r.c FROM {rows} WHERE t.a = r.a");
}

TEST(JsonColumn, IsNullWhereThereIsNothing) {
  EXPECT_FALSE(object_column({}));
  EXPECT_FALSE(value_column(nullptr));
  EXPECT_FALSE(output_column(nullptr));
  EXPECT_EQ(value_column(Object()), "{}");
  EXPECT_EQ(output_column(std::make_shared<engine::TaskOutput>()), "{}");
  EXPECT_EQ(output_from("{}")->store_params.size(), 0u);
}

TEST(JsonColumn, ListsMembers) {
  EXPECT_EQ(members_column({3, 4, 50}), "3,4,50");
  EXPECT_EQ(members_from("3,4,50"), (std::vector<engine::TaskIndex>{3, 4, 50}));
  EXPECT_TRUE(members_from("").empty());
}

TEST(WakeMemory, KnowsNothingUntilTheDatabaseWasAsked) {
  WakeMemory memory;
  EXPECT_FALSE(memory.none_due(Instant()));
  memory.note({.wake_at = Instant(Duration(5))});
  EXPECT_FALSE(memory.bound());
}

TEST(WakeMemory, IsLoweredByChanges) {
  WakeMemory memory;
  memory.asking();
  memory.learn(std::nullopt);
  EXPECT_TRUE(memory.none_due(Instant(Duration(1'000))));
  memory.note({.queued = true});
  EXPECT_TRUE(memory.none_due(Instant(Duration(1'000))));
  memory.note({.wake_at = Instant(Duration(50))});
  memory.note({.wake_at = Instant(Duration(70))});
  EXPECT_TRUE(memory.none_due(Instant(Duration(49))));
  EXPECT_FALSE(memory.none_due(Instant(Duration(50))));
}

TEST(WakeMemory, KeepsWhatChangedWhileTheDatabaseWasAsked) {
  WakeMemory memory;
  memory.asking();
  memory.note({.wake_at = Instant(Duration(50))});
  memory.learn(Instant(Duration(90)));
  EXPECT_EQ(**memory.bound(), Instant(Duration(50)));
  memory.asking();
  memory.learn(Instant(Duration(90)));
  EXPECT_EQ(**memory.bound(), Instant(Duration(90)));
  memory.asking();
  memory.note({.missed = true});
  memory.learn(Instant(Duration(90)));
  EXPECT_FALSE(memory.bound());
}

}  // namespace
}  // namespace mogura::store::sql
