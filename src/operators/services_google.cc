// Checks of bq>, bq_load>, bq_extract>, bq_ddl> and gcs_wait> (operators.md §9).
#include <algorithm>

#include "operators/service_checks.h"
#include "operators/service_options.h"
#include "operators/workspace.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

using enum OptionType;

Error bad_reference(const std::string& message) {
  return Error("illegal argument", message);
}

bool has_dataset_name(std::string_view dataset) {
  return !dataset.empty() && !dataset.contains('.');
}

// `[PROJECT:]DATASET`
void check_dataset(const std::string& reference) {
  const std::size_t colon = reference.rfind(':');
  const std::string_view name =
      std::string_view(reference).substr(colon == std::string::npos ? 0 : colon + 1);
  if (!has_dataset_name(name)) throw bad_reference("Bad dataset reference: " + reference);
}

bool is_table_name(std::string_view name) {
  constexpr std::size_t kMaxLength = 1024;
  constexpr std::size_t kPartitionLength = 8;  // yyyyMMdd
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_word = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const std::size_t dollar = std::min(name.find('$'), name.size());
  const std::string_view table = name.substr(0, dollar);
  const std::string_view partition = name.substr(std::min(dollar + 1, name.size()));
  return !table.empty() && table.size() <= kMaxLength && std::ranges::all_of(table, is_word) &&
         (dollar == name.size() ||
          (partition.size() == kPartitionLength && std::ranges::all_of(partition, is_digit)));
}

// `[PROJECT:][DATASET.]TABLE`
void check_table(const std::string& reference, const std::optional<std::string>& dataset) {
  const std::size_t colon = reference.rfind(':');
  std::string_view rest =
      std::string_view(reference).substr(colon == std::string::npos ? 0 : colon + 1);
  const std::size_t dot = rest.find('.');
  const bool has_dataset = dot != std::string_view::npos;
  const std::string_view table = has_dataset ? rest.substr(dot + 1) : rest;
  if (!is_table_name(table) || (has_dataset && dot == 0)) {
    throw bad_reference("Bad table reference: " + reference);
  }
  if (!has_dataset && !dataset) {
    throw bad_reference(
        "Bad table reference. Either configure 'dataset' or include dataset name in table "
        "reference: " +
        reference);
  }
}

std::optional<std::string> default_dataset(const Object& config) {
  auto dataset = value::find_text(config, "dataset");
  if (dataset) check_dataset(*dataset);
  return dataset;
}

void check_ddl_entries(const Object& config, std::string_view key, std::string_view problem) {
  if (!is_set(config, key)) return;
  for (const Value& entry : value::parse_list(config, key)) {
    if (!entry.is_text()) {
      throw ConfigError(std::string(problem) + value::to_json(entry));
    }
  }
}

}  // namespace

void check_bq_options(const Context& context) {
  template_command(context, Workspace(context), "query");
  check_options(context.config, {{"location", text},
                                 {"use_legacy_sql", boolean},
                                 {"allow_large_results", boolean},
                                 {"use_query_cache", boolean},
                                 {"flatten_results", boolean},
                                 {"create_disposition", text},
                                 {"write_disposition", text},
                                 {"priority", text},
                                 {"maximum_billing_tier", integer}});
  const auto dataset = default_dataset(context.config);
  if (const auto table = value::find_text(context.config, "destination_table")) {
    check_table(*table, dataset);
  }
}

void check_bq_ddl_options(const Context& context) {
  default_dataset(context.config);
}

void check_google_credential(const Context& context) {
  const auto credential = find_secret(context, {"gcp"}, "credential");
  if (!credential) {
    throw TaskFailed(
        "Could not get google cloud credential: need gcp.credential secret or Application Default "
        "Credentials");
  }
  Object key;
  try {
    const Value parsed = value::parse_json(*credential);
    if (!parsed.is_object()) throw ConfigError("not an object");
    key = parsed.as_object();
  } catch (const Error&) {
    // The parser's message would show a part of the secret.
    throw TaskFailed("Unable to parse 'gcp.credential' secret");
  }
  if (!find_secret(context, {"gcp"}, "project") && !value::find_text(key, "project_id")) {
    throw TaskFailed("Missing 'gcp.project' secret");
  }
}

void check_bq_load(const Context& context) {
  const Object& config = context.config;
  value::get(config, "_command");
  const auto dataset = default_dataset(config);
  check_table(value::get_text(config, "destination_table"), dataset);
  const Value* schema = config.find("schema");
  if (schema != nullptr && schema->is_text()) {
    template_file(context, Workspace(context), schema->as_text());
  }
  check_options(config, {{"create_disposition", text},
                         {"write_disposition", text},
                         {"source_format", text},
                         {"field_delimiter", text},
                         {"encoding", text},
                         {"quote", text},
                         {"skip_leading_rows", integer},
                         {"max_bad_records", integer},
                         {"allow_quoted_newlines", boolean},
                         {"allow_jagged_rows", boolean},
                         {"ignore_unknown_values", boolean},
                         {"autodetect", boolean},
                         {"projection_fields", text_list},
                         {"schema_update_options", text_list}});
}

void check_bq_extract(const Context& context) {
  const Object& config = context.config;
  const auto dataset = default_dataset(config);
  check_table(value::get_text(config, "_command"), dataset);
  value::get(config, "destination");
  check_options(config, {{"print_header", boolean},
                         {"field_delimiter", text},
                         {"destination_format", text},
                         {"compression", text}});
}

void check_bq_ddl(const Context& context) {
  check_ddl_entries(context.config, "delete_datasets", "Bad dataset reference: ");
  check_ddl_entries(context.config, "delete_tables", "Bad table reference: ");
}

void check_gcs_wait(const Context& context) {
  const auto command = value::find_text(context.config, "_command");
  const bool both = value::find_text(context.config, "bucket").has_value() &&
                    value::find_text(context.config, "object").has_value();
  if (!command && !both) {
    throw ConfigError(
        "Either the gcs_wait operator command or both 'bucket' and 'object' parameters must be "
        "set");
  }
  if (!command) return;
  constexpr std::string_view kScheme = "gs://";
  const std::string_view path =
      std::string_view(*command).substr(command->starts_with(kScheme) ? kScheme.size() : 0);
  const std::size_t slash = path.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == path.size()) {
    throw ConfigError("Illegal GCS URI or path: " + *command);
  }
}

}  // namespace mogura::operators
