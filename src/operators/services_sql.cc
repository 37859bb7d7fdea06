// Checks of pg>, redshift>, redshift_load>, redshift_unload> (operators.md §6), param_set> and
// param_get> (§7).
#include <algorithm>
#include <array>

#include "operators/service_checks.h"
#include "operators/service_options.h"
#include "operators/workspace.h"
#include "value/config.h"

namespace mogura::operators {
namespace {

using enum OptionType;

// The connection's parameters; a secret of the same name stands for a missing one.
void check_connection(const Context& context, std::string_view scope) {
  const auto required = [&](std::string_view key) {
    if (!find_secret(context, {scope}, key)) value::get_text(context.config, key);
  };
  required("host");
  check_options(context.config, {{"port", integer}, {"ssl", boolean}});
  required("user");
  required("database");
  check_options(context.config,
                {{"schema", text}, {"connect_timeout", duration}, {"socket_timeout", duration}});
  if (const auto name = value::find_text(context.config, "password_override")) {
    require_secret(context, {scope}, *name);
  }
}

// What stands for "the rows of the query are wanted".
bool stores_last_results(const Object& config) {
  constexpr std::string_view kKey = "store_last_results";
  const Value* value = config.find(kKey);
  if (value == nullptr || value->is_null()) return false;
  if (value->is_boolean()) return value->as_boolean();
  const std::string text = value::as_text(*value).value_or("");
  if (text == "false") return false;
  if (text == "true" || text == "first" || text == "all") return true;
  throw value::wrong_type(
      "class io.digdag.standards.operator.jdbc.StoreLastResultsOption", kKey, *value,
      {Error("illegal argument", R"(last_results must be either of "first" or "all": )" + text)});
}

void check_query(const Context& context, std::string_view scope) {
  const Object& config = context.config;
  template_command(context, Workspace(context), "query");
  check_options(config, {{"insert_into", text}, {"create_table", text}});
  const bool insert = is_set(config, "insert_into");
  const bool create = is_set(config, "create_table");
  const bool download = value::find_text(config, "download_file").has_value();
  if (insert && create) throw ConfigError("Can't use both of insert_into and create_table");
  if (download && (insert || create)) {
    throw ConfigError("Can't use download_file with insert_into or create_table");
  }
  const bool store = stores_last_results(config);
  if (store && (insert || create)) {
    throw ConfigError("Can't use store_last_results with insert_into or create_table");
  }
  if (store && download) {
    throw ConfigError("Can't use both download_file and store_last_results at once");
  }
  check_options(config, {{"strict_transaction", boolean},
                         {"status_table", text},
                         {"status_table_schema", text},
                         {"status_table_cleanup", duration}});
  check_connection(context, scope);
}

void check_base_credentials(const Context& context, std::string_view scope) {
  for (const std::string_view key : {"access_key_id", "secret_access_key"}) {
    require_secret(context, {scope, "aws.redshift", "aws"}, key);
  }
}

bool has_any(const Object& config, std::initializer_list<std::string_view> keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) {
    const Value* value = config.find(key);
    if (value == nullptr || value->is_null()) return false;
    return !(value->is_boolean() && !value->as_boolean());
  });
}

void check_on_off(const Object& config, std::string_view key, std::string_view shown) {
  const auto text = value::find_text(config, key);
  if (!text) return;
  std::string upper = *text;
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  constexpr std::array<std::string_view, 4> kAllowed{"ON", "OFF", "TRUE", "FALSE"};
  if (std::ranges::find(kAllowed, upper) == kAllowed.end()) {
    throw ConfigError(std::string(shown) + " should be in ON/OFF/TRUE/FALSE: " + *text);
  }
}

void check_copy_formats(const Object& config) {
  if (has_any(config, {"csv"}) && has_any(config, {"fixedwidth", "removequotes", "escape"})) {
    throw ConfigError("CSV cannot be used with FIXEDWIDTH, REMOVEQUOTES, or ESCAPE");
  }
  if (has_any(config, {"delimiter"}) && has_any(config, {"fixedwidth"})) {
    throw ConfigError("DELIMITER cannot be used with FIXEDWIDTH");
  }
  if (has_any(config, {"json"}) &&
      has_any(config, {"csv", "delimiter", "escape", "fillrecord", "avro", "fixedwidth",
                       "ignoreblanklines", "null_as", "readratio", "removequotes"})) {
    throw ConfigError(
        "JSON cannot be used with CSV, DELIMITER, AVRO, ESCAPE, FILLRECORD, FIXEDWIDTH, "
        "IGNOREBLANKLINES, NULL AS, READRATIO or REMOVEQUOTES");
  }
  if (has_any(config, {"avro"}) && has_any(config, {"csv", "delimiter", "json", "fixedwidth"})) {
    throw ConfigError("AVRO cannot be used with CSV, DELIMITER, JSON or FIXEDWIDTH");
  }
}

void check_unload_destination(const std::string& to) {
  constexpr std::string_view kScheme = "s3://";
  if (!to.starts_with(kScheme)) {
    throw ConfigError("'to' should start with 's3://'. to=" + to);
  }
  const std::string_view path = std::string_view(to).substr(kScheme.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) {
    throw ConfigError("'to' should include a bucket name and key. to=" + to);
  }
  if (slash == 0) throw ConfigError("'to' includes empty bucket. to=" + to);
  if (slash + 1 == path.size()) throw ConfigError("'to' includes empty prefix key. to=" + to);
}

void check_parameter_server(const Context& context) {
  if (!context.environment.system_config.contains("param_server.type")) {
    throw ConfigError("param_server.type is required to use this operator.");
  }
  const auto is_parameter = [&](const Object::Member& member) {
    const bool is_operator_key = member.key.ends_with('>') && member.value.is_null();
    return !is_operator_key && member.key != "_export" && member.key != "_type";
  };
  if (std::ranges::none_of(context.local_config, is_parameter)) {
    throw ConfigError("no key is set.");
  }
  for (const auto& [key, value] : context.local_config) {
    if (is_parameter({key, value})) value::find_text(context.local_config, key);
  }
}

}  // namespace

void check_pg(const Context& context) {
  check_query(context, "pg");
}

void check_redshift(const Context& context) {
  check_query(context, "aws.redshift");
}

void check_redshift_load(const Context& context) {
  const Object& config = context.config;
  check_base_credentials(context, "aws.redshift_load");
  check_options(config, {{"table", text, Need::required},
                         {"from", text, Need::required},
                         {"readratio", integer},
                         {"ignoreheader", integer},
                         {"comprows", integer},
                         {"maxerror", integer},
                         {"temp_credentials", boolean},
                         {"session_duration", integer}});
  check_copy_formats(config);
  check_on_off(config, "statupdate", "STATUPDATE");
  check_on_off(config, "compupdate", "COMPUPDATE");
  check_connection(context, "aws.redshift");
}

void check_redshift_unload(const Context& context) {
  const Object& config = context.config;
  check_base_credentials(context, "aws.redshift_unload");
  check_options(config, {{"query", text, Need::required},
                         {"to", text, Need::required},
                         {"manifest", boolean},
                         {"encrypted", boolean},
                         {"allowoverwrite", boolean},
                         {"gzip", boolean},
                         {"bzip2", boolean},
                         {"escape", boolean},
                         {"addquotes", boolean}});
  check_unload_destination(value::get_text(config, "to"));
  check_on_off(config, "parallel", "PARALLEL");
  check_connection(context, "aws.redshift");
}

void check_param_set(const Context& context) {
  check_parameter_server(context);
}

void check_param_get(const Context& context) {
  check_parameter_server(context);
}

}  // namespace mogura::operators
