// Operators of services: what they check, in which order, and that they do not pretend.
#include <gtest/gtest.h>

#include "operators/operator_test_kit.h"
#include "operators/services.h"

namespace mogura::operators {
namespace {

struct ServiceCase {
  std::string task;  // the task's own keys
  std::string message;
  std::vector<std::pair<std::string, std::string>> secrets = {};
};

class ServicesTest : public OperatorTest {
 protected:
  ServicesTest() {
    project.write("q.sql", "select 1");
    project.write("load.yml", "in: {type: file}\n");
    project.write("broken.yml", "a: [\n");
  }

  void expect(const std::vector<ServiceCase>& cases) {
    for (const auto& [local, expected, secret_values] : cases) {
      secret_store.values = {secret_values.begin(), secret_values.end()};
      EXPECT_EQ(message(run("{" + local + "}")), expected) << local;
    }
  }

  static std::string no_client(const std::string& name, const std::string& provider) {
    return name + "> cannot run: this build has no client for " + provider;
  }
};

TEST_F(ServicesTest, SqlOperators) {
  const std::string pg = R"("pg>": "q.sql", "host": "h", "user": "u", "database": "d")";
  const std::string missing_file =
      "File not found: " + (project.path() / "nope.sql").string() + " (config)";
  expect({
      {R"("pg>": "q.sql")", "Parameter 'host' is required but not set (config)"},
      {R"("pg>": "q.sql", "host": "h")", "Parameter 'user' is required but not set (config)"},
      {R"("pg>": "q.sql", "host": "h", "user": "u")",
       "Parameter 'database' is required but not set (config)"},
      {R"("pg>": "nope.sql", "host": "h", "user": "u", "database": "d")", missing_file},
      {R"("pg>": null)", "Parameter 'query' is required but not set (config)"},
      {pg + R"(, "insert_into": "t", "create_table": "t")",
       "Can't use both of insert_into and create_table (config)"},
      {pg + R"(, "insert_into": "t", "download_file": "f")",
       "Can't use download_file with insert_into or create_table (config)"},
      {pg + R"(, "insert_into": "t", "store_last_results": true)",
       "Can't use store_last_results with insert_into or create_table (config)"},
      {pg + R"(, "download_file": "f", "store_last_results": "all")",
       "Can't use both download_file and store_last_results at once (config)"},
      {pg + R"(, "password_override": "other")",
       "Secret not found for key: 'other' (secret not found)"},
      {pg + R"(, "connect_timeout": 30)",
       "Expected class io.digdag.util.DurationParam for key 'connect_timeout' but got 30 (number) "
       "(config)"},
      {pg, no_client("pg", "PostgreSQL")},
      {R"("pg>": {"data": "select 1"}, "pg": {"host": "h", "user": "u", "database": "d"})",
       no_client("pg", "PostgreSQL")},
      {R"("pg>": "q.sql")",
       no_client("pg", "PostgreSQL"),
       {{"pg.host", "h"}, {"pg.user", "u"}, {"pg.database", "d"}}},
      {R"("redshift>": "q.sql")", "Parameter 'host' is required but not set (config)"},
  });
  EXPECT_EQ(message(run("{" + pg + R"(, "store_last_results": "some"})")),
            "Expected class io.digdag.standards.operator.jdbc.StoreLastResultsOption for key "
            R"('store_last_results' but got "some" (string) (config))");
  EXPECT_TRUE(lines("ERROR").back().ends_with(
      R"(> last_results must be either of "first" or "all": some (illegal argument))"));
}

TEST_F(ServicesTest, RedshiftLoadAndUnload) {
  const std::vector<std::pair<std::string, std::string>> keys = {
      {"aws.access_key_id", "a"}, {"aws.redshift.secret_access_key", "s"}};
  const std::string connection = R"(, "host": "h", "user": "u", "database": "d")";
  const std::string load = R"("redshift_load>": null, "table": "t", "from": "s3://b/k")";
  const std::string unload = R"("redshift_unload>": null, "query": "q", "to": )";
  expect({
      {R"("redshift_load>": null)", "Secret not found for key: 'access_key_id' (secret not found)"},
      {R"("redshift_load>": null)", "Parameter 'table' is required but not set (config)", keys},
      {load + R"(, "csv": "", "escape": true)",
       "CSV cannot be used with FIXEDWIDTH, REMOVEQUOTES, or ESCAPE (config)", keys},
      {load + R"(, "delimiter": ",", "fixedwidth": "1")",
       "DELIMITER cannot be used with FIXEDWIDTH (config)", keys},
      {load + R"(, "json": "auto", "readratio": 5)",
       "JSON cannot be used with CSV, DELIMITER, AVRO, ESCAPE, FILLRECORD, FIXEDWIDTH, "
       "IGNOREBLANKLINES, NULL AS, READRATIO or REMOVEQUOTES (config)",
       keys},
      {load + R"(, "avro": "auto", "csv": "")",
       "AVRO cannot be used with CSV, DELIMITER, JSON or FIXEDWIDTH (config)", keys},
      {load + R"(, "statupdate": "maybe")",
       "STATUPDATE should be in ON/OFF/TRUE/FALSE: maybe (config)", keys},
      {load + R"(, "compupdate": "maybe")",
       "COMPUPDATE should be in ON/OFF/TRUE/FALSE: maybe (config)", keys},
      {load + R"(, "csv": "", "escape": false, "statupdate": "on")" + connection,
       no_client("redshift_load", "Amazon Redshift"), keys},
      {unload + R"("b/k")", "'to' should start with 's3://'. to=b/k (config)", keys},
      {unload + R"("s3://b")", "'to' should include a bucket name and key. to=s3://b (config)",
       keys},
      {unload + R"("s3:///k")", "'to' includes empty bucket. to=s3:///k (config)", keys},
      {unload + R"("s3://b/")", "'to' includes empty prefix key. to=s3://b/ (config)", keys},
      {unload + R"("s3://b/k")" + connection, no_client("redshift_unload", "Amazon Redshift"),
       keys},
  });
}

TEST_F(ServicesTest, ParameterServers) {
  expect({{R"("param_set>": null, "key": "value")",
           "param_server.type is required to use this operator. (config)"}});
  system_config.set("param_server.type", "redis");
  expect({
      {R"("param_set>": null)", "no key is set. (config)"},
      {R"("param_set>": null, "_export": {"a": 1})", "no key is set. (config)"},
      {R"("param_set>": null, "key": {"a": 1})",
       R"(Expected string type for key 'key' but got {"a":1} (object) (config))"},
      {R"("param_get>": null, "key": "value")", no_client("param_get", "parameter servers")},
  });
}

TEST_F(ServicesTest, Aws) {
  const std::vector<std::pair<std::string, std::string>> keys = {{"aws.s3.access_key_id", "a"},
                                                                 {"aws.emr.access_key_id", "a"},
                                                                 {"aws.secret_access_key", "s"}};
  const std::string no_key = "Secret not found for key: 'access_key_id' (secret not found)";
  const std::string no_place =
      "Either the s3_wait operator command or both 'bucket' and 'key' parameters must be set "
      "(config)";
  const std::string emr = R"("emr>": null, "cluster": "j-1", "staging": "s3://b/k")";
  expect({
      {R"("s3_wait>": "bucket/key")", no_key},
      {R"("s3_wait>": "bucketonly")", "Illegal s3 path: bucketonly (config)"},
      {R"("s3_wait>": null, "bucket": "b")", no_place},
      {R"("s3_wait>": "b/k", "bucket": "b")", no_place},
      {R"("s3_wait>": null, "aws": {"s3": {"bucket": "b"}, "key": "k"})",
       no_client("s3_wait", "Amazon S3"), keys},
      {R"("s3_wait>": "b/k", "_retry": 3)", no_client("s3_wait", "Amazon S3"), keys},
      {R"("emr>": null, "cluster": "j-1", "steps": [])", no_key},
      {R"("emr>": null)", "Parameter 'ec2' is required but not set (config)", keys},
      {R"("emr>": null, "cluster": {"ec2": {}})",
       "Parameter 'key' is required but not set (config)", keys},
      {emr + R"(, "steps": [{"type": "cobol"}])", "Unsupported step type: cobol (config)", keys},
      {R"("emr>": null, "cluster": "j-1", "steps": [{"type": "hive"}])",
       "Please configure a S3 'staging' directory (config)", keys},
      {R"("emr>": null, "cluster": "j-1", "steps": [], "staging": "/tmp")",
       "Invalid staging uri: '/tmp' (config)", keys},
      {emr + R"(, "steps": [{"type": "spark-sql"}])", no_client("emr", "Amazon EMR"), keys},
  });
}

TEST_F(ServicesTest, GoogleCloud) {
  const std::vector<std::pair<std::string, std::string>> key = {
      {"gcp.credential", R"({"project_id": "p"})"}};
  const std::string no_credential =
      "Could not get google cloud credential: need gcp.credential secret or Application Default "
      "Credentials";
  const std::string bq = R"("bq>": "q.sql")";
  const std::string no_dataset =
      "Bad table reference. Either configure 'dataset' or include dataset name in table "
      "reference: ";
  expect({
      {bq, no_credential},
      {R"("bq>": null)", "Parameter 'query' is required but not set (config)"},
      {bq + R"(, "dataset": "a.b")", "Bad dataset reference: a.b (illegal argument)"},
      {bq + R"(, "destination_table": "t")", no_dataset + "t (illegal argument)"},
      {bq + R"(, "destination_table": "p:d.t-1")",
       "Bad table reference: p:d.t-1 (illegal argument)"},
      {bq + R"(, "destination_table": "p:d.t$20240305", "dataset": "p:d")", no_credential},
      {bq, "Unable to parse 'gcp.credential' secret", {{"gcp.credential", "{s3cret"}}},
      {bq, "Missing 'gcp.project' secret", {{"gcp.credential", "{}"}}},
      {bq, no_client("bq", "Google BigQuery"), key},
      {R"("bq_load>": "gs://b/o")", no_credential},
      {R"("bq_load>": "gs://b/o", "dataset": "d")",
       "Parameter 'destination_table' is required but not set (config)", key},
      {R"("bq_load>": "gs://b/o", "destination_table": "d.t", "skip_leading_rows": "x")",
       R"(Expected integer (int) type for key 'skip_leading_rows' but got "x" (string) (config))",
       key},
      {R"("bq_load>": "gs://b/o", "destination_table": "d.t")",
       no_client("bq_load", "Google BigQuery"), key},
      {R"("bq_extract>": "d.t")", "Parameter 'destination' is required but not set (config)", key},
      {R"("bq_extract>": "d.t", "destination": ["gs://b/o"])",
       no_client("bq_extract", "Google BigQuery"), key},
      {R"("bq_ddl>": null, "delete_tables": [{"id": 1}])",
       R"(Bad table reference: {"id":1} (config))", key},
      {R"("bq_ddl>": null, "dataset": "")", "Bad dataset reference:  (illegal argument)"},
      {R"("bq_ddl>": null)", no_client("bq_ddl", "Google BigQuery"), key},
      {R"("gcs_wait>": "bucket/object")", no_credential},
      {R"("gcs_wait>": "bucket")", "Illegal GCS URI or path: bucket (config)", key},
      {R"("gcs_wait>": null, "bucket": "b")",
       "Either the gcs_wait operator command or both 'bucket' and 'object' parameters must be set "
       "(config)",
       key},
      {R"("gcs_wait>": "gs://b/o")", no_client("gcs_wait", "Google Cloud Storage"), key},
  });
  for (const std::string& line : log->lines) EXPECT_FALSE(line.contains("s3cret")) << line;
}

TEST_F(ServicesTest, TreasureDataAccess) {
  const std::string td = R"("td>": "q.sql")";
  expect({
      {td, "Parameter 'database' is required but not set (config)"},
      {td + R"(, "database": " ")", "Parameter 'database' is empty (config)"},
      {td + R"(, "database": "d")", "The 'td.apikey' secret is missing (config)"},
      {td + R"(, "database": "d", "apikey": "k")", "The 'td.apikey' secret is missing (config)"},
      {td + R"(, "database": "d")",
       "The 'td.apikey' secret is empty (config)",
       {{"td.apikey", " "}}},
      {td + R"(, "td": {"database": "d"})", no_client("td", "Treasure Data"), {{"td.apikey", "k"}}},
  });
  for (const std::string keys :
       {R"("td_run>": "saved")", R"("td_ddl>": null)", R"("td_wait>": "q.sql")",
        R"("td_wait_table>": "t")", R"("td_load>": "name")",
        R"("td_partial_delete>": "t", "from": "1", "to": "2")",
        R"("td_for_each>": "q.sql", "_do": {})"}) {
    expect({{keys, "Parameter 'database' is required but not set (config)"},
            {keys + R"(, "database": "d")", "The 'td.apikey' secret is missing (config)"}});
  }
}

TEST_F(ServicesTest, TreasureDataOptions) {
  const std::string td = R"("database": "d", "td>": "q.sql")";
  const std::string load = R"("database": "d", "td_load>": )";
  expect({
      {td + R"(, "engine": "oracle")",
       "Unknown 'engine:' option (available options are: hive and presto): oracle (config)"},
      {td + R"(, "insert_into": "t", "create_table": "t")",
       "Setting both insert_into and create_table is invalid (config)"},
      {td + R"(, "insert_into": "t", "download_file": "f")",
       "download_file is invalid if insert_into or create_table is set (config)"},
      {td + R"(, "result_settings": {})",
       "result_settings is valid only if result_connection is set (config)"},
      {td + R"(, "result_url": "${secret:no.such}")",
       "Secret not found for key: 'no.such' (secret not found)"},
      {R"("td_run>": ["a"], "database": "d")", R"(Invalid saved query reference: ["a"] (config))"},
      {R"("td_for_each>": "q.sql")", "Parameter '_do' is required but not set (config)"},
      {load + R"(null, "config": {}, "name": "n")",
       "The parameters config and name cannot both be set (config)"},
      {load + R"("x", "name": "n")",
       "Only the command or one of the config and name params may be set (config)"},
      {load + "null", "No parameter is set (config)"},
      {load + R"("broken.yml")", "Failed to parse yaml file (config)"},
      {load + R"("load.yml")", "Parameter 'table' is required but not set (config)"},
      {R"("td_wait>": "q.sql", "interval": "29s")",
       "poll interval must be at least 30s and no greater than 2d (config)"},
      {R"("td_wait_table>": "t", "interval": "49h")",
       "poll interval must be at least 30s and no greater than 2d (config)"},
      {R"("td_table_export>": null, "database": "d", "table": "t", "file_format": "xls")",
       "invalid file_format option (config)"},
      {R"("td_result_export>": null, "job_id": 1, "result_connection": "c")",
       "Parameter 'result_settings' is required but not set (config)"},
      {R"("td_result_export>": null, "job_id": 1, "result_connection": "c", )"
       R"("result_settings": "{}")",
       "The 'td.apikey' secret is missing (config)"},
      {R"("td_ddl>": null, "database": "d", "rename_tables": [{"from": "a", "to": "b.c"}])",
       "'to' option of rename_tables can't include database name (config)",
       {{"td.apikey", "k"}}},
      {R"("td_ddl>": null, "database": "d", "create_tables": "[\"a\"]")",
       no_client("td_ddl", "Treasure Data"),
       {{"td.apikey", "k"}}},
  });
}

TEST_F(ServicesTest, ReadOptionsOnceAndRetryTheRest) {
  EXPECT_TRUE(std::holds_alternative<Failure>(run(R"({"td>": null, "_retry": 1})")));
  EXPECT_TRUE(std::holds_alternative<Poll>(run(R"({"td>": "q.sql", "_retry": 1})")));
}

TEST(ServiceSettings, NameAParameterServerThatExists) {
  const auto problem = [](std::string_view settings) -> std::string {
    try {
      check_service_settings(object_of(settings));
      return "none";
    } catch (const ConfigError& error) {
      return error.message();
    }
  };
  EXPECT_EQ(problem("{}"), "none");
  EXPECT_EQ(problem(R"({"param_server.type": "redis"})"), "none");
  EXPECT_EQ(problem(R"({"param_server.type": "mysql"})"), "Unsupported param_server.type : mysql");
  EXPECT_EQ(problem(R"({"param_server.type": "postgresql", "param_server.user": "u"})"),
            "Parameter 'param_server.host' is required but not set");
  EXPECT_EQ(problem(R"({"param_server.type": "postgresql", "param_server.user": "u",
                        "param_server.host": "h", "param_server.database": "d"})"),
            "none");
}

TEST(FindOperator, KnowsEveryOperatorOfTheInventory) {
  for (const std::string_view name : {"call",
                                      "require",
                                      "loop",
                                      "for_each",
                                      "for_range",
                                      "if",
                                      "fail",
                                      "echo",
                                      "wait",
                                      "notify",
                                      "sh",
                                      "py",
                                      "rb",
                                      "embulk",
                                      "pg",
                                      "redshift",
                                      "redshift_load",
                                      "redshift_unload",
                                      "param_set",
                                      "param_get",
                                      "s3_wait",
                                      "emr",
                                      "bq",
                                      "bq_load",
                                      "bq_extract",
                                      "bq_ddl",
                                      "gcs_wait",
                                      "td",
                                      "td_run",
                                      "td_for_each",
                                      "td_load",
                                      "td_table_export",
                                      "td_partial_delete",
                                      "td_result_export",
                                      "td_ddl",
                                      "td_wait",
                                      "td_wait_table"}) {
    const OperatorKind* kind = find_operator(name);
    ASSERT_NE(kind, nullptr) << name;
    EXPECT_EQ(kind->name, name);
  }
  EXPECT_EQ(find_operator("nop"), nullptr);
  EXPECT_EQ(find_operator(""), nullptr);
}

TEST(FindOperator, LetsOnlyComputationsRunInline) {
  for (const std::string_view name :
       {"echo", "fail", "if", "loop", "for_each", "for_range", "call"}) {
    EXPECT_TRUE(find_operator(name)->runs_inline) << name;
  }
  for (const std::string_view name : {"sh", "wait", "notify", "require", "pg"}) {
    EXPECT_FALSE(find_operator(name)->runs_inline) << name;
  }
}

}  // namespace
}  // namespace mogura::operators
