// The rows of the commands that talk to a server (cli.md §3, §14).
#include "cli/client/session_search.h"
#include "cli/commands.h"

namespace mogura::cli {
namespace {

Option text_option(std::vector<std::string_view> names, std::string_view metavar,
                   std::string_view help) {
  return {.names = std::move(names), .kind = OptionKind::text, .metavar = metavar, .help = help};
}

Option number_option(std::vector<std::string_view> names, OptionKind kind, std::string_view metavar,
                     std::string_view help) {
  return {.names = std::move(names), .kind = kind, .metavar = metavar, .help = help};
}

Option project_directory_option() {
  return {.names = {"--project"},
          .kind = OptionKind::text,
          .metavar = "DIR",
          .help = "directory of the project (default: the current directory)",
          .completion = Completion::directory};
}

Option revision_option(std::string_view help) {
  return text_option({"-r", "--revision"}, "REVISION", help);
}

OptionTable parameter_options() {
  return {{.names = {"-p", "--param"},
           .kind = OptionKind::pairs,
           .metavar = "KEY=VALUE",
           .help = "set a parameter; may be repeated"},
          {.names = {"-P", "--params-file"},
           .kind = OptionKind::text,
           .metavar = "PATH.yml",
           .help = "read parameters from a YAML file",
           .completion = Completion::file}};
}

OptionTable with_parameters(OptionTable options) {
  for (Option& option : parameter_options()) options.push_back(std::move(option));
  return options;
}

OptionTable page_options() {
  return {number_option({"-i", "--last-id"}, OptionKind::long_integer, "ID",
                        "show what is older than this id"),
          number_option({"-s", "--page-size"}, OptionKind::integer, "N", "show this many")};
}

OptionTable list_options() {
  return {number_option({"--count"}, OptionKind::integer, "N", "show this many (default: 100)"),
          number_option({"--last-id"}, OptionKind::long_integer, "ID",
                        "show what comes behind this id"),
          text_option({"--name"}, "NAME", "show only names that hold this text")};
}

Command client_command(std::string_view name, std::string_view alias,
                       std::vector<std::string_view> forms, OptionTable options,
                       std::vector<Listing> listings, int (*run)(const Invocation&)) {
  return {.name = name,
          .alias = alias,
          .mode = Mode::client,
          .forms = std::move(forms),
          .options = std::move(options),
          .listings = std::move(listings),
          .run = run};
}

std::vector<Command> project_commands() {
  std::vector<Command> commands;
  commands.push_back(client_command(
      "push", "", {"push <project> -r <revision>"},
      {project_directory_option(),
       revision_option("name of the revision (default: a new UUID)"),
       text_option({"--schedule-from"}, "\"yyyy-MM-dd HH:mm:ss Z\"",
                   "start schedules from this time (default: now)"),
       {.names = {"--copy-outgoing-symlinks"},
        .help = "pack the files behind links that leave the project"}},
      {{"push <project> -r <revision>", "upload the workflows of a directory"}}, run_push));
  commands.push_back(client_command("upload", "", {"upload <path.tar.gz> <project>"},
                                    {revision_option("name of the revision (default: a new UUID)")},
                                    {}, run_upload));
  commands.push_back(
      client_command("download", "", {"download <project>"},
                     {{.names = {"-o", "--output"},
                       .kind = OptionKind::text,
                       .metavar = "DIR",
                       .help = "directory to extract into (default: the name of the project)",
                       .completion = Completion::directory},
                      revision_option("revision to download (default: the latest)")},
                     {{"download <project>", "download the files of a project"}}, run_download));
  commands.push_back(client_command("project", "projects", {"projects [name]"}, list_options(),
                                    {{"projects [name]", "show projects"}}, run_projects));
  OptionTable workflow_options = list_options();
  workflow_options.push_back(
      text_option({"--order"}, "ORDER", "asc or desc, by project (default: asc)"));
  commands.push_back(client_command(
      "workflow", "workflows", {"workflows [project-name] [name]"}, std::move(workflow_options),
      {{"workflows [project-name]", "show workflows"},
       {"workflows <project-name> <name>", "show the definition of a workflow"}},
      run_workflows));
  commands.push_back(client_command("delete", "", {"delete <project>"},
                                    {{.names = {"--force"}, .help = "do not ask first"}},
                                    {{"delete <project>", "delete a project"}}, run_delete));
  return commands;
}

Option wait_option() {
  return {.names = {"--wait"},
          .help = "wait for the attempt's end, and fail where it fails",
          .mogura_only = true};
}

Command start_command() {
  Command start = client_command(
      "start", "", {"start <project-name> <name>"},
      with_parameters(
          {text_option({"--session"}, "<hourly | daily | now | \"yyyy-MM-dd[ HH:mm:ss]\">",
                       "session time; required"),
           text_option({"--revision"}, "REVISION", "revision to run (default: the latest)"),
           text_option({"--retry"}, "NAME", "name of the attempt, to run a session again"),
           {.names = {"-d", "--dry-run"}, .help = "show what would be started"},
           wait_option()}),
      {{"start <project-name> <name>", "start a workflow"}}, run_start);
  start.examples =
      "PROG start myproj workflow1 --session \"2016-01-01 00:00:00\"\n"
      "PROG start myproj workflow1 --session daily\n"
      "PROG start myproj workflow1 --session now -p region=eu\n";
  return start;
}

Command retry_command() {
  Command retry = client_command(
      "retry", "", {"retry <attempt-id>"},
      with_parameters({text_option({"--name"}, "NAME", "name of the attempt (default: a new UUID)"),
                       {.names = {"--latest-revision"}, .help = "run the latest revision"},
                       {.names = {"--keep-revision"}, .help = "run the revision of the attempt"},
                       text_option({"--revision"}, "REVISION", "run this revision"),
                       {.names = {"--all"}, .help = "run all tasks"},
                       {.names = {"--resume"}, .help = "run only what did not succeed"},
                       text_option({"--resume-from"}, "+NAME", "run this task and what follows"),
                       wait_option()}),
      {{"retry <attempt-id>", "run a session again"}}, run_retry);
  retry.hides_common_options = true;
  return retry;
}

std::vector<Command> session_commands() {
  std::vector<Command> commands = {start_command(), retry_command()};
  OptionTable session_options = page_options();
  for (Option& option : session_search_options()) session_options.push_back(std::move(option));
  commands.push_back(
      client_command("session", "sessions",
                     {"sessions", "sessions <project-name>", "sessions <project-name> <name>",
                      "session  <session-id>"},
                     std::move(session_options),
                     {{"sessions", "show all sessions"},
                      {"sessions <project-name>", "show the sessions of a project"},
                      {"sessions <project-name> <name>", "show the sessions of a workflow"},
                      {"session <session-id>", "show a session"}},
                     run_sessions));
  commands.push_back(client_command("attempts", "", {"attempts", "attempts <session-id>"},
                                    page_options(),
                                    {{"attempts", "show the attempts of all sessions"},
                                     {"attempts <session-id>", "show the attempts of a session"}},
                                    run_attempts));
  commands.push_back(client_command("attempt", "", {"attempt  <attempt-id>"}, {},
                                    {{"attempt <attempt-id>", "show an attempt"}}, run_attempt));
  commands.push_back(client_command("kill", "", {"kill <attempt-id>"}, {},
                                    {{"kill <attempt-id>", "kill a running attempt"}}, run_kill));
  commands.push_back(client_command("task", "tasks", {"tasks <attempt-id>"}, {},
                                    {{"tasks <attempt-id>", "show the tasks of an attempt"}},
                                    run_tasks));
  commands.push_back(client_command(
      "log", "logs", {"log <attempt-id> [+task name prefix]"},
      {{.names = {"-v", "--verbose"}, .help = "show debug lines too"},
       {.names = {"-f", "--follow"}, .help = "show new lines until the attempt ends"}},
      {{"log <attempt-id> [+task name prefix]", "show the logs of an attempt"}}, run_log));
  return commands;
}

std::vector<Command> schedule_commands() {
  std::vector<Command> commands;
  commands.push_back(client_command("schedule", "schedules", {"schedules"}, {},
                                    {{"schedules", "show all schedules"}}, run_schedules));
  for (const bool enable : {true, false}) {
    Command command =
        client_command(enable ? "enable" : "disable", "",
                       {enable ? "enable <schedule-id> | <project-name> [name]"
                               : "disable <schedule-id> | <project-name> [name]"},
                       {},
                       {{enable ? "enable <schedule-id>" : "disable <schedule-id>",
                         enable ? "let a schedule start workflows again"
                                : "keep a schedule from starting workflows"},
                        {enable ? "enable <project-name> [name]" : "disable <project-name> [name]",
                         "the same for a project or workflow"}},
                       enable ? run_enable : run_disable);
    command.examples = enable ? "PROG enable <schedule-id>\nPROG enable myproj\n"
                                "PROG enable myproj workflow1\n"
                              : "PROG disable <schedule-id>\nPROG disable myproj\n"
                                "PROG disable myproj workflow1\n";
    commands.push_back(std::move(command));
  }
  commands.push_back(client_command(
      "reschedule", "", {"reschedule <schedule-id> | <project-name> <name>"},
      {number_option({"-s", "--skip"}, OptionKind::integer, "N", "skip this many sessions"),
       text_option({"-t", "--skip-to"}, "\"yyyy-MM-dd HH:mm:ss Z\" | now",
                   "skip the sessions before this time"),
       text_option({"-a", "--run-at"}, "\"yyyy-MM-dd HH:mm:ss Z\"",
                   "run the next session at this time"),
       {.names = {"-d", "--dry-run"}, .help = "show what would be changed"}},
      {{"reschedule <schedule-id>", "skip sessions of a schedule"},
       {"reschedule <project-name> <name>", "the same by name"}},
      run_reschedule));
  commands.push_back(client_command(
      "backfill", "", {"backfill <schedule-id> | <project-name> <name>"},
      {text_option({"-f", "--from"}, "\"yyyy-MM-dd[ HH:mm:ss]\"", "first session time; required"),
       number_option({"--count"}, OptionKind::integer, "N", "run this many (default: all)"),
       text_option({"--name"}, "NAME", "name of the attempts (default: a new UUID)"),
       {.names = {"-d", "--dry-run"}, .help = "show what would be started"}},
      {{"backfill <schedule-id>", "run sessions of the past"},
       {"backfill <project-name> <name>", "the same by name"}},
      run_backfill));
  return commands;
}

Command secrets_command() {
  return client_command(
      "secrets", "secret",
      {"secrets [--local] [--project <project>] [--set <key>=<value>] [--delete key]"},
      {text_option({"--project"}, "<project>", "the secrets of this project on the server"),
       {.names = {"--local"}, .help = "the secrets of this user on this machine"},
       {.names = {"--set"},
        .kind = OptionKind::words,
        .metavar = "<key>=<value> | <key>=@<file> | <key>=- | @<file> | @- | <key>",
        .help = "set secrets; a key alone asks for the value"},
       {.names = {"--delete"},
        .kind = OptionKind::words,
        .metavar = "<key> [<key>...]",
        .help = "delete secrets"}},
      {{"secrets --project <project>", "show the keys of secrets"},
       {"secrets --project <project> --set <key>", "set secrets"},
       {"secrets --project <project> --delete <key>", "delete secrets"}},
      run_secrets);
}

}  // namespace

std::vector<Command> client_commands() {
  std::vector<Command> commands = project_commands();
  for (Command& command : session_commands()) commands.push_back(std::move(command));
  for (Command& command : schedule_commands()) commands.push_back(std::move(command));
  commands.push_back(secrets_command());
  commands.push_back(client_command("version", "", {"version"}, {},
                                    {{"version", "show the versions of client and server"}},
                                    run_version));
  return commands;
}

}  // namespace mogura::cli
