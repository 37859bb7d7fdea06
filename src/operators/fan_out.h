// What loop>, for_each> and for_range> have in common: children that are copies of `_do` with loop
// variables, in a group that is as parallel as the task (operators.md §2.12).
#pragma once

#include <string>

#include "value/value.h"

namespace mogura::operators {

class FanOut {
 public:
  /// Reads `_do` and `_parallel` of the task's evaluated parameters. Throws ConfigError.
  explicit FanOut(const Object& config);

  /// Room for so many children.
  void reserve(std::size_t children);
  /// A child that sees `variables`, which win over what `_do` exports.
  void add(const std::string& name, const Object& variables);

  /// The generated group; empty without children.
  Object subtasks() &&;

 private:
  Object body_;     // `_do`
  Value parallel_;  // null: one after the other
  Object group_;
};

}  // namespace mogura::operators
