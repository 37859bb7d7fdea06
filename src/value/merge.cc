#include "value/merge.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "value/json.h"

namespace mogura::value {
namespace {

// The names between the dots. "a..b" and "a." have empty names, as Java's keys do.
std::vector<std::string_view> path_names(std::string_view path) {
  std::vector<std::string_view> names;
  for (;;) {
    const std::size_t dot = path.find('.');
    names.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return names;
    path.remove_prefix(dot + 1);
  }
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The part of `path` up to the end of `name`, which lies inside it.
std::string_view path_until(std::string_view path, std::string_view name) {
  return path.substr(0, static_cast<std::size_t>(name.data() + name.size() - path.data()));
}

}  // namespace

void deep_merge(Object& target, const Object& newcomer) {
  for (const Object::Member& member : newcomer) {
    Value* old = target.find(member.key);
    if (old == nullptr) {
      target.set(member.key, member.value);
    } else if (old->is_object() && member.value.is_object()) {
      if (!old->same_as(member.value)) deep_merge(old->object(), member.value.as_object());
    } else {
      *old = member.value;
    }
  }
}

void merge_default(Object& target, const Object& defaults) {
  for (const Object::Member& member : defaults) {
    Value* old = target.find(member.key);
    if (old == nullptr) {
      target.set(member.key, member.value);
    } else if (old->is_object() && member.value.is_object() && !old->same_as(member.value)) {
      merge_default(old->object(), member.value.as_object());
    }
  }
}

void set_path(Object& target, std::string_view path, Value value) {
  std::vector<std::string_view> names = path_names(path);
  const std::string_view last = names.back();
  names.pop_back();

  Object* parent = &target;
  for (const std::string_view name : names) {
    Value* next = parent->find(name);
    if (next == nullptr) {
      next = &(*parent)[name];
      *next = Object{};
    } else if (!next->is_object()) {
      throw ConfigError("Parameter '" + std::string(path) + "' is set but '" +
                        std::string(path_until(path, name)) + "' is not a object (" +
                        to_json(*next) + ")");
    }
    parent = &next->object();
  }
  parent->set(last, std::move(value));
}

void erase_path(Object& target, std::string_view path) {
  std::vector<std::string_view> names = path_names(path);
  const std::string_view last = names.back();
  names.pop_back();

  Object* parent = &target;
  for (const std::string_view name : names) {
    Value* next = parent->find(name);
    if (next == nullptr) return;
    if (!next->is_object()) {
      throw ConfigError("Parameter '" + std::string(name) + "' must be an object");
    }
    parent = &next->object();
  }
  parent->erase(last);
}

void check_key_path(std::string_view path) {
  const std::vector<std::string_view> names = path_names(path);
  const bool valid = std::ranges::all_of(names, [](std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, is_key_character);
  });
  if (!valid) {
    throw ConfigError(
        "Config key expression is invalid. Currently, only [a-zA-Z0-9_] characters are "
        "supported: " +
        std::string(path));
  }
}

}  // namespace mogura::value
