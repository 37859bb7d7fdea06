// The checks that operators of services make before they would call their service, a function for
// each operator (operators.md §6-§10). All throw the errors that the chapter words.
#pragma once

#include "operators/operator.h"

namespace mogura::operators {

using ServiceCheck = void (*)(const Context& context);

// SQL databases and parameter servers (operators.md §6, §7).
void check_pg(const Context& context);
void check_redshift(const Context& context);
void check_redshift_load(const Context& context);
void check_redshift_unload(const Context& context);
void check_param_set(const Context& context);
void check_param_get(const Context& context);

// AWS (operators.md §8).
void check_s3_wait(const Context& context);
void check_emr(const Context& context);

// Google Cloud (operators.md §9). The options of bq> and bq_ddl> are read when they are made.
void check_bq_options(const Context& context);
void check_bq_ddl_options(const Context& context);
void check_google_credential(const Context& context);
void check_bq_load(const Context& context);
void check_bq_extract(const Context& context);
void check_bq_ddl(const Context& context);
void check_gcs_wait(const Context& context);

// Treasure Data (operators.md §10): options are read when the operator is made, the database and
// the API key when it runs.
void check_td_options(const Context& context);
void check_td_run_options(const Context& context);
void check_td_for_each_options(const Context& context);
void check_td_load_options(const Context& context);
void check_td_wait_options(const Context& context);
void check_td_wait_table_options(const Context& context);
void check_td_table_export_options(const Context& context);
void check_td_partial_delete_options(const Context& context);
void check_td_result_export_options(const Context& context);
void check_td_ddl(const Context& context);
void check_td_access(const Context& context);
void check_td_apikey(const Context& context);

}  // namespace mogura::operators
