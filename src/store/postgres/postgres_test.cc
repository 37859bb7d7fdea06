#include <gtest/gtest.h>

#include "store/postgres/dialect.h"
#include "store/postgres/listener.h"
#include "store/postgres/options.h"
#include "store/postgres/wire.h"
#include "value/config.h"

namespace mogura::store::postgres {
namespace {

std::string keywords_of(const Options& options) {
  std::string text;
  for (const auto& [keyword, value] : options.connection) text += keyword + "=" + value + " ";
  return text;
}

const std::string kGone =
    "keepalives=1 keepalives_idle=5 keepalives_interval=2 keepalives_count=3 "
    "tcp_user_timeout=10000 ";

TEST(Options, HaveDigdagsDefaults) {
  const Options options = options_from({{"database.host", "db.example.com"},
                                        {"database.database", "digdag"},
                                        {"database.user", "me"}});
  EXPECT_EQ(keywords_of(options),
            "host=db.example.com dbname=digdag user=me password= connect_timeout=30 " + kGone);
  EXPECT_EQ(options.connection_timeout, std::chrono::seconds(30));
  EXPECT_EQ(options.socket_timeout, std::chrono::seconds(1800));
  EXPECT_EQ(options.idle_timeout, std::chrono::seconds(600));
  EXPECT_EQ(options.maximum_pool_size, Options::default_pool_size());
  EXPECT_EQ(options.minimum_pool_size, 0u);
  EXPECT_TRUE(options.migrate);
}

TEST(Options, TakeDigdagsKeys) {
  const Options options = options_from({{"param_server.host", "h"},
                                        {"param_server.database", "d"},
                                        {"param_server.user", "u"},
                                        {"param_server.port", "5433"},
                                        {"param_server.password", "p"},
                                        {"param_server.loginTimeout", "3"},
                                        {"param_server.maximumPoolSize", "7"},
                                        {"param_server.migrate", "false"},
                                        {"param_server.opts.ApplicationName", "x"},
                                        {"param_server.opts.currentSchema", "s"}},
                                       "param_server.");
  EXPECT_EQ(keywords_of(options), "host=h port=5433 dbname=d user=u password=p connect_timeout=3 " +
                                      kGone + "application_name=x options=-c search_path=s ");
  EXPECT_EQ(options.maximum_pool_size, 7u);
  EXPECT_FALSE(options.migrate);
}

TEST(Options, EncryptAsDigdagsFactoriesDo) {
  const auto encryption = [](Object more) {
    Object settings = {{"database.host", "h"},
                       {"database.database", "d"},
                       {"database.user", "u"},
                       {"database.ssl", "true"}};
    for (const auto& [key, value] : more) settings.set("database." + key, value);
    const std::string text = keywords_of(options_from(settings));
    return text.substr(text.find("sslmode="));
  };
  EXPECT_EQ(encryption({}), "sslmode=require ");
  EXPECT_EQ(encryption({{"sslfactory", "org.postgresql.ssl.LibPQFactory"}}),
            "sslmode=verify-full ");
  EXPECT_EQ(encryption({{"sslmode", "verify-ca"}, {"sslrootcert", "/ca.pem"}}),
            "sslmode=verify-ca sslrootcert=/ca.pem ");
}

TEST(Options, RefuseWhatIsMissingOrSenseless) {
  Object settings = {{"database.host", "h"}, {"database.database", "d"}};
  EXPECT_THROW(options_from(settings), ConfigError);
  settings.set("database.user", "u");
  settings.set("database.maximumPoolSize", "0");
  EXPECT_THROW(options_from(settings), ConfigError);
}

TEST(Wire, DecodesWhatItEncodes) {
  for (const std::int64_t number : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(decode(type_number(sql::Type::integer), encode(number)), sql::Cell(number));
  }
  EXPECT_EQ(decode(21, std::string("\xff\xfe", 2)), sql::Cell(std::int64_t{-2}));
  EXPECT_EQ(decode(23, std::string("\0\0\1\0", 4)), sql::Cell(std::int64_t{256}));
  EXPECT_EQ(decode(16, std::string("\1", 1)), sql::Cell(std::int64_t{1}));
  EXPECT_THROW(decode(1114, "a timestamp"), Error);
}

TEST(Wire, PutsAColumnIntoAnArray) {
  const sql::Param rows[] = {1, "a", std::optional<int>(), "bc"};
  const std::string numbers(
      "\0\0\0\1\0\0\0\1\0\0\0\x14\0\0\0\2\0\0\0\1"
      "\0\0\0\x8\0\0\0\0\0\0\0\1\xff\xff\xff\xff",
      36);
  const std::string texts("\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\1a\0\0\0\2bc", 31);
  EXPECT_EQ(encode_column(rows, 2, 0), numbers);
  EXPECT_EQ(encode_column(rows, 2, 1), texts);
}

TEST(Dialect, TakesAllRowsAsArrays) {
  const sql::Bulk bulk = {"SELECT r.a FROM {rows}",
                          {{"a", sql::Type::integer}, {"b", sql::Type::text}}};
  EXPECT_EQ(text_for_arrays(bulk), "SELECT r.a FROM unnest($1::bigint[], $2::text[]) AS r(a, b)");
}

TEST(Dialect, MakesOneStatementOfSeveral) {
  const sql::Bulk finds = {"DELETE FROM t WHERE a IN (SELECT r.x FROM {rows}) RETURNING a",
                           {{"x", sql::Type::integer}}};
  const sql::Bulk adds = {"INSERT INTO u SELECT r.y FROM {rows}", {{"y", sql::Type::text}}};
  const sql::BulkRun runs[] = {{&finds, {}}, {&finds, {1}}, {&adds, {"a"}}};
  EXPECT_EQ(text_for_all(runs),
            "WITH b1 AS (DELETE FROM t WHERE a IN (SELECT r.x FROM unnest($1::bigint[]) AS r(x)) "
            "RETURNING a), b2 AS (INSERT INTO u SELECT r.y FROM unnest($2::text[]) AS r(y)) "
            "SELECT 1, * FROM b1");
  EXPECT_TRUE(text_for_all({runs + 2, 1}).ends_with(") SELECT 0, 0 LIMIT 0"));
}

TEST(Notices, TravelAsText) {
  const Notice notices[] = {
      {.queued = true},
      {.canceled = true, .schedules = true, .missed = true},
      {.queued = true, .wake_at = Instant(Duration(-123))},
  };
  for (const Notice& notice : notices) {
    const auto sent = notice_from(notice_text("me", notice));
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->sender, "me");
    EXPECT_EQ(sent->notice, notice);
  }
  EXPECT_FALSE(notice_from("garbage"));
}

}  // namespace
}  // namespace mogura::store::postgres
