#include "cli/options.h"

namespace mogura::cli {

const OptionTable& common_options() {
  static const OptionTable table = {
      {.names = {"-L", "--log"},
       .kind = OptionKind::text,
       .metavar = "PATH",
       .help = "write the log to this file (default: - for the console)",
       .completion = Completion::file},
      {.names = {"-l", "--log-level"},
       .kind = OptionKind::text,
       .metavar = "LEVEL",
       .help = "error, warn, info, debug or trace (default: info)"},
      {.names = {"--log-format"},
       .kind = OptionKind::text,
       .metavar = "FORMAT",
       .help = "text, or json: each line of the log an object (default: text)",
       .mogura_only = true},
      {.names = {"--color"},
       .kind = OptionKind::text,
       .metavar = "WHEN",
       .help = "auto, always or never (default: auto, which heeds NO_COLOR)",
       .mogura_only = true},
      {.names = {"-X"},
       .kind = OptionKind::property,
       .metavar = "KEY=VALUE",
       .help = "set a system setting; may be repeated"},
      {.names = {"--logback-config"},
       .kind = OptionKind::text,
       .metavar = "PATH.xml",
       .help = "accepted for compatibility and not used",
       .completion = Completion::file},
      {.names = {"-c", "--config"},
       .kind = OptionKind::text,
       .metavar = "PATH.properties",
       .help = "read system settings from this file (default: CONFIG)",
       .completion = Completion::file},
      {.names = {"--version"}, .help = "print the version and exit"},
      {.names = {"--help", "-help"}},
      {.names = {"-h"},
       .help = "print this help and exit",
       .shown = "-h, --help",
       .mogura_only = true},
  };
  return table;
}

const OptionTable& endpoint_option() {
  static const OptionTable table = {
      {.names = {"-e", "--endpoint"},
       .kind = OptionKind::text,
       .metavar = "URL",
       .help = "address of the server (default: http://127.0.0.1:65432)"},
      {.names = {"--json"}, .help = "print the server's answer as JSON", .mogura_only = true},
  };
  return table;
}

const OptionTable& client_options() {
  static const OptionTable table = {
      {.names = {"-H", "--header"},
       .kind = OptionKind::pairs,
       .metavar = "KEY=VALUE",
       .help = "add this header to requests"},
      {.names = {"--basic-auth"},
       .kind = OptionKind::credentials,
       .metavar = "<user:pass>",
       .help = "send these credentials with requests"},
      {.names = {"--disable-version-check"},
       .help = "do not compare versions with the server first"},
      {.names = {"--disable-cert-validation"}, .help = "accept any certificate of the server"},
  };
  return table;
}

}  // namespace mogura::cli
