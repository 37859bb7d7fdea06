#include "cli/client/digdag_usage.h"

namespace mogura::cli {
namespace {

enum class CommonPart { shown, left_out };

struct Usage {
  std::string_view command;
  std::string_view text;  // PROG is the program's name
  CommonPart common = CommonPart::shown;
  std::string_view examples = {};
};

constexpr std::string_view kCommonPart =
    "    -e, --endpoint HOST[:PORT]       HTTP endpoint (default: http://127.0.0.1:65432)\n"
    "    -L, --log PATH                   output log messages to a file (default: -)\n"
    "    -l, --log-level LEVEL            log level (error, warn, info, debug or trace)\n"
    "    -X KEY=VALUE                     add a performance system config\n"
    "    --logback-config PATH            path to logback configuration file (for developers "
    "only)\n"
    "    -c, --config PATH.properties     Configuration file (default: ";
constexpr std::string_view kAfterConfig =
    ")\n"
    "    --version                        show client version\n"
    "\n";

constexpr Usage kUsages[] = {
    {"push",
     "Usage: PROG push <project> -r <revision>\n"
     "  Options:\n"
     "        --project DIR                use this directory as the project directory (default: "
     "current directory)\n"
     "    -r, --revision REVISION          specific revision name instead of auto-generated UUID\n"
     "        --schedule-from \"yyyy-MM-dd HH:mm:ss Z\"  start schedules from this time instead of "
     "current time\n"
     "        --copy-outgoing-symlinks     transform symbolic links to regular files or "
     "directories\n"},
    {"upload",
     "Usage: PROG upload <path.tar.gz> <project>\n"
     "  Options:\n"
     "    -r, --revision REVISION          specific revision name instead of auto-generated "
     "UUID\n"},
    {"download",
     "Usage: PROG download <project>\n"
     "  Options:\n"
     "    -r, --revision REVISION          specific revision name instead of the latest revision\n"
     "    -o, --output DIR                 extract files in this output directory (default: same "
     "with project name)\n"},
    {"delete",
     "Usage: PROG delete <project>\n"
     "  Options:\n"
     "        --force                      skip y/N prompt\n"},
    {"project",
     "Usage: PROG projects [name]\n"
     "  Options:\n"
     "    --count number   number of workflows\n"
     "    --last-id id     last id of workflow\n"
     "    --name name      search by part of project name. work only without `name` argument\n"},
    {"workflow",
     "Usage: PROG workflows [project-name] [name]\n"
     "  Options:\n"
     "    --count number   number of workflows\n"
     "    --last-id id     last id of workflow\n"
     "    --order (asc|desc) order of listing default is `asc`. work only without `project-name` "
     "argument\n"
     "    --name name      search by part of workflow name. work only without `project-name` "
     "argument\n"},
    {"start",
     "Usage: PROG start <project-name> <name>\n"
     "  Options:\n"
     "        --session <hourly | daily | now | yyyy-MM-dd | \"yyyy-MM-dd HH:mm:ss\">  set "
     "session_time to this time (required)\n"
     "        --revision <name>            use a past revision\n"
     "        --retry NAME                 set retry attempt name to a new session\n"
     "    -d, --dry-run                    tries to start a session attempt but does nothing\n"
     "    -p, --param KEY=VALUE            add a session parameter (use multiple times to set many "
     "parameters)\n"
     "    -P, --params-file PATH.yml       read session parameters from a YAML file\n",
     CommonPart::shown,
     "\n"
     "  Examples:\n"
     "    $ PROG start myproj workflow1 --session 2016-01-01  # use this day as session_time\n"
     "    $ PROG start myproj workflow1 --session hourly      # use current hour's 00:00\n"
     "    $ PROG start myproj workflow1 --session daily       # use current day's 00:00:00\n"
     "\n"},
    {"retry",
     "Usage: PROG retry <attempt-id>\n"
     "  Options:\n"
     "        --name <name>                unique identifier of this retry attempt instead of "
     "auto-generated UUID\n"
     "        --latest-revision            use the latest revision\n"
     "        --keep-revision              keep the same revision\n"
     "        --revision <name>            use a specific revision\n"
     "        --all                        retry all tasks\n"
     "        --resume                     retry only non-successful tasks\n"
     "        --resume-from <+name>        retry from a specific task\n"
     "    -p, --param KEY=VALUE            add a session parameter (use multiple times to set many "
     "parameters)\n"
     "    -P, --params-file PATH.yml       read session parameters from a YAML file\n"
     "\n",
     CommonPart::left_out},
    {"session",
     "Usage: PROG sessions                         show sessions for all workflows\n"
     "       PROG sessions <project-name>          show sessions for all workflows in a project\n"
     "       PROG sessions <project-name> <name>   show sessions for a workflow\n"
     "       PROG session  <session-id>            show a single session\n"
     "  Options:\n"
     "    -i, --last-id ID                 shows more sessions older than this id\n"
     "    -s, --page-size Number           shows more sessions of the number of this page size(in "
     "default up to 100)\n"},
    {"attempts",
     "Usage: PROG attempts                         show attempts for all sessions\n"
     "       PROG attempts <session-id>            show attempts for a session\n"
     "  Options:\n"
     "    -i, --last-id ID                 shows more session attempts from this id\n"
     "    -s, --page-size Number           shows more session attempts of the number of this page "
     "size (in default up to 100)\n"},
    {"attempt", "Usage: PROG attempt  <attempt-id>            show a single attempt\n"},
    {"task",
     "Usage: PROG tasks <attempt-id>\n"
     "  Options:\n"},
    {"log",
     "Usage: PROG log <attempt-id> [+task name prefix]\n"
     "    -v, --verbose                    show debug logs\n"
     "    -f, --follow                     show new logs until attempt or task finishes\n"
     "  Options:\n"},
    {"kill",
     "Usage: PROG kill <attempt-id>\n"
     "  Options:\n"},
    {"secrets",
     "Usage: PROG secrets [--local] [--project <project>] [--set <key>=<value>] [--delete key]\n"},
};

}  // namespace

std::optional<std::string> digdag_usage(const Program& program, const Command& command,
                                        const std::string& default_config) {
  for (const Usage& usage : kUsages) {
    if (usage.command != command.name) continue;
    std::string text = program.expand(usage.text);
    if (usage.common == CommonPart::shown) {
      text.append(kCommonPart).append(default_config).append(kAfterConfig);
    }
    return text + program.expand(usage.examples);
  }
  return std::nullopt;
}

}  // namespace mogura::cli
