#include "cli/completion.h"

#include <ranges>

#include "cli/commands.h"
#include "workflow/compiler.h"
#include "workflow/definition.h"

namespace mogura::cli {
namespace {

constexpr std::string_view kTasksWord = "tasks";

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

/// The options whose value is completed so, as alternatives of a shell's `case`.
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

/// For the scripts: the tasks of the workflow among the words of a command line, as its options
/// name them. What is wrong with the file is not told: somebody is typing.
int print_task_names(const Invocation& invocation) {
  for (const std::string& word : invocation.arguments.positionals()) {
    if (!word.ends_with(".dig")) continue;
    const workflow::Definition workflow = workflow::load_definition(word, "w");
    const workflow::TaskTree tree = workflow::compile("", "+w", workflow.config);
    const std::size_t root_length = tree.tasks[0].full_name.size();
    for (const workflow::TaskNode& task : tree.tasks | std::views::drop(1)) {
      invocation.print(task.full_name.substr(root_length));
    }
    return kSuccess;
  }
  return kFailure;
}

bool takes_workflow(const Command& command) {
  return command.name == "run" || command.name == "check";
}

}  // namespace

std::string bash_completion(const Program& program) {
  const std::string function = "_" + program.name;
  std::string text = function + "() {\n";
  text +=
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words= tasks=\n"
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
      "    " +
      options_completed_by(Completion::task) +
      ") tasks=yes;;\n"
      "  esac\n"
      "  if [[ $word == +* ]]; then tasks=yes; fi\n"
      "  if [[ -n $tasks ]]; then\n"
      "    words=$(\"${COMP_WORDS[0]}\" completion tasks -- \"${COMP_WORDS[@]:2}\" 2>/dev/null) || "
      "words=\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) || COMPREPLY=()\n"
      "    return\n"
      "  fi\n"
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
  const auto& words = invocation.arguments.positionals();
  if (!words.empty() && words[0] == kTasksWord) return print_task_names(invocation);
  require_positionals(invocation, 1, 1);
  const std::string& shell = words[0];
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
