// Parameters that a command hands on by writing to the file that $MOGURA_OUTPUT names
// (docs/operators/output.md).
//
//   rows=12
//   {"table": "orders", "columns": ["id", "price"]}
#pragma once

#include <cstddef>
#include <string_view>

#include "value/value.h"

namespace mogura::operators {

inline constexpr std::string_view kTaskOutputVariable = "MOGURA_OUTPUT";
inline constexpr std::size_t kMaxTaskOutputBytes = 1u << 20;

/// The parameters in the file's content: a line each of `name=text` or of a JSON object; blank
/// lines count for nothing, a later line wins. Throws TaskFailed that shows the first line of
/// another form.
Object parse_task_output(std::string_view content);

}  // namespace mogura::operators
