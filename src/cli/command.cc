#include "cli/command.h"

#include <algorithm>
#include <array>

#include "cli/log_sinks.h"

namespace mogura::cli {
namespace {

constexpr Logger kCommandLog("io.digdag.cli.Main");

}  // namespace

void Invocation::print(std::string_view line) const {
  console.out(std::string(line) + "\n");
}

void Invocation::hint(std::string_view line) const {
  if (speaks_json(arguments)) {
    kCommandLog.info("{}", line);
  } else {
    console.err(std::string(line) + "\n");
  }
}

std::vector<const OptionTable*> Command::accepted_options() const {
  std::vector<const OptionTable*> tables = {&options};
  if (mode == Mode::client) tables.insert(tables.end(), {&endpoint_option(), &client_options()});
  tables.push_back(&common_options());
  return tables;
}

void require_positionals(const Invocation& invocation, std::size_t least, std::size_t most) {
  const std::size_t count = invocation.arguments.positionals().size();
  if (count < least || count > most) throw WrongArgumentCount();
}

const std::vector<Command>& all_commands() {
  static const std::vector<Command> commands = [] {
    static constexpr std::array<std::string_view, 30> kOrder = {
        "init",    "run",     "check",    "scheduler", "server",     "push",
        "archive", "upload",  "download", "project",   "workflow",   "start",
        "retry",   "session", "attempts", "attempt",   "reschedule", "backfill",
        "log",     "kill",    "task",     "schedule",  "disable",    "enable",
        "delete",  "secrets", "version",  "migrate",   "selfupdate", "completion"};
    std::vector<Command> all = local_commands();
    std::ranges::move(client_commands(), std::back_inserter(all));
    std::ranges::sort(all, {}, [](const Command& command) {
      return std::ranges::find(kOrder, command.name) - kOrder.begin();
    });
    return all;
  }();
  return commands;
}

const Command* find_command(std::string_view name, const Program& program) {
  for (const Command& command : all_commands()) {
    if (command.mogura_only && !program.is_mogura()) continue;
    if (command.name == name || (!command.alias.empty() && command.alias == name)) {
      return &command;
    }
  }
  return nullptr;
}

}  // namespace mogura::cli
