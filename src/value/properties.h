// Java properties files (cli.md §6.4).
//
//   # a comment
//   database.type = h2
//   params.greeting: hello world
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mogura::value {

enum class PropertiesEncoding { latin1, utf8 };

/// In file order; of equal keys the last one counts. `bytes` are ISO-8859-1 if `latin1`, else
/// UTF-8; the results are UTF-8. Throws Error of kind "illegal argument", whose message begins with
/// "line N: ", on a malformed \uXXXX; a setting of several lines is named by its first one.
std::vector<std::pair<std::string, std::string>> parse_properties(std::string_view bytes,
                                                                  PropertiesEncoding encoding);

}  // namespace mogura::value
