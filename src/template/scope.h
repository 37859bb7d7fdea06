// What the names of an expression mean: the parameters at one place of the evaluation order
// (language.md §11.2).
#pragma once

#include <string_view>

#include "value/value.h"

namespace mogura::tmpl {

/// `outer`, overlaid by those members of `own` that are evaluated already. Refers to both.
class Scope {
 public:
  explicit Scope(const Object& outer) : outer_(outer) {}

  /// `own`'s members before `next` are evaluated; `next` is one of its values.
  Scope(const Object& outer, const Object& own, const Value& next)
      : outer_(outer), own_(&own), next_(&next) {}

  /// The parameter's value; null where there is none of this name.
  const Value* find(std::string_view name) const {
    const Value* own = own_value(name);
    return own != nullptr ? own : outer_.find(name);
  }

  /// Calls `visit(key, value)` for each parameter, in the order of the merged object.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Object::Member& member : outer_) {
      const Value* own = own_value(member.key);
      visit(member.key, own != nullptr ? *own : member.value);
    }
    if (own_ == nullptr) return;
    for (const Object::Member& member : *own_) {
      if (&member.value == next_) return;
      if (!outer_.contains(member.key)) visit(member.key, member.value);
    }
  }

 private:
  const Value* own_value(std::string_view name) const {
    if (own_ == nullptr) return nullptr;
    // Members lie in their order, so an evaluated one lies before the next one.
    const Value* found = own_->find(name);
    return found != nullptr && found < next_ ? found : nullptr;
  }

  const Object& outer_;
  const Object* own_ = nullptr;
  const Value* next_ = nullptr;
};

}  // namespace mogura::tmpl
