// The parameters of one execution: evaluated, with the operator that they choose (language.md §5.6,
// operators.md §2.1). Pure but for the templates' evaluator.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "template/template.h"
#include "value/value.h"

namespace mogura::operators {

struct Parameters {
  Object config;  // layers 1-8 of language.md §10.1, evaluated, with _type and _command
  Object local;   // the task's own keys, evaluated
  /// The operator's name; absent where the task has none.
  std::optional<std::string> type;
  /// The local key that names the operator: `_type` or `sh>`.
  std::string type_key;
};

/// Evaluates `config` (layers 1-7) with `local` over it, and chooses the operator. Throws
/// ConfigError.
Parameters evaluate_parameters(const tmpl::Evaluator& templates, const Object& config,
                               const Object& local);

/// The line that announces the execution: `sh>: echo x`, or `type: sh`.
std::string announcement(const Parameters& parameters);

/// A value as Java prints its maps and lists: `{fruit=[apple, orange]}`.
std::string java_text(const Value& value);

/// Local keys that the operator does not read, in the order of their complaints: that of a Java
/// HashSet of all local keys (operators.md §2.10).
std::vector<std::string> unused_keys(const Parameters& parameters,
                                     const std::vector<std::string_view>& reads);

}  // namespace mogura::operators
