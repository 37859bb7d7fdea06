// The order of things (cli.md §1.1): launcher options, `--version` anywhere, banner, options in
// front of the command, the command word, its options, help, the log, the command. This is the
// place where an error that ended a command becomes text and an exit status.
#include "cli/entry.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "base/clock.h"
#include "calendar/time_zone.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/launcher.h"
#include "cli/log_sinks.h"
#include "cli/spelling.h"
#include "cli/system_config.h"
#include "workflow/project.h"
#include "workflow/yaml.h"

namespace mogura::cli {
namespace {

constexpr Logger kEntryLog("io.digdag.cli.Main");
constexpr std::string_view kProgramNameProperty = "io.digdag.cli.programName";

/// What stands in front of the command word.
struct Front {
  bool is_wrong = false;  // options that do not belong there
  bool wants_help = false;
  std::vector<std::string> options;  // of the command, which mogura accepts in front of it too
  std::optional<std::string> config_path;
  std::size_t command_at = 0;  // words.size() where there is no command
};

class Entry {
 public:
  Entry(Program program, Launch launch, Console& console)
      : program_(std::move(program)), launch_(std::move(launch)), console_(console) {}

  int run() {
    for (const auto& [key, setting] : launch_.properties) {
      if (key == kProgramNameProperty) program_.name = setting;
    }
    if (std::ranges::find(launch_.words, "--version") != launch_.words.end()) {
      console_.out(program_.version() + "\n");
      return kSuccess;
    }
    if (!program_.is_mogura()) print_banner();
    return run_words();
  }

 private:
  void print_banner() {
    const std::string now =
        calendar::display_time(SystemClock().now(), calendar::TimeZone::system());
    console_.err(now + ": Digdag v" + program_.version() + "\n");
  }

  int run_words() {
    const Front front = read_front();
    if (front.is_wrong || front.command_at == launch_.words.size()) {
      if (const auto status = refuse_front(front)) return *status;
      print_help(general_help(program_, config_path_text(), Ending::how_to_get_more));
      return kSuccess;
    }
    const std::string word = unquoted(launch_.words[front.command_at]);
    const Command* command = find_command(word, program_);
    if (command == nullptr) return unknown_command(word);
    return run_guarded(*command, front);
  }

  /// `-c FILE` and `--help` are all that may stand there (cli.md §2.1, §2.2); mogura takes every
  /// common option.
  Front read_front() const {
    Front front;
    const std::vector<std::string>& words = launch_.words;
    std::size_t& at = front.command_at;
    for (; at < words.size(); ++at) {
      const std::string word = unquoted(words[at]);
      if (word.empty()) continue;
      if (!word.starts_with('-') || word == "--") break;
      if (word == "--help" || word == "-help") {
        front.wants_help = true;
      } else if (word == "-c" || word == "--config") {
        front.is_wrong = front.config_path.has_value() || ++at == words.size();
        if (front.is_wrong) return front;
        front.config_path = unquoted(words[at]);
      } else if (program_.is_mogura()) {
        front.options.push_back(words[at]);
        const bool takes_value = std::ranges::any_of(common_options(), [&](const Option& option) {
          return option.takes_value() &&
                 std::ranges::find(option.names, word) != option.names.end();
        });
        if (takes_value && at + 1 < words.size()) front.options.push_back(words[++at]);
      } else {
        front.is_wrong = true;
        return front;
      }
    }
    return front;
  }

  /// Options that lead to no command are worth the general help only where they exist.
  std::optional<int> refuse_front(const Front& front) {
    try {
      parse_arguments(front.options, {&common_options()}, program_.face);
      return std::nullopt;
    } catch (const ArgumentError& error) {
      return complain(error.chain() + "\nSee `" + program_.name + " --help`", kWrongUsage);
    }
  }

  int unknown_command(const std::string& word) {
    std::vector<std::string> names;
    for (const Command& command : all_commands()) {
      if (!command.mogura_only || program_.is_mogura()) names.emplace_back(command.name);
    }
    if (program_.is_mogura()) {
      const std::string message = "unknown command '" + word + "'" + did_you_mean(word, names);
      console_.err("error: " + message + "\nUse `" + program_.name +
                   " --help` to see the commands.\n");
      return kWrongUsage;
    }
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    console_.err(general_help(program_, config_path_text(), Ending::plain) +
                 "error: available commands are: [" + list + "]\n");
    return kFailure;
  }

  int run_guarded(const Command& command, const Front& front) {
    try {
      return run_command(command, front);
    } catch (const WrongArgumentCount& error) {
      if (program_.is_mogura()) return complain_about_usage(command, error);
      console_.err(command_help(program_, command, config_path_text()));
      return kSuccess;
    } catch (const UsageError& error) {
      if (program_.is_mogura()) return complain_about_usage(command, error);
      console_.err(command_help(program_, command, config_path_text()));
      return complain(error.chain(), kFailure);
    } catch (const GeneralUsageError& error) {
      if (program_.is_mogura()) return complain(error.chain(), kWrongUsage);
      console_.err(general_help(program_, config_path_text(), Ending::plain));
      return complain(error.chain(), kFailure);
    } catch (const ArgumentError& error) {
      if (!program_.is_mogura()) return complain(error.chain(), kFailure);
      return complain(
          error.chain() + "\nSee `" + program_.name + " " + std::string(command.name) + " --help`",
          kWrongUsage);
    } catch (const workflow::MissingInclude& error) {
      const std::string place = program_.is_mogura() ? ", " + error.place() : "";
      return complain(error.chain() + place, kFailure);
    } catch (const workflow::ProjectError& error) {
      std::string text = error.chain();
      if (program_.is_mogura()) {
        for (const std::string& place : error.places()) text += "\n" + place;
      }
      return complain(text, kFailure);
    } catch (const Error& error) {
      return complain(error.chain(), kFailure);
    } catch (const std::bad_alloc&) {
      return complain("not enough memory (out of memory)", kFailure);
    } catch (const std::exception& error) {
      return complain(std::string(error.what()) + " (runtime)", kFailure);
    }
  }

  int run_command(const Command& command, const Front& front) {
    std::vector<std::string> words = front.options;
    words.insert(words.end(),
                 launch_.words.begin() + static_cast<std::ptrdiff_t>(front.command_at) + 1,
                 launch_.words.end());
    const Arguments arguments = parse_arguments(words, command.accepted_options(), program_.face);
    if (front.wants_help) {
      print_help(general_help(program_, config_path_text(), Ending::how_to_get_more));
      return kSuccess;
    }
    if (arguments.has("--help") || arguments.has("-h")) {
      print_help(command_help(program_, command, config_path_text()));
      return kSuccess;
    }
    configure_log(command, arguments, program_, console_);
    speaks_json_ = speaks_json(arguments);
    Pairs properties = launch_.properties;
    for (auto& property : arguments.pairs("-X")) properties.push_back(std::move(property));
    const std::optional<std::string> own_config = arguments.text("-c");
    return command.run({program_, command, arguments, console_,
                        own_config ? own_config : front.config_path, std::move(properties)});
  }

  /// Two lines instead of a page.
  int complain_about_usage(const Command& command, const Error& error) {
    return complain(error.chain() + "\nUsage: " + program_.name + " " +
                        std::string(command.forms.front()) + "   (see `" + program_.name + " " +
                        std::string(command.name) + " --help`)",
                    kWrongUsage);
  }

  int complain(const std::string& text, int status) {
    if (speaks_json_) {
      kEntryLog.error("{}", text);
    } else {
      console_.err("error: " + text + "\n");
    }
    return status;
  }

  void print_help(const std::string& text) {
    program_.is_mogura() ? console_.out(text) : console_.err(text);
  }

  static std::string config_path_text() { return default_config_file().string(); }

  Program program_;
  Launch launch_;
  Console& console_;
  bool speaks_json_ = false;
};

/// A write to a closed pipe shall fail, not end the program. A handler, other than ignoring the
/// signal, is not inherited by the commands that tasks run.
void survive_closed_pipes() {
  struct sigaction action{};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGPIPE, &action, nullptr);
}

/// Lines that are logged while the program ends must not reach a console that is gone.
struct LogUntilReturn {
  ~LogUntilReturn() { install_log(LogLevel::error, nullptr); }
};

}  // namespace

int run_program(const std::vector<std::string>& argv) {
  survive_closed_pipes();
  Console console(STDOUT_FILENO, STDERR_FILENO);
  const LogUntilReturn log;
  try {
    Launch launch = read_launcher_options({argv.begin() + 1, argv.end()});
    return Entry(identify_program(argv.front()), std::move(launch), console).run();
  } catch (const LauncherError& error) {
    console.out(error.message() + "\n");
    return kFailure;
  }
}

}  // namespace mogura::cli
