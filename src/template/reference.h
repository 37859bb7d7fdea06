// Plain references, the expressions that nearly all templates are: `a`, `a.b`, `a[0]`, `a['k']`,
// `this['a-b'].c`. They are answered from the parameters, without JavaScript, and wherever
// JavaScript would look further than there (`Math`, `text.length`, `o.toString`) left to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "template/scope.h"

namespace mogura::tmpl {

struct Reference {
  /// The parameter; absent where the reference begins with `this` and takes it from `path`.
  std::optional<std::string_view> parameter;
  /// The properties, each inside of the one before; views into the expression.
  std::vector<std::string_view> path;
};

/// The reference that an expression is; absent for any other expression.
std::optional<Reference> parse_reference(std::string_view expression);

/// What a reference comes to in a scope.
struct Resolved {
  enum class Kind { value, undefined, failed, needs_script };
  Kind kind;
  const Value* value = nullptr;
  /// JavaScript's error where `failed`.
  std::string error;
};

Resolved resolve(const Reference& reference, const Scope& scope);

}  // namespace mogura::tmpl
