// How client commands show what a server answered: Digdag's blocks of `label: value` lines, or,
// called mogura, tables and JSON.
//
//   if (prints_json(invocation)) return print_json(invocation, answer);
//   Table table({"NAME", "ID"});
//   table.add({text_in(project, "name"), text_in(project, "id")});
//   invocation.print(table.text(terminal_columns()));
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "cli/command.h"
#include "value/value.h"

namespace mogura::cli {

/// Whether `--json` asks for the server's JSON in place of anything else.
bool prints_json(const Invocation& invocation);
/// One line of JSON on standard output; the exit status of success.
int print_json(const Invocation& invocation, const Value& value);

using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// `  label: value` for each field (cli.md §14), without an empty line behind.
void print_fields(const Invocation& invocation, const Fields& fields,
                  std::string_view indent = "  ");
/// The same with the empty line that ends a block.
void print_block(const Invocation& invocation, const Fields& fields,
                 std::string_view indent = "  ");

/// Rows under titles, each column as wide as its widest cell.
class Table {
 public:
  explicit Table(std::vector<std::string_view> titles);
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  /// Lines without the last line's end. Where a width is given, cells of the widest columns are cut
  /// so that lines fit.
  std::string text(std::optional<std::size_t> width) const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the titles first
};

/// The width of standard output; absent where that is no terminal.
std::optional<std::size_t> terminal_columns();

/// An instant of an answer as `yyyy-MM-dd HH:mm:ss ±hhmm` in the system's zone; empty for an empty
/// text (cli.md §9.1). What is no time is shown as it is.
std::string shown_instant(const std::string& iso);
/// A session's time, with the offset that the server gave it.
std::string shown_session_time(const std::string& iso);

}  // namespace mogura::cli
