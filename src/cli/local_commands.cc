// The rows of the commands that work on this machine (cli.md §3, §12).
#include "cli/commands.h"

namespace mogura::cli {
namespace {

Option project_option() {
  return {.names = {"--project"},
          .kind = OptionKind::text,
          .metavar = "DIR",
          .help = "directory of the project (default: the current directory)",
          .completion = Completion::directory};
}

Option param_option() {
  return {.names = {"-p", "--param"},
          .kind = OptionKind::pairs,
          .metavar = "KEY=VALUE",
          .help = "set a parameter; may be repeated"};
}

Option params_file_option() {
  return {.names = {"-P", "--params-file"},
          .kind = OptionKind::text,
          .metavar = "PATH.yml",
          .help = "read parameters from a YAML file",
          .completion = Completion::file};
}

Option max_task_threads_option() {
  return {.names = {"--max-task-threads"},
          .kind = OptionKind::integer,
          .metavar = "N",
          .help = "run at most this many tasks at a time (default: no limit)"};
}

Option task_log_option() {
  return {.names = {"-O", "--task-log"},
          .kind = OptionKind::text,
          .metavar = "DIR",
          .help = "keep a log file of each task below this directory",
          .completion = Completion::directory};
}

Option directory_option(std::vector<std::string_view> names, std::string_view help) {
  return {.names = std::move(names),
          .kind = OptionKind::text,
          .metavar = "DIR",
          .help = help,
          .completion = Completion::directory};
}

Command init_command() {
  return {.name = "init",
          .alias = "new",
          .forms = {"init <dir> [options...]"},
          .options = {{.names = {"-t", "--type"},
                       .kind = OptionKind::text,
                       .metavar = "EXAMPLE_TYPE",
                       .help = "kind of example: echo, sh, ruby, python, td or postgresql "
                               "(default: echo)"}},
          .listings = {{"init <dir>", "make a directory with an example workflow"}},
          .examples = "PROG init mydag\nPROG init -t sh mydag\n",
          .run = run_init};
}

Command run_command() {
  return {.name = "run",
          .alias = "r",
          .forms = {"run <workflow.dig> [+task] [options...]"},
          .options = {project_option(),
                      {.names = {"-a", "--rerun", "--all"},
                       .help = "run all tasks, also those that succeeded before",
                       .shown = "-a, --rerun"},
                      {.names = {"-s", "--start"},
                       .kind = OptionKind::text,
                       .metavar = "+NAME",
                       .help = "run this task and everything after it, also what succeeded before",
                       .completion = Completion::task},
                      {.names = {"-g", "--goal"},
                       .kind = OptionKind::text,
                       .metavar = "+NAME",
                       .help = "run this task and what it needs, and nothing after it",
                       .completion = Completion::task},
                      {.names = {"-e", "--end"},
                       .kind = OptionKind::text,
                       .metavar = "+NAME",
                       .help = "stop before this task",
                       .completion = Completion::task},
                      {.names = {"-o", "--save"},
                       .kind = OptionKind::text,
                       .metavar = "DIR",
                       .help = "directory for the states of tasks (default: .digdag/status)",
                       .completion = Completion::directory},
                      {.names = {"--no-save"}, .help = "neither read nor write states of tasks"},
                      param_option(),
                      params_file_option(),
                      {.names = {"-t", "--session-time", "--session"},
                       .kind = OptionKind::text,
                       .metavar = "<daily | hourly | schedule | last | \"yyyy-MM-dd[ HH:mm:ss]\">",
                       .help = "session time (default: last)",
                       .shown = "--session"},
                      {.names = {"-d", "--dry-run"},
                       .help = "go through the tasks without executing them"},
                      {.names = {"-E", "--show-params"},
                       .help = "print the parameters before each task"},
                      {.names = {"-dE"}},
                      max_task_threads_option(),
                      task_log_option(),
                      {.names = {"--timezone"}, .kind = OptionKind::text, .metavar = "ZONE"}},
          .listings = {{"run <workflow.dig>", "run a workflow"}},
          .draws_progress = true,
          .run = run_run};
}

Command check_command() {
  return {.name = "check",
          .alias = "c",
          .forms = {"check [workflow.dig] [options...]"},
          .options = {project_option(),
                      param_option(),
                      params_file_option(),
                      {.names = {"--json"},
                       .help = "print workflows, schedules and warnings as one JSON document",
                       .mogura_only = true},
                      {.names = {"--strict"},
                       .help = "fail where there is anything to warn of",
                       .mogura_only = true}},
          .listings = {{"check", "show workflows, parameters and schedules, and what is wrong"}},
          .run = run_check};
}

OptionTable server_options() {
  return {
      {.names = {"-n", "--port"},
       .kind = OptionKind::integer,
       .metavar = "PORT",
       .help = "port to listen on (default: 65432)"},
      {.names = {"-b", "--bind"},
       .kind = OptionKind::text,
       .metavar = "ADDRESS",
       .help = "address to listen on (default: 127.0.0.1)"},
      {.names = {"--admin-port"},
       .kind = OptionKind::integer,
       .metavar = "PORT",
       .help = "port for administration (default: none)"},
      {.names = {"--admin-bind"},
       .kind = OptionKind::text,
       .metavar = "ADDRESS",
       .help = "address for administration (default: that of the API)"},
      {.names = {"-m", "--memory"}, .help = "keep everything in memory, until the server ends"},
      directory_option({"-o", "--database"}, "keep everything in this directory"),
      task_log_option(),
      directory_option({"-A", "--access-log"}, "write access logs to this directory"),
      {.names = {"--disable-local-agent"}, .help = "do not execute tasks in this process"},
      max_task_threads_option(),
      {.names = {"--disable-executor-loop"}, .help = "do not move workflows on in this process"},
      {.names = {"--disable-scheduler"}, .help = "do not start schedules in this process"},
      {.names = {"--enable-swagger"}, .help = "serve a description of the API"},
      {.names = {"-H", "--header"},
       .kind = OptionKind::pairs,
       .metavar = "KEY=VALUE",
       .help = "add this header to every answer; may be repeated"},
      param_option(),
      params_file_option(),
  };
}

Command scheduler_command() {
  OptionTable options = {project_option()};
  for (Option& option : server_options()) {
    const std::string_view last = option.names.back();
    const bool is_listed = last == "--port" || last == "--bind" || last == "--database" ||
                           last == "--task-log" || last == "--max-task-threads" ||
                           last == "--param" || last == "--params-file";
    if (!is_listed) option.help = {};
    if (last == "--port" || last == "--bind") {
      option.help = "accepted and not used: this scheduler serves no API";
    }
    if (last == "--database") option.help = "refused: this scheduler keeps everything in memory";
    options.push_back(option);
  }
  return {.name = "scheduler",
          .alias = "sched",
          .forms = {"sched [options...]"},
          .options = std::move(options),
          .listings = {{"scheduler", "run the schedules of a directory, and follow its edits"}},
          .run = run_scheduler};
}

Command server_command() {
  return {.name = "server",
          .mode = Mode::server,
          .forms = {"server [options...]"},
          .options = server_options(),
          .listings = {{"server", "serve the API, the user interface and schedules"}},
          .run = run_server};
}

Command migrate_command() {
  return {.name = "migrate",
          .forms = {"migrate (run|check) run or check database migration"},
          .options = {directory_option({"-o", "--database"}, "directory of the database")},
          .listings = {{"migrate (run|check)", "bring a database up to date, or look at it"}},
          .hides_common_options = true,
          .run = run_migrate};
}

Command selfupdate_command() {
  return {.name = "selfupdate",
          .forms = {"selfupdate [version]"},
          .options = {{.names = {"-e"}, .kind = OptionKind::text, .metavar = "URL"}},
          .listings = {{"selfupdate", "tell how to update this program"}},
          .examples = "PROG selfupdate\nPROG selfupdate 0.10.5\n",
          .run = run_selfupdate};
}

Command archive_command() {
  return {.name = "archive",
          .forms = {"archive [options...]"},
          .options = {project_option(),
                      {.names = {"-o", "--output"},
                       .kind = OptionKind::text,
                       .metavar = "ARCHIVE",
                       .help = "file to write (default: digdag.archive.tar.gz)",
                       .completion = Completion::file},
                      {.names = {"--copy-outgoing-symlinks"},
                       .help = "pack the files behind links that leave the project"}},
          .run = run_archive};
}

Command completion_command() {
  return {
      .name = "completion",
      .forms = {"completion bash|zsh"},
      .listings = {{"completion bash|zsh", "print a script that completes commands in a shell"}},
      .examples = "source <(PROG completion bash)\nPROG completion zsh > ~/.zfunc/_PROG\n",
      .mogura_only = true,
      .run = run_completion};
}

}  // namespace

std::vector<Command> local_commands() {
  return {init_command(),       run_command(),     check_command(),
          scheduler_command(),  server_command(),  migrate_command(),
          selfupdate_command(), archive_command(), completion_command()};
}

}  // namespace mogura::cli
