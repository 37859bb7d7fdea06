// Values as YAML text, the way Digdag prints parameters and writes state files (cli.md §12.2).
//
//   l:
//   - 1
//   - k: "v"
//   "1": null
//   empty: {}
#pragma once

#include <string>

#include "value/value.h"

namespace mogura::value {

/// Block style without a document marker, texts in double quotes and folded near column 80, every
/// line ended. An empty object is "{}\n". Bytes that are no UTF-8 become U+FFFD.
std::string to_yaml(const Value& value);

}  // namespace mogura::value
