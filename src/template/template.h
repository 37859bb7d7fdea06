// `${...}` in parameters (language.md §11): scanner, plain references, JavaScript.
//
// Plain references (`${a.b}`) are resolved here; everything else runs in a JavaScript engine that
// sees the parameters, moment.js and nothing else, with limits on time, memory and recursion.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "calendar/time_zone.h"
#include "value/value.h"

namespace mogura::tmpl {

struct Settings {
  bool extended_syntax = true;  // `eval.extended-syntax`; false: the legacy scanner
  std::chrono::milliseconds time_limit{10'000};  // for one text
  std::size_t memory_limit_bytes = 256u << 20;   // for one text
};

/// Reads `eval.js-engine-type` and `eval.extended-syntax`. Throws ConfigError (language.md §11.6).
Settings settings_from(const Object& system_config);

/// Evaluates templates. Safe to use from many threads; engines are pooled inside.
class Evaluator {
 public:
  explicit Evaluator(Settings settings = {});
  ~Evaluator();

  /// One text in a scope. The scope's `timezone` is the zone of dates. Throws ConfigError
  /// "Failed to evaluate a variable TEXT (JSERROR)".
  std::string evaluate(std::string_view text, const Object& scope) const;

  /// All of `params` in key order by the scoping rules of language.md §11.2: `outer` is E there
  /// (layers 1-7, unevaluated), `params` is A (layers 1-8).
  Object evaluate_all(const Object& outer, Object params) const;

  /// Whether the text needs JavaScript: has a template that is no plain reference.
  bool needs_script(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mogura::tmpl
