// The functions of the commands: one file each. They return the exit status and throw what
// run_program() turns into a message (cli.md §4).
#pragma once

#include "cli/command.h"

namespace mogura::cli {

int run_archive(const Invocation& invocation);  // cli.md §12.8
int run_check(const Invocation& invocation);    // cli.md §12.2
int run_completion(const Invocation& invocation);
int run_init(const Invocation& invocation);        // cli.md §12.1
int run_migrate(const Invocation& invocation);     // cli.md §12.6
int run_run(const Invocation& invocation);         // cli.md §12.3
int run_scheduler(const Invocation& invocation);   // cli.md §12.5
int run_secrets(const Invocation& invocation);     // cli.md §14.18
int run_selfupdate(const Invocation& invocation);  // cli.md §12.7
int run_server(const Invocation& invocation);      // cli.md §12.4
int run_version(const Invocation& invocation);     // cli.md §14.19

// Commands of a client, in client/ (cli.md §13, §14).
int run_attempt(const Invocation& invocation);     // cli.md §14.9
int run_attempts(const Invocation& invocation);    // cli.md §14.9
int run_backfill(const Invocation& invocation);    // cli.md §14.16
int run_delete(const Invocation& invocation);      // cli.md §14.17
int run_disable(const Invocation& invocation);     // cli.md §14.14
int run_download(const Invocation& invocation);    // cli.md §14.3
int run_enable(const Invocation& invocation);      // cli.md §14.14
int run_kill(const Invocation& invocation);        // cli.md §14.12
int run_log(const Invocation& invocation);         // cli.md §14.11
int run_projects(const Invocation& invocation);    // cli.md §14.4
int run_push(const Invocation& invocation);        // cli.md §14.1
int run_reschedule(const Invocation& invocation);  // cli.md §14.15
int run_retry(const Invocation& invocation);       // cli.md §14.7
int run_schedules(const Invocation& invocation);   // cli.md §14.13
int run_sessions(const Invocation& invocation);    // cli.md §14.8
int run_start(const Invocation& invocation);       // cli.md §14.6
int run_tasks(const Invocation& invocation);       // cli.md §14.10
int run_upload(const Invocation& invocation);      // cli.md §14.2
int run_workflows(const Invocation& invocation);   // cli.md §14.5

}  // namespace mogura::cli
