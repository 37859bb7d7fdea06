// Checks of s3_wait> and emr> (operators.md §8).
#include <algorithm>
#include <array>

#include "operators/service_checks.h"
#include "operators/service_options.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

using enum OptionType;

void check_s3_object(const Object& config) {
  const auto command = value::find_text(config, "_command");
  const auto bucket = value::find_text(config, "bucket");
  const auto key = value::find_text(config, "key");
  if (command ? (bucket || key) : !(bucket && key)) {
    throw ConfigError(
        "Either the s3_wait operator command or both 'bucket' and 'key' parameters must be set");
  }
  if (command && !command->contains('/')) throw ConfigError("Illegal s3 path: " + *command);
}

void check_access_keys(const Context& context, std::string_view scope) {
  for (const std::string_view key : {"access_key_id", "secret_access_key"}) {
    require_secret(context, {scope, "aws"}, key);
  }
}

// Text of a JSON object counts as the object; other text is the id of a cluster that exists.
void check_emr_cluster(const Object& config) {
  const Value* cluster = config.find("cluster");
  if (cluster != nullptr && cluster->is_text() && !cluster->as_text().starts_with('{')) return;
  const Object definition = cluster == nullptr ? Object{} : value::parse_object(config, "cluster");
  value::get_text(value::get_object(definition, "ec2"), "key");
}

void check_emr_step(const Value& step) {
  constexpr std::array<std::string_view, 6> kTypes{"flink",     "hive",   "spark",
                                                   "spark-sql", "script", "command"};
  if (!step.is_object()) {
    throw ConfigError("Expected object type for key 'steps' but got " + value::to_json(step));
  }
  const std::string type = value::get_text(step.as_object(), "type");
  if (std::ranges::find(kTypes, type) == kTypes.end()) {
    throw ConfigError("Unsupported step type: " + type);
  }
}

}  // namespace

void check_s3_wait(const Context& context) {
  check_s3_object(context.config);
  check_options(context.config, {{"version_id", text},
                                 {"path_style_access", boolean},
                                 {"endpoint", text},
                                 {"region", text},
                                 {"timeout", duration},
                                 {"continue_on_timeout", boolean}});
  check_access_keys(context, "aws.s3");
}

void check_emr(const Context& context) {
  check_access_keys(context, "aws.emr");
  check_emr_cluster(context.config);
  for (const Value& step : value::parse_list(context.config, "steps")) check_emr_step(step);
  const auto staging = value::find_text(context.config, "staging");
  if (!staging) throw ConfigError("Please configure a S3 'staging' directory");
  if (!staging->starts_with("s3://") || staging->size() == std::string_view("s3://").size()) {
    throw ConfigError("Invalid staging uri: '" + *staging + "'");
  }
  check_options(context.config, {{"action_on_failure", text}});
}

}  // namespace mogura::operators
