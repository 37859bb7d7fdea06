#include "cli/log_sinks.h"

#include "cli/colour.h"
#include "cli/rotating_file.h"

namespace mogura::cli {
namespace {

constexpr Logger kSinksLog("io.digdag.cli.Main");

class ConsoleLog : public LogSink {
 public:
  ConsoleLog(Console& console, LogLayout layout, Face face)
      : console_(console), formatter_(layout, calendar::TimeZone::system()), face_(face) {}

  void write(const LogRecord& record) override {
    const std::string line = formatter_.line(record);
    face_ == Face::digdag ? console_.out(line) : console_.err(line);
  }

 private:
  Console& console_;
  LogFormatter formatter_;
  const Face face_;
};

class FileLog : public LogSink {
 public:
  FileLog(const std::string& path, LogLayout layout)
      : file_(path), formatter_(layout, calendar::TimeZone::system()) {}

  void write(const LogRecord& record) override { file_.append(formatter_.line(record)); }
  void reopen() override { file_.reopen(); }

 private:
  RotatingFile file_;
  LogFormatter formatter_;
};

bool wants_json(const Arguments& arguments) {
  const std::string format = arguments.text_or("--log-format", "text");
  if (format != "text" && format != "json") {
    throw ArgumentError("Unknown log format '" + format + "'. Use text or json.");
  }
  return format == "json";
}

LogLayout console_layout(const Program& program, const Console& console, bool colour) {
  if (!program.is_mogura()) return console.is_terminal() ? LogLayout::terminal : LogLayout::console;
  if (colour) return LogLayout::terminal;
  return console.is_terminal() ? LogLayout::plain : LogLayout::console;
}

}  // namespace

std::shared_ptr<LogSink> console_log(Console& console, LogLayout layout, Face face) {
  return std::make_shared<ConsoleLog>(console, layout, face);
}

std::shared_ptr<LogSink> file_log(const std::string& path, LogLayout layout) {
  return std::make_shared<FileLog>(path, layout);
}

bool speaks_json(const Arguments& arguments) {
  return wants_json(arguments) && arguments.text_or("-L", "-") == "-";
}

void configure_log(const Command& command, const Arguments& arguments, const Program& program,
                   Console& console) {
  const std::string path = arguments.text_or("-L", "-");
  const bool shows_progress =
      command.draws_progress && program.is_mogura() && console.is_terminal() && path == "-";
  const std::string level_text = arguments.text_or("-l", shows_progress ? "warn" : "info");
  const std::optional<LogLevel> level = parse_log_level(level_text);
  if (!level) {
    const std::string choice =
        program.is_mogura() ? ". Use error, warn, info, debug or trace." : "";
    throw GeneralUsageError("Unknown log level '" + level_text + "'" + choice);
  }
  const bool json = wants_json(arguments);
  const bool colour = wants_colour(arguments, console.is_terminal() && console.err_is_terminal());
  if (path == "-") {
    const LogLayout layout = json ? LogLayout::json : console_layout(program, console, colour);
    install_log(*level, console_log(console, layout, program.face));
  } else {
    install_log(*level, file_log(path, json ? LogLayout::json : LogLayout::file));
  }
  if (arguments.has("--logback-config")) {
    kSinksLog.warn("--logback-config has no effect: the log goes where -L says");
  }
}

}  // namespace mogura::cli
