// Laying one object over another (language.md §10.2).
#pragma once

#include <string_view>

#include "value/value.h"

namespace mogura::value {

/// Merges `newcomer` into `target`: objects recursively, everything else replaces. A replaced key
/// keeps its place, new keys are appended.
void deep_merge(Object& target, const Object& newcomer);

/// Adds what `target` lacks; an explicit null counts as present. Objects recursively.
void merge_default(Object& target, const Object& defaults);

/// Sets `value` at the dotted `path`, making objects on the way. Throws ConfigError
/// "Parameter 'a.b' is set but 'a' is not a object (JSON)" (cli.md §10.2).
void set_path(Object& target, std::string_view path, Value value);

/// Removes the value at the dotted `path`, if any (language.md §10.3). Throws ConfigError
/// "Parameter 'NAME' must be an object" where the path leads through another value.
void erase_path(Object& target, std::string_view path);

/// Throws ConfigError where `path` is no key path of [a-zA-Z0-9_] names (language.md §10.3).
void check_key_path(std::string_view path);

}  // namespace mogura::value
