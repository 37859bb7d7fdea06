// What a command is: its words, its options, its help and its function, one row of one table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/options.h"
#include "cli/program.h"

namespace mogura::cli {

struct Command;

/// One call of a command.
struct Invocation {
  const Program& program;
  const Command& command;
  const Arguments& arguments;
  Console& console;
  std::optional<std::string> config_path;  // `-c`, of the command or in front of it
  Pairs properties;                        // `-J-D` and `-X`, in order (cli.md §6.2)

  /// A line on standard output, on standard error.
  void print(std::string_view line) const;
  void hint(std::string_view line) const;
};

/// A line of the general help: how to call the command, and what that does.
struct Listing {
  std::string_view form;
  std::string_view effect;
};

enum class Mode { local, server, client };

struct Command {
  std::string_view name;
  std::string_view alias;
  Mode mode = Mode::local;
  /// How to call it, without the program's name; further lines are further forms.
  std::vector<std::string_view> forms;
  OptionTable options;
  std::vector<Listing> listings;
  std::string_view examples;  // one a line
  /// The help ends without the options that all commands have (cli.md §5).
  bool hides_common_options = false;
  /// Known only to the program called mogura.
  bool mogura_only = false;
  /// Called mogura, it shows its progress on a terminal, where INFO lines would only be in the way.
  bool draws_progress = false;
  int (*run)(const Invocation& invocation) = nullptr;

  /// Every option that the command accepts.
  std::vector<const OptionTable*> accepted_options() const;
};

/// The words are the wrong number: the help is printed, and Digdag calls that a success
/// (cli.md §4.1).
class WrongArgumentCount : public Error {
 public:
  WrongArgumentCount() : Error("", "Wrong number of arguments") {}
};

/// The words are wrong in themselves: the help is printed, then the message.
class UsageError : public Error {
 public:
  explicit UsageError(std::string message) : Error("", std::move(message)) {}
};

/// No command can be told from the words, or none could run with them: the general help is printed,
/// then the message.
class GeneralUsageError : public Error {
 public:
  explicit GeneralUsageError(std::string message) : Error("", std::move(message)) {}
};

/// Throws WrongArgumentCount where there are fewer or more positional arguments.
void require_positionals(const Invocation& invocation, std::size_t least, std::size_t most);

/// All commands in the order of Digdag's own list (cli.md §2.3).
const std::vector<Command>& all_commands();
/// The command with this name or alias; null where this program has none.
const Command* find_command(std::string_view name, const Program& program);

// Tables that make up all_commands().
std::vector<Command> local_commands();
std::vector<Command> client_commands();

}  // namespace mogura::cli
