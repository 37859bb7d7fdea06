#include "operators/services.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "operators/service_checks.h"
#include "operators/service_options.h"
#include "value/config.h"
#include "value/merge.h"

namespace mogura::operators {
namespace {

struct Service {
  std::string_view name;      // of the operator
  std::string_view provider;  // whom it would call
  /// Objects whose members are defaults of its options, the first one first (operators.md §2.2).
  std::vector<std::string_view> defaults;
  /// Made before anything is retried, then at each try.
  ServiceCheck when_made;
  std::vector<ServiceCheck> when_run;
  bool generic_retry = true;
  std::vector<std::string_view> reads = {};
};

void nothing(const Context&) {}

const std::vector<std::string_view> kS3WaitKeys = {
    "_command",          "aws",      "bucket", "key",     "version_id",
    "path_style_access", "endpoint", "region", "timeout", "continue_on_timeout"};

const std::array kServices = {
    Service{"pg", "PostgreSQL", {"pg"}, nothing, {check_pg}},
    Service{"redshift", "Amazon Redshift", {"redshift"}, nothing, {check_redshift}},
    Service{"redshift_load",
            "Amazon Redshift",
            {"redshift_load", "redshift"},
            nothing,
            {check_redshift_load}},
    Service{"redshift_unload",
            "Amazon Redshift",
            {"redshift_unload", "redshift"},
            nothing,
            {check_redshift_unload}},
    Service{"param_set", "parameter servers", {}, nothing, {check_param_set}},
    Service{"param_get", "parameter servers", {}, nothing, {check_param_get}},
    Service{
        "s3_wait", "Amazon S3", {"aws.s3", "aws"}, nothing, {check_s3_wait}, false, kS3WaitKeys},
    Service{"emr", "Amazon EMR", {"aws.emr", "aws"}, nothing, {check_emr}},
    Service{"bq", "Google BigQuery", {"bq"}, check_bq_options, {check_google_credential}},
    Service{
        "bq_load", "Google BigQuery", {"bq"}, nothing, {check_google_credential, check_bq_load}},
    Service{"bq_extract",
            "Google BigQuery",
            {"bq"},
            nothing,
            {check_google_credential, check_bq_extract}},
    Service{"bq_ddl",
            "Google BigQuery",
            {"bq"},
            check_bq_ddl_options,
            {check_google_credential, check_bq_ddl}},
    Service{"gcs_wait",
            "Google Cloud Storage",
            {"gcs"},
            nothing,
            {check_google_credential, check_gcs_wait}},
    Service{"td", "Treasure Data", {"td"}, check_td_options, {check_td_access}},
    Service{"td_run", "Treasure Data", {"td"}, check_td_run_options, {check_td_access}},
    Service{"td_for_each", "Treasure Data", {"td"}, check_td_for_each_options, {check_td_access}},
    Service{"td_load", "Treasure Data", {"td"}, check_td_load_options, {check_td_access}},
    Service{"td_ddl", "Treasure Data", {"td"}, nothing, {check_td_access, check_td_ddl}},
    Service{"td_wait", "Treasure Data", {"td"}, check_td_wait_options, {check_td_access}},
    Service{
        "td_wait_table", "Treasure Data", {"td"}, check_td_wait_table_options, {check_td_access}},
    Service{"td_table_export",
            "Treasure Data",
            {"td"},
            check_td_table_export_options,
            {check_td_access}},
    Service{"td_partial_delete",
            "Treasure Data",
            {"td"},
            check_td_partial_delete_options,
            {check_td_access}},
    Service{"td_result_export",
            "Treasure Data",
            {"td"},
            check_td_result_export_options,
            {check_td_apikey}},
};

// The object at a dotted path; empty where there is none.
Object defaults_at(const Object& config, std::string_view path) {
  const std::size_t dot = path.find('.');
  const Object found = value::find_object(config, path.substr(0, dot));
  return dot == std::string_view::npos ? found : defaults_at(found, path.substr(dot + 1));
}

class ServiceOperator : public Operator {
 public:
  ServiceOperator(Context& context, const Service& service) : context_(context), service_(service) {
    for (const std::string_view path : service.defaults) {
      value::merge_default(context.config, defaults_at(context.config, path));
    }
    service.when_made(context);
  }

  Step run() override {
    for (const ServiceCheck check : service_.when_run) check(context_);
    throw TaskFailed(std::string(service_.name) + "> cannot run: this build has no client for " +
                     std::string(service_.provider));
  }

 private:
  Context& context_;
  const Service& service_;
};

// A maker has no room for the service that it makes, so each service gets a maker of its own.
template <std::size_t kIndex>
std::unique_ptr<Operator> make_service(Context& context) {
  return std::make_unique<ServiceOperator>(context, kServices[kIndex]);
}

template <std::size_t... kIndices>
std::array<OperatorKind, kServices.size()> service_kinds(std::index_sequence<kIndices...>) {
  return {OperatorKind{.name = kServices[kIndices].name,
                       .make = make_service<kIndices>,
                       .generic_retry = kServices[kIndices].generic_retry,
                       .runs_inline = false,
                       .reads = kServices[kIndices].reads}...};
}

}  // namespace

const OperatorKind* find_service_operator(std::string_view name) {
  static const auto kServiceKinds = service_kinds(std::make_index_sequence<kServices.size()>());
  const auto found = std::ranges::find(kServiceKinds, name, &OperatorKind::name);
  return found == kServiceKinds.end() ? nullptr : &*found;
}

void check_service_settings(const Object& system_config) {
  const auto type = value::find_text(system_config, "param_server.type");
  if (!type || *type == "redis") return;
  if (*type != "postgresql") throw ConfigError("Unsupported param_server.type : " + *type);
  for (const std::string_view key :
       {"param_server.user", "param_server.host", "param_server.database"}) {
    value::get_text(system_config, key);
  }
}

}  // namespace mogura::operators
