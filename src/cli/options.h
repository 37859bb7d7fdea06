// Options as data: one table of them serves parsing, help and shell completion.
#pragma once

#include <string_view>
#include <vector>

namespace mogura::cli {

/// What an option takes.
enum class OptionKind {
  flag,          // nothing
  text,          // one argument
  integer,       // one argument, a 32-bit number
  long_integer,  // one argument, a 64-bit number
  credentials,   // one argument, `user:password`
  pairs,         // one argument, `a=b,c=d`; repeatable (cli.md §2.13)
  words,         // all arguments up to the next option, split at commas; repeatable (cli.md §2.15)
  property,      // `-Xkey=value` or `-X key=value`; repeatable (cli.md §2.14)
};

/// What completes an option's value in a shell.
enum class Completion { none, file, directory, task };

struct Option {
  /// In the order of declaration; messages name the first.
  std::vector<std::string_view> names;
  OptionKind kind = OptionKind::flag;
  std::string_view metavar;
  /// One line for the help; an option without it is accepted and not shown.
  std::string_view help;
  /// The names that help shows; empty: all.
  std::string_view shown;
  Completion completion = Completion::none;
  /// Known only to the program called mogura.
  bool mogura_only = false;

  bool takes_value() const { return kind != OptionKind::flag; }
};

using OptionTable = std::vector<Option>;

/// The options of every command (cli.md §5).
const OptionTable& common_options();
/// The options of every client command besides (cli.md §13.1): the endpoint and the form of the
/// output, which each command shows, and the others, which only the general help shows.
const OptionTable& endpoint_option();
const OptionTable& client_options();

}  // namespace mogura::cli
