// One pass over the events. A mapping is collected as entries first and put together at its end,
// because a duplicate key is an error whatever it holds and `<<` may stand anywhere:
//
//   {z: 0, <<: {p: 1, q: 2}, q: 9}   entries z, <<, q   ->   {z: 0, p: 1, q: 9}
//
// An alias costs nothing, since values are shared, but it counts as what it stands for: a chain of
// aliases that doubles at each step would otherwise make a value that nobody can ever print.
#include "workflow/yaml_composer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "value/json.h"
#include "value/utf8.h"
#include "workflow/yaml.h"
#include "workflow/yaml_events.h"
#include "workflow/yaml_scalar.h"
#include "workflow/yaml_surrogates.h"

namespace mogura::workflow {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kMergeSign = "<<";
constexpr std::string_view kIncludeTag = "!include";
constexpr std::string_view kIncludeKeyHead = "!include:00000000-0000-4000-8000-";
constexpr std::size_t kMaxKeyBytes = 64u << 10;

struct Size {
  std::size_t nodes = 0;
  std::size_t text_bytes = 0;
};

struct Node {
  Value value;
  int height = 0;                     // levels of containers in it
  std::optional<std::string> source;  // of a scalar: its text
};

struct Anchored {
  Node node;
  Size size;
  bool complete = false;
};

enum class EntryKind { plain, merge };

struct Entry {
  EntryKind kind = EntryKind::plain;
  std::string key;
  std::optional<std::string> source;  // absent for keys that may repeat
  Value value;
  yaml_mark_t key_mark{};
  yaml_mark_t value_mark{};
};

std::string_view node_word(const Value& value) {
  return value.is_object() ? "mapping" : value.is_array() ? "sequence" : "scalar";
}

std::string_view standard_name(std::string_view tag) {
  return tag.starts_with(kStandardTag) ? tag.substr(kStandardTag.size()) : std::string_view();
}

class Composer {
 public:
  Composer(std::string_view text, std::string_view source_name, IncludeKeys include_keys,
           RepeatedKeys repeated_keys)
      : events_(text, source_name), include_keys_(include_keys), repeated_keys_(repeated_keys) {}

  YamlDocument document();

 private:
  Node node(const YamlEvent& event);
  Node alias(const YamlEvent& event);
  Node scalar(const YamlEvent& event);
  Node sequence(const YamlEvent& event);
  Node mapping(const YamlEvent& event);
  Value tagged_sequence(const YamlEvent& event, Array items);
  Value ordered_map(const YamlEvent& event, const Array& items);

  Entry entry(const YamlEvent& key_event);
  std::string key_text(const Value& key, const yaml_mark_t& at);
  void append_key_text(const Value& key, const yaml_mark_t& at, std::string& text);
  void check_duplicates(const std::vector<Entry>& entries);
  Object assemble(std::vector<Entry> entries);
  void merge(Object& target, const Entry& entry);

  void count(std::size_t nodes, std::size_t text_bytes, const yaml_mark_t& at);
  void check_depth(int height, const yaml_mark_t& at);
  [[noreturn]] void fail(std::string kind, std::string_view problem, const yaml_mark_t& at);
  [[noreturn]] void fail_unknown_tag(std::string_view tag, const yaml_mark_t& at);

  YamlEvents events_;
  IncludeKeys include_keys_;
  RepeatedKeys repeated_keys_;
  std::map<std::string, Anchored, std::less<>> anchors_;
  Size used_;
  int level_ = 0;  // containers around the current node
  std::vector<std::size_t> include_lines_;
};

YamlDocument Composer::document() {
  events_.next();  // stream start
  const YamlEvent start = events_.next();
  if (start.type() == YAML_STREAM_END_EVENT) return {};
  YamlDocument result;
  Node root = node(events_.next());
  result.root = std::move(root.value);
  result.height = root.height;
  result.nodes = used_.nodes;
  result.text_bytes = used_.text_bytes;
  result.include_lines = std::move(include_lines_);
  events_.next();  // document end
  const YamlEvent after = events_.next();
  if (after.type() != YAML_STREAM_END_EVENT) {
    fail("composer", "expected a single document in the stream but found another document",
         after.start());
  }
  return result;
}

// Composes the node that begins with `event` and remembers it under its anchor. While it is being
// composed the anchor is known but not complete: an alias to it then is a node within itself.
Node Composer::node(const YamlEvent& event) {
  if (event.type() == YAML_ALIAS_EVENT) return alias(event);
  const std::string anchor(event.anchor());
  const Size before = used_;
  if (!anchor.empty()) anchors_[anchor] = {};
  Node result = event.type() == YAML_SCALAR_EVENT           ? scalar(event)
                : event.type() == YAML_SEQUENCE_START_EVENT ? sequence(event)
                                                            : mapping(event);
  if (!anchor.empty()) {
    const Size size{used_.nodes - before.nodes, used_.text_bytes - before.text_bytes};
    anchors_[anchor] = {result, size, true};
  }
  return result;
}

Node Composer::alias(const YamlEvent& event) {
  const auto found = anchors_.find(event.anchor());
  if (found == anchors_.end()) {
    fail("composer", fmt::format("found undefined alias {}", event.anchor()), event.start());
  }
  const Anchored& anchored = found->second;
  if (!anchored.complete) {
    fail("composer", fmt::format("alias {} stands within the node that it names", event.anchor()),
         event.start());
  }
  count(anchored.size.nodes, anchored.size.text_bytes, event.start());
  check_depth(anchored.node.height, event.start());
  return anchored.node;
}

Node Composer::scalar(const YamlEvent& event) {
  const std::string_view text = event.scalar();
  const std::string_view tag = event.tag();
  count(1, text.size(), event.start());
  Node result{.value = {}, .height = 0, .source = std::string(text)};
  if (tag.empty() && !event.is_plain()) {
    result.value = Value(text);
    return result;
  }
  if (tag.empty() && text == kMergeSign) {
    fail_unknown_tag(std::string(kStandardTag) + "merge", event.start());
  }
  if (tag == kIncludeTag && include_keys_ == IncludeKeys::marked) {
    const auto directory = std::filesystem::path(events_.source_name()).parent_path();
    throw MissingInclude((directory / include_key(1)).string(),
                         events_.located("!include must be a key: write `!include : FILE` on a "
                                         "line of its own; found as a value",
                                         event.start()));
  }
  const auto outcome = tag.empty() ? plain_scalar(text) : tagged_scalar(standard_name(tag), text);
  if (!outcome) fail_unknown_tag(tag, event.start());
  if (!*outcome) fail("constructor", outcome->error(), event.start());
  result.value = **outcome;
  return result;
}

Node Composer::sequence(const YamlEvent& event) {
  count(1, 0, event.start());
  check_depth(1, event.start());
  Array items;
  int height = 0;
  ++level_;
  while (true) {
    const YamlEvent next = events_.next();
    if (next.type() == YAML_SEQUENCE_END_EVENT) break;
    Node item = node(next);
    height = std::max(height, item.height);
    items.push_back(std::move(item.value));
  }
  --level_;
  return {.value = tagged_sequence(event, std::move(items)), .height = height + 1, .source = {}};
}

Value Composer::tagged_sequence(const YamlEvent& event, Array items) {
  const std::string_view name = standard_name(event.tag());
  if (event.tag().empty() || name == "seq") return Value(std::move(items));
  if (name == "omap") return ordered_map(event, items);
  if (name != "pairs") fail_unknown_tag(event.tag(), event.start());
  Array pairs;
  for (const Value& item : items) {
    const Value map = ordered_map(event, {item});
    pairs.push_back(Array{Value(map.as_object().begin()->key), map.as_object().begin()->value});
  }
  return Value(std::move(pairs));
}

// `[{a: 1}, {b: 2}]` as `{a: 1, b: 2}`.
Value Composer::ordered_map(const YamlEvent& event, const Array& items) {
  Object result;
  for (const Value& item : items) {
    if (!item.is_object()) {
      fail("constructor",
           fmt::format("expected a mapping of length 1, but found {}", node_word(item)),
           event.start());
    }
    const Object& pair = item.as_object();
    if (pair.size() != 1) {
      fail("constructor",
           fmt::format("expected a single mapping item, but found {} items", pair.size()),
           event.start());
    }
    result.set(pair.begin()->key, pair.begin()->value);
  }
  return Value(std::move(result));
}

Node Composer::mapping(const YamlEvent& event) {
  const std::string_view name = standard_name(event.tag());
  if (!event.tag().empty() && name != "map" && name != "set") {
    fail_unknown_tag(event.tag(), event.start());
  }
  count(1, 0, event.start());
  check_depth(1, event.start());
  std::vector<Entry> entries;
  int height = 0;
  ++level_;
  while (true) {
    const YamlEvent key = events_.next();
    if (key.type() == YAML_MAPPING_END_EVENT) break;
    entries.push_back(entry(key));
    const YamlEvent value = events_.next();
    entries.back().value_mark = value.start();
    Node node_of_value = node(value);
    height = std::max(height, node_of_value.height);
    entries.back().value = std::move(node_of_value.value);
  }
  --level_;
  if (repeated_keys_ == RepeatedKeys::refused) check_duplicates(entries);
  Object members = assemble(std::move(entries));
  Value result;
  if (name == "set") {
    Array keys;
    for (const Object::Member& member : members) keys.push_back(Value(member.key));
    result = Value(std::move(keys));
  } else {
    result = Value(std::move(members));
  }
  return {.value = std::move(result), .height = height + 1, .source = {}};
}

// The key of an entry; its value follows.
Entry Composer::entry(const YamlEvent& event) {
  Entry result;
  result.key_mark = event.start();
  if (event.type() == YAML_SCALAR_EVENT) {
    const std::string_view tag = event.tag();
    if (tag == kIncludeTag && include_keys_ == IncludeKeys::marked) {
      include_lines_.push_back(event.start().line + 1);
      result.key = include_key(include_lines_.size());
      return result;
    }
    if (event.scalar() == kMergeSign && tag.empty() && event.is_plain()) {
      result.kind = EntryKind::merge;
      result.source = kMergeSign;
      return result;
    }
  }
  Node key = node(event);
  result.key = key_text(key.value, event.start());
  result.source = std::move(key.source);
  return result;
}

std::string Composer::key_text(const Value& key, const yaml_mark_t& at) {
  if (key.is_null()) fail("constructor", "a key must not be null", at);
  std::string text;
  append_key_text(key, at, text);
  return text;
}

// Java's text of the key: `[a, b]`, `{a=b}`.
void Composer::append_key_text(const Value& key, const yaml_mark_t& at, std::string& text) {
  std::string_view separator;
  if (key.is_array()) {
    text += '[';
    for (const Value& item : key.as_array()) {
      text += std::exchange(separator, ", ");
      append_key_text(item, at, text);
    }
    text += ']';
  } else if (key.is_object()) {
    text += '{';
    for (const auto& [name, value] : key.as_object()) {
      text += std::exchange(separator, ", ");
      text += name + "=";
      append_key_text(value, at, text);
    }
    text += '}';
  } else {
    text += key.is_text() ? key.as_text() : value::to_json(key);
  }
  if (text.size() > kMaxKeyBytes) {
    fail("constructor", fmt::format("a key is longer than {} bytes", kMaxKeyBytes), at);
  }
}

void Composer::check_duplicates(const std::vector<Entry>& entries) {
  std::unordered_set<std::string_view> seen;
  std::vector<std::string> duplicates;
  for (const Entry& entry : entries) {
    if (entry.source && !seen.insert(*entry.source).second &&
        std::ranges::find(duplicates, *entry.source) == duplicates.end()) {
      duplicates.push_back(*entry.source);
    }
  }
  if (!duplicates.empty()) throw RepeatedKeysError(std::move(duplicates));
}

Object Composer::assemble(std::vector<Entry> entries) {
  Object result;
  result.reserve(entries.size());
  for (Entry& entry : entries) {
    if (entry.kind == EntryKind::merge) {
      merge(result, entry);
    } else {
      result.set(entry.key, std::move(entry.value));
    }
  }
  return result;
}

// Adds what `target` lacks; of several mappings the earlier one wins.
void Composer::merge(Object& target, const Entry& entry) {
  const auto merge_mapping = [&](const Value& value, std::string_view expected) {
    if (!value.is_object()) {
      fail("constructor",
           fmt::format("expected {} for merging, but found {}", expected, node_word(value)),
           entry.value_mark);
    }
    for (const auto& [key, member] : value.as_object()) {
      if (!target.contains(key)) target.set(key, member);
    }
  };
  if (!entry.value.is_array()) return merge_mapping(entry.value, "a mapping or list of mappings");
  for (const Value& item : entry.value.as_array()) merge_mapping(item, "a mapping");
}

void Composer::count(std::size_t nodes, std::size_t text_bytes, const yaml_mark_t& at) {
  used_.nodes += nodes;
  used_.text_bytes += text_bytes;
  if (used_.nodes > kMaxYamlNodes) {
    fail("composer", fmt::format("more than {} values", kMaxYamlNodes), at);
  }
  if (used_.text_bytes > kMaxYamlTextBytes) {
    fail("composer", fmt::format("more than {} bytes of text", kMaxYamlTextBytes), at);
  }
}

void Composer::check_depth(int height, const yaml_mark_t& at) {
  if (level_ + height > kMaxYamlDepth) {
    fail("composer", fmt::format("nested deeper than {} levels", kMaxYamlDepth), at);
  }
}

void Composer::fail(std::string kind, std::string_view problem, const yaml_mark_t& at) {
  throw YamlError(std::move(kind), events_.located(problem, at));
}

void Composer::fail_unknown_tag(std::string_view tag, const yaml_mark_t& at) {
  fail("constructor", fmt::format("could not determine a constructor for the tag {}", tag), at);
}

}  // namespace

std::string include_key(std::size_t number) {
  return fmt::format("{}{:012}", kIncludeKeyHead, number);
}

std::size_t include_number(std::string_view key) {
  if (!key.starts_with(kIncludeKeyHead)) return 0;
  key.remove_prefix(kIncludeKeyHead.size());
  std::size_t number = 0;
  std::from_chars(key.data(), key.data() + key.size(), number);
  return number;
}

YamlDocument compose_yaml(std::string_view bytes, std::string_view source_name,
                          IncludeKeys include_keys, RepeatedKeys repeated_keys) {
  if (bytes.size() > kMaxYamlBytes) {
    throw YamlError("reader",
                    fmt::format("'{}' is larger than {} bytes", source_name, kMaxYamlBytes));
  }
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  std::string text = value::valid_utf8(bytes);
  for (std::size_t read = 0; read <= kMaxYamlBytes; read += text.size()) {
    try {
      text = with_joined_surrogates(text);
      return Composer(text, source_name, include_keys, repeated_keys).document();
    } catch (const UnspacedColon& colon) {
      text.insert(colon.offset() + 1, 1, ' ');
    }
  }
  throw YamlError(
      "scanner",
      fmt::format("'{}' has too many keys without a blank behind their colon", source_name));
}

RepeatedKeysError::RepeatedKeysError(std::vector<std::string> keys)
    : YamlError("constructor", fmt::format("Duplicated keys: [{}]", fmt::join(keys, ", "))),
      keys_(std::move(keys)) {}

Value parse_yaml(std::string_view text, std::string_view source_name, RepeatedKeys repeated_keys) {
  return compose_yaml(text, source_name, IncludeKeys::unknown, repeated_keys).root;
}

}  // namespace mogura::workflow
