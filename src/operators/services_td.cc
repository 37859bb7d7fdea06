// Checks of the operators of Treasure Data (operators.md §10).
#include <algorithm>
#include <array>
#include <chrono>

#include "operators/duration_parameter.h"
#include "operators/service_checks.h"
#include "operators/service_options.h"
#include "operators/workspace.h"
#include "secrets/secrets.h"
#include "value/config.h"
#include "value/json.h"
#include "workflow/yaml.h"

namespace mogura::operators {
namespace {

using enum OptionType;

constexpr std::chrono::seconds kMinWaitInterval{30};
constexpr std::chrono::seconds kMaxWaitInterval = std::chrono::days(2);

std::string_view without_outer_blanks(std::string_view text) {
  while (!text.empty() && text.front() <= ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() <= ' ') text.remove_suffix(1);
  return text;
}

void check_job_options(const Object& config) {
  check_options(config, {{"priority", integer},
                         {"job_retry", integer},
                         {"presto_pool_name", text},
                         {"hive_pool_name", text},
                         {"engine_version", text},
                         {"hive_engine_version", text}});
  const std::string engine = value::find_text(config, "engine").value_or("presto");
  if (engine != "presto" && engine != "hive") {
    throw ConfigError("Unknown 'engine:' option (available options are: hive and presto): " +
                      engine);
  }
}

void check_wait_interval(const Object& config) {
  const auto interval = find_duration(config, "interval");
  if (interval && (*interval < kMinWaitInterval || *interval > kMaxWaitInterval)) {
    throw ConfigError("poll interval must be at least 30s and no greater than 2d");
  }
}

void check_bulk_load_file(const Context& context, const std::string& name) {
  const std::string text = template_file(context, Workspace(context), name);
  Value definition;
  try {
    definition = workflow::parse_yaml(text, name, workflow::RepeatedKeys::last_wins);
    if (!definition.is_object()) throw ConfigError("not an object");
  } catch (const Error& error) {
    throw ConfigError("Failed to parse yaml file", {error});
  }
  secrets::resolve_secrets(definition, context.secrets, secrets::ResolveIn::keys_and_values);
}

void check_rename(const Value& rename) {
  if (!rename.is_object()) {
    throw value::wrong_type("object", "rename_tables", rename);
  }
  value::get_text(rename.as_object(), "from");
  if (value::get_text(rename.as_object(), "to").contains('.')) {
    throw ConfigError("'to' option of rename_tables can't include database name");
  }
}

}  // namespace

void check_td_options(const Context& context) {
  const Object& config = context.config;
  template_command(context, Workspace(context), "query");
  const bool insert = value::find_text(config, "insert_into").has_value();
  const bool create = value::find_text(config, "create_table").has_value();
  if (insert && create) {
    throw ConfigError("Setting both insert_into and create_table is invalid");
  }
  if (value::find_text(config, "download_file") && (insert || create)) {
    throw ConfigError("download_file is invalid if insert_into or create_table is set");
  }
  check_job_options(config);
  check_options(config, {{"store_last_results", boolean}, {"preview", boolean}});
  if (const auto url = value::find_text(config, "result_url")) {
    secrets::resolve_secrets(*url, context.secrets);
  }
  if (is_set(config, "result_settings") && !is_set(config, "result_connection")) {
    throw ConfigError("result_settings is valid only if result_connection is set");
  }
}

void check_td_run_options(const Context& context) {
  const Value& query = value::get(context.config, "_command");
  if (!query.is_number() && !query.is_text()) {
    throw ConfigError("Invalid saved query reference: " + value::to_json(query));
  }
  check_options(context.config,
                {{"download_file", text}, {"store_last_results", boolean}, {"preview", boolean}});
}

void check_td_for_each_options(const Context& context) {
  template_command(context, Workspace(context), "query");
  check_job_options(context.config);
  value::get_object(context.config, "_do");
}

void check_td_load_options(const Context& context) {
  const Object& config = context.config;
  const auto command = value::find_text(config, "_command");
  const bool has_name = value::find_text(config, "name").has_value();
  const bool has_config = is_set(config, "config");
  if (has_config && has_name) {
    throw ConfigError("The parameters config and name cannot both be set");
  }
  if (command && (has_config || has_name)) {
    throw ConfigError("Only the command or one of the config and name params may be set");
  }
  if (!command && !has_config && !has_name) throw ConfigError("No parameter is set");
  if (has_config) value::get_object(config, "config");
  const bool is_file = command && (command->ends_with(".yml") || command->ends_with(".yaml"));
  if (is_file) check_bulk_load_file(context, *command);
  if (is_file || has_config) value::get_text(config, "table");
}

void check_td_wait_options(const Context& context) {
  template_command(context, Workspace(context), "query");
  check_wait_interval(context.config);
  check_job_options(context.config);
}

void check_td_wait_table_options(const Context& context) {
  value::get_text(context.config, "_command");
  check_wait_interval(context.config);
  check_options(context.config, {{"rows", integer}});
  check_job_options(context.config);
}

void check_td_table_export_options(const Context& context) {
  constexpr std::array<std::string_view, 4> kFormats{"tsv.gz", "jsonl.gz", "json.gz",
                                                     "line-json.gz"};
  const Object& config = context.config;
  check_options(config, {{"database", text, Need::required}, {"table", text, Need::required}});
  const std::string format = value::get_text(config, "file_format");
  if (std::ranges::find(kFormats, format) == kFormats.end()) {
    throw ConfigError("invalid file_format option");
  }
  check_options(config, {{"from", text, Need::required},
                         {"to", text, Need::required},
                         {"s3_bucket", text, Need::required},
                         {"s3_path_prefix", text, Need::required},
                         {"hive_pool_name", text}});
  for (const std::string_view key : {"access_key_id", "secret_access_key"}) {
    require_secret(context, {"aws.s3", "aws"}, key);
  }
}

void check_td_partial_delete_options(const Context& context) {
  check_options(context.config, {{"_command", text, Need::required},
                                 {"from", text, Need::required},
                                 {"to", text, Need::required}});
}

void check_td_result_export_options(const Context& context) {
  check_options(context.config,
                {{"job_id", text, Need::required}, {"result_connection", text, Need::required}});
  const Object settings = value::parse_object(context.config, "result_settings");
  secrets::resolve_secrets(value::to_json(settings), context.secrets);
}

void check_td_ddl(const Context& context) {
  for (const std::string_view key : {"drop_databases", "create_databases", "empty_databases",
                                     "drop_tables", "create_tables", "empty_tables"}) {
    if (is_set(context.config, key)) value::parse_list(context.config, key);
  }
  if (!is_set(context.config, "rename_tables")) return;
  for (const Value& rename : value::parse_list(context.config, "rename_tables")) {
    check_rename(rename);
  }
}

void check_td_access(const Context& context) {
  const std::string database = value::get_text(context.config, "database");
  if (without_outer_blanks(find_secret(context, {"td"}, "database").value_or(database)).empty()) {
    throw ConfigError("Parameter 'database' is empty");
  }
  check_td_apikey(context);
}

void check_td_apikey(const Context& context) {
  const auto key = find_secret(context, {"td"}, "apikey");
  if (!key) throw ConfigError("The 'td.apikey' secret is missing");
  if (without_outer_blanks(*key).empty()) throw ConfigError("The 'td.apikey' secret is empty");
}

}  // namespace mogura::operators
