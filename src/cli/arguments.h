// From the words of a command line to options and positional arguments (cli.md §2).
//
//   arguments after `run`: main.dig -s +a -p x=1,y=2 --dry-run
//   positionals {"main.dig"}, text("--start") "+a", pairs("-p") {{x,1},{y,2}}, has("-d")
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cli/options.h"
#include "cli/program.h"

namespace mogura::cli {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Words that are no command line: the message stands alone and no usage is printed (cli.md §2.17).
class ArgumentError : public Error {
 public:
  explicit ArgumentError(std::string message) : Error("", std::move(message)) {}
};

class Arguments {
 public:
  /// All of these take any name of an option that the command has.
  bool has(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;
  std::string text_or(std::string_view name, std::string_view otherwise) const;
  std::optional<std::int64_t> integer(std::string_view name) const;
  /// Of equal keys, all are given, in order.
  Pairs pairs(std::string_view name) const;
  std::vector<std::string> words(std::string_view name) const;

  const std::vector<std::string>& positionals() const { return positionals_; }

 private:
  friend class ArgumentParser;
  struct Given {
    std::vector<std::string> texts;
    std::int64_t number = 0;
    Pairs pairs;
  };
  const Given* find(std::string_view name) const;

  std::vector<std::string> positionals_;
  std::map<std::string_view, std::string_view> first_names_;  // of every name that exists
  std::map<std::string_view, Given> given_;                   // by first name
};

/// Parses what follows the command word. Throws ArgumentError.
Arguments parse_arguments(const std::vector<std::string>& words,
                          const std::vector<const OptionTable*>& tables, Face face);

/// A word without the blanks around it and without one pair of double quotes around the whole
/// (cli.md §2.8).
std::string unquoted(std::string_view word);

}  // namespace mogura::cli
