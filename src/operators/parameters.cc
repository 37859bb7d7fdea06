#include "operators/parameters.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "operators/utf16.h"
#include "value/config.h"
#include "value/json.h"
#include "value/merge.h"

namespace mogura::operators {
namespace {

constexpr std::string_view kTypeKey = "_type";
constexpr std::string_view kCommandKey = "_command";

// What `evaluated` holds at the places where `shape` holds something. Merging laid the task's own
// objects over exported ones of the same name; this takes the exported members away again.
Object restricted_to(const Object& evaluated, const Object& shape) {
  Object result;
  result.reserve(shape.size());
  for (const auto& [key, shape_value] : shape) {
    const Value* value = evaluated.find(key);
    if (value == nullptr) continue;
    if (value->is_object() && shape_value.is_object()) {
      result.set(key, restricted_to(value->as_object(), shape_value.as_object()));
    } else {
      result.set(key, *value);
    }
  }
  return result;
}

void choose_operator(Parameters& parameters) {
  Object& config = parameters.config;
  if (config.contains(kTypeKey)) {
    parameters.type = value::get_text(config, kTypeKey);
    parameters.type_key = kTypeKey;
    return;
  }
  const auto chosen = std::ranges::find_if(
      config, [](const Object::Member& member) { return member.key.ends_with('>'); });
  if (chosen == config.end()) return;
  parameters.type_key = chosen->key;
  parameters.type = chosen->key.substr(0, chosen->key.size() - 1);
  const Value command = chosen->value;
  config.set(kTypeKey, *parameters.type);
  if (command.is_null()) {
    config.erase(kCommandKey);
  } else {
    config.set(kCommandKey, command);
  }
}

void append_java_text(const Value& value, std::string& text) {
  if (value.is_text()) {
    text += value.as_text();
  } else if (value.is_array()) {
    const char* separator = "[";
    for (const Value& item : value.as_array()) {
      text += separator;
      append_java_text(item, text);
      separator = ", ";
    }
    text += value.as_array().empty() ? "[]" : "]";
  } else if (value.is_object()) {
    const char* separator = "{";
    for (const auto& [key, member] : value.as_object()) {
      text.append(separator).append(key).append("=");
      append_java_text(member, text);
      separator = ", ";
    }
    text += value.as_object().empty() ? "{}" : "}";
  } else {
    text += value::to_json(value);
  }
}

// java.lang.String.hashCode with the spreading of java.util.HashMap.
std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (const char16_t unit : utf16(text)) hash = hash * 31 + unit;
  return hash ^ (hash >> 16);
}

}  // namespace

Parameters evaluate_parameters(const tmpl::Evaluator& templates, const Object& config,
                               const Object& local) {
  Object merged = config;
  value::deep_merge(merged, local);
  Parameters parameters;
  parameters.config = templates.evaluate_all(config, merged);
  parameters.local = restricted_to(parameters.config, local);
  choose_operator(parameters);
  return parameters;
}

std::string announcement(const Parameters& parameters) {
  const std::string& type = *parameters.type;
  if (parameters.type_key == kTypeKey) return "type: " + type;
  const Value* command = parameters.config.find(kCommandKey);
  return type + ">: " + (command == nullptr ? std::string() : java_text(*command));
}

std::string java_text(const Value& value) {
  std::string text;
  append_java_text(value, text);
  return text;
}

std::vector<std::string> unused_keys(const Parameters& parameters,
                                     const std::vector<std::string_view>& reads) {
  struct Entry {
    std::uint32_t bucket;
    std::string key;
  };
  const std::size_t count = parameters.local.size();
  const auto capacity =
      static_cast<std::uint32_t>(std::bit_ceil(std::max<std::size_t>(count * 4 / 3 + 1, 16)));
  std::vector<Entry> unused;
  for (const auto& [key, value] : parameters.local) {
    if (key == parameters.type_key || std::ranges::find(reads, key) != reads.end()) continue;
    unused.push_back({java_hash(key) & (capacity - 1), key});
  }
  std::ranges::stable_sort(unused, {}, &Entry::bucket);
  std::vector<std::string> keys;
  for (Entry& entry : unused) keys.push_back(std::move(entry.key));
  return keys;
}

}  // namespace mogura::operators
