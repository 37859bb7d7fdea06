// libyaml's events of one text. Its errors are turned into YamlErrors in SnakeYAML's words, which
// is what users of Digdag search for.
#pragma once

#include <yaml.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "workflow/yaml.h"

namespace mogura::workflow {

/// Owns one event of libyaml.
class YamlEvent {
 public:
  YamlEvent() : event_{} {}
  YamlEvent(YamlEvent&& other) noexcept : event_(other.event_) { other.event_ = {}; }
  YamlEvent(const YamlEvent&) = delete;
  YamlEvent& operator=(const YamlEvent&) = delete;
  YamlEvent& operator=(YamlEvent&&) = delete;
  ~YamlEvent() { yaml_event_delete(&event_); }

  yaml_event_type_t type() const { return event_.type; }
  yaml_mark_t start() const { return event_.start_mark; }
  /// 1 where a sequence or mapping begins, -1 where it ends, else 0.
  int nesting() const;

  /// Of an alias, scalar, sequence start or mapping start; empty where there is none.
  std::string_view anchor() const;
  /// Of a scalar, sequence start or mapping start; empty where there is none (or it is `!`).
  std::string_view tag() const;

  // Of a scalar.
  std::string_view scalar() const;
  bool is_double_quoted() const {
    return type() == YAML_SCALAR_EVENT &&
           event_.data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
  }
  /// Whether the text decides on the type, as in unquoted scalars without a tag.
  bool is_plain() const { return event_.data.scalar.plain_implicit != 0; }

 private:
  friend class YamlEvents;
  std::string_view written_tag() const;

  yaml_event_t event_;
};

/// In flow style SnakeYAML reads `{a:[1]}` as `{a: [1]}`, and libyaml not at all. Thrown where such
/// a colon stands, for the text to be read again with a blank behind it.
class UnspacedColon : public YamlError {
 public:
  explicit UnspacedColon(std::size_t offset)
      : YamlError("scanner", "found unexpected ':'"), offset_(offset) {}
  std::size_t offset() const { return offset_; }

 private:
  std::size_t offset_;
};

class YamlEvents {
 public:
  /// `text` is well-formed UTF-8 without byte order mark and outlives this object.
  YamlEvents(std::string_view text, std::string_view source_name);
  ~YamlEvents() { yaml_parser_delete(&parser_); }
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;

  /// Throws YamlError where the text is no YAML, and UnspacedColon.
  YamlEvent next();

  /// The part of the text that the event stands for; a scalar's with its quotes. Fast for
  /// events in their order.
  std::string_view source_of(const YamlEvent& event);

  /// "PROBLEM in 'SOURCE', line L, column C".
  std::string located(std::string_view problem, const yaml_mark_t& at) const;
  const std::string& source_name() const { return source_name_; }

 private:
  [[noreturn]] void fail();
  [[noreturn]] void fail_reading() const;
  void check_escapes(const YamlEvent& scalar);
  std::size_t offset_of(std::size_t index);

  std::string_view text_;
  std::string source_name_;
  yaml_parser_t parser_;
  // The last place whose byte offset was asked for: libyaml's marks count characters.
  std::size_t known_index_ = 0;
  std::size_t known_offset_ = 0;
};

}  // namespace mogura::workflow
