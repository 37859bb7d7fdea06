#include "cli/help.h"

#include "cli/client/digdag_usage.h"

namespace mogura::cli {
namespace {

constexpr std::size_t kOptionColumn = 38;
constexpr std::size_t kListingColumn = 42;
constexpr std::string_view kConfigPlaceholder = "CONFIG";

/// What is wider than its column gets a line of its own; Digdag goes on behind it.
void pad_to(std::string& line, std::size_t column, const Program& program) {
  if (line.size() + 1 < column) {
    line.resize(column - 1, ' ');
  } else if (program.is_mogura()) {
    line += "\n" + std::string(column - 1, ' ');
  } else {
    line += "  ";
  }
}

std::string option_names(const Option& option) {
  if (!option.shown.empty()) return std::string(option.shown);
  std::string names;
  for (const std::string_view name : option.names) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

/// `    -n, --port PORT      description`; names without a short form stand under the long ones.
std::string option_line(const Option& option, const Program& program,
                        const std::string& default_config) {
  const std::string names = option_names(option);
  std::string line = names.starts_with("--") ? "        " : "    ";
  line += names;
  if (option.takes_value()) {
    line += ' ';
    line += option.metavar;
  }
  pad_to(line, kOptionColumn, program);
  std::string help(option.help);
  if (const std::size_t at = help.find(kConfigPlaceholder); at != std::string::npos) {
    help.replace(at, kConfigPlaceholder.size(), default_config);
  }
  return line + help + "\n";
}

void append_options(std::string& text, const OptionTable& table, const Program& program,
                    const std::string& default_config) {
  for (const Option& option : table) {
    if (option.help.empty() || (option.mogura_only && !program.is_mogura())) continue;
    text += option_line(option, program, default_config);
  }
}

void append_listings(std::string& text, std::string_view title, Mode mode, const Program& program) {
  text += "\n  ";
  text += title;
  text += ":\n";
  for (const Command& command : all_commands()) {
    if (command.mode != mode || (command.mogura_only && !program.is_mogura())) continue;
    for (const Listing& listing : command.listings) {
      std::string line = "    ";
      line += listing.form;
      pad_to(line, kListingColumn, program);
      line += listing.effect;
      text += line + "\n";
    }
  }
}

void append_examples(std::string& text, const Program& program, std::string_view examples) {
  text += "\n  Examples:\n";
  while (!examples.empty()) {
    const std::size_t end = examples.find('\n');
    text += "    $ " + program.expand(examples.substr(0, end)) + "\n";
    examples.remove_prefix(end + 1);
  }
}

}  // namespace

std::string general_help(const Program& program, const std::string& default_config, Ending ending) {
  std::string text = "Usage: " + program.name + " <command> [options...]\n";
  append_listings(text, "Local-mode commands", Mode::local, program);
  append_listings(text, "Server-mode commands", Mode::server, program);
  append_listings(text, "Client-mode commands", Mode::client, program);
  text += "\n  Options:\n";
  append_options(text, common_options(), program, default_config);
  text += "\n  Client options:\n";
  append_options(text, endpoint_option(), program, default_config);
  append_options(text, client_options(), program, default_config);
  text += "\n";
  if (ending == Ending::how_to_get_more) {
    text += program.is_mogura() ? "Use `" + program.name + " <command> --help`"
                                : "Use `<command> --help`";
    text += " to see detailed usage of a command.\n";
  }
  return text;
}

std::string command_help(const Program& program, const Command& command,
                         const std::string& default_config) {
  if (!program.is_mogura()) {
    if (auto usage = digdag_usage(program, command, default_config)) return *std::move(usage);
  }
  std::string text;
  for (const std::string_view form : command.forms) {
    text += text.empty() ? "Usage: " : "       ";
    text += program.name + " " + std::string(form) + "\n";
  }
  text += "\n  Options:\n";
  append_options(text, command.options, program, default_config);
  if (command.mode == Mode::client) {
    append_options(text, endpoint_option(), program, default_config);
  }
  if (!command.hides_common_options) {
    append_options(text, common_options(), program, default_config);
  }
  if (!command.examples.empty()) append_examples(text, program, command.examples);
  text += "\n";
  return text;
}

}  // namespace mogura::cli
