// Who the program is: the name it was called by decides how it talks.
//
// Called `digdag`, it prints, exits and complains as Digdag does (cli.md §1-4). Called anything
// else it is `mogura`: no banner, help on standard output, `--option=value`, suggestions for typing
// errors, and the exit status 2 for wrong usage.
#pragma once

#include <string>
#include <string_view>

namespace mogura::cli {

enum class Face { digdag, mogura };

struct Program {
  Face face = Face::mogura;
  std::string name = "mogura";  // as it appears in help and hints

  bool is_mogura() const { return face == Face::mogura; }
  /// What `--version` prints.
  std::string version() const;
  /// A text of the help with the program's name in the place of PROG.
  std::string expand(std::string_view text) const;
};

/// The version of Digdag whose behaviour this program has.
inline constexpr std::string_view kDigdagVersion = "0.10.6-SNAPSHOT";

/// Exit statuses. Digdag's face knows only the first two (cli.md §4.1).
inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kInterrupted = 130;

/// The program that was called by the path `argv0`.
Program identify_program(std::string_view argv0);

}  // namespace mogura::cli
