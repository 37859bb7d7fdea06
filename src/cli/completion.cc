#include "cli/completion.h"

#include "cli/commands.h"

namespace mogura::cli {
namespace {

std::vector<const Command*> known_commands(const Program& program) {
  std::vector<const Command*> commands;
  for (const Command& command : all_commands()) {
    if (!command.mogura_only || program.is_mogura()) commands.push_back(&command);
  }
  return commands;
}

std::string command_words(const Program& program) {
  std::string words;
  for (const Command* command : known_commands(program)) {
    words += (words.empty() ? "" : " ") + std::string(command->name);
  }
  return words;
}

/// The names of the options that help shows.
std::string option_words(const Command& command, const Program& program) {
  std::string words;
  for (const OptionTable* table : command.accepted_options()) {
    for (const Option& option : *table) {
      if (option.help.empty() || (option.mogura_only && !program.is_mogura())) continue;
      for (const std::string_view name : option.names) {
        words += (words.empty() ? "" : " ") + std::string(name);
      }
    }
  }
  return words;
}

/// The options whose value is a file or a directory, as alternatives of a shell's `case`.
std::string options_completed_by(Completion completion) {
  std::string pattern;
  for (const Command& command : all_commands()) {
    for (const OptionTable* table : command.accepted_options()) {
      for (const Option& option : *table) {
        if (option.completion != completion) continue;
        for (const std::string_view name : option.names) {
          const std::string alternative = (pattern.empty() ? "" : "|") + std::string(name);
          if (("|" + pattern + "|").find("|" + std::string(name) + "|") == std::string::npos) {
            pattern += alternative;
          }
        }
      }
    }
  }
  return pattern;
}

std::string case_pattern(const Command& command) {
  std::string pattern(command.name);
  if (!command.alias.empty()) pattern += "|" + std::string(command.alias);
  return pattern;
}

bool takes_workflow(const Command& command) {
  return command.name == "run" || command.name == "check";
}

}  // namespace

std::string bash_completion(const Program& program) {
  const std::string function = "_" + program.name;
  std::string text = function + "() {\n";
  text +=
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    COMPREPLY=($(compgen -W '" +
      command_words(program) +
      "' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case $before in\n"
      "    " +
      options_completed_by(Completion::directory) +
      ") COMPREPLY=($(compgen -d -- \"$word\")); return;;\n"
      "    " +
      options_completed_by(Completion::file) +
      ") COMPREPLY=($(compgen -f -- \"$word\")); return;;\n"
      "  esac\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const Command* command : known_commands(program)) {
    text += "    " + case_pattern(*command) + ") words='" + option_words(*command, program) + "'";
    if (takes_workflow(*command)) text += "; [[ $word == -* ]] || words=$(compgen -G '*.dig')";
    text += ";;\n";
  }
  text +=
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "}\n"
      "complete -o filenames -F " +
      function + " " + program.name + "\n";
  return text;
}

std::string zsh_completion(const Program& program) {
  // zsh runs bash's completions: one generated script is enough.
  return "#compdef " + program.name + "\nautoload -U +X bashcompinit && bashcompinit\n" +
         bash_completion(program);
}

int run_completion(const Invocation& invocation) {
  require_positionals(invocation, 1, 1);
  const std::string& shell = invocation.arguments.positionals()[0];
  if (shell == "bash") {
    invocation.console.out(bash_completion(invocation.program));
  } else if (shell == "zsh") {
    invocation.console.out(zsh_completion(invocation.program));
  } else {
    throw UsageError("there is a completion for bash and for zsh, none for " + shell);
  }
  return kSuccess;
}

}  // namespace mogura::cli
