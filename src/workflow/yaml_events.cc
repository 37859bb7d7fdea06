#include "workflow/yaml_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "value/utf8.h"

namespace mogura::workflow {
namespace {

std::string_view view_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

bool is_continuation_byte(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// The whole character that begins at `offset`.
std::string_view character_at(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return {};
  std::size_t size = 1;
  while (offset + size < text.size() && is_continuation_byte(text[offset + size])) ++size;
  return text.substr(offset, size);
}

std::string kind_of(yaml_error_type_t error) {
  return error == YAML_SCANNER_ERROR ? "scanner" : error == YAML_PARSER_ERROR ? "parser" : "reader";
}

// SnakeYAML's name of a token.
std::string_view token_name(yaml_token_type_t type) {
  switch (type) {
    case YAML_STREAM_END_TOKEN:
      return "<stream end>";
    case YAML_VERSION_DIRECTIVE_TOKEN:
    case YAML_TAG_DIRECTIVE_TOKEN:
      return "<directive>";
    case YAML_DOCUMENT_START_TOKEN:
      return "<document start>";
    case YAML_DOCUMENT_END_TOKEN:
      return "<document end>";
    case YAML_BLOCK_SEQUENCE_START_TOKEN:
      return "<block sequence start>";
    case YAML_BLOCK_MAPPING_START_TOKEN:
      return "<block mapping start>";
    case YAML_BLOCK_END_TOKEN:
      return "<block end>";
    case YAML_FLOW_SEQUENCE_START_TOKEN:
      return "[";
    case YAML_FLOW_SEQUENCE_END_TOKEN:
      return "]";
    case YAML_FLOW_MAPPING_START_TOKEN:
      return "{";
    case YAML_FLOW_MAPPING_END_TOKEN:
      return "}";
    case YAML_BLOCK_ENTRY_TOKEN:
      return "-";
    case YAML_FLOW_ENTRY_TOKEN:
      return ",";
    case YAML_KEY_TOKEN:
      return "?";
    case YAML_VALUE_TOKEN:
      return ":";
    case YAML_ALIAS_TOKEN:
      return "<alias>";
    case YAML_ANCHOR_TOKEN:
      return "<anchor>";
    case YAML_TAG_TOKEN:
      return "<tag>";
    default:
      return "<scalar>";
  }
}

// What libyaml's parser says of the token that it met, in SnakeYAML's words.
std::string syntax_problem(std::string_view problem, yaml_token_type_t found) {
  const std::string_view name = token_name(found);
  if (problem == "did not find expected key" || problem == "did not find expected '-' indicator") {
    return fmt::format("expected <block end>, but found '{}'", name);
  }
  if (problem == "did not find expected ',' or ']'") {
    return fmt::format("expected ',' or ']', but got {}", name);
  }
  if (problem == "did not find expected ',' or '}'") {
    return fmt::format("expected ',' or '}}', but got {}", name);
  }
  if (problem == "did not find expected node content") {
    return fmt::format("expected the node content, but found '{}'", name);
  }
  if (problem == "did not find expected <document start>") {
    return fmt::format("expected '<document start>', but found '{}'", name);
  }
  return std::string(problem);
}

// What libyaml's scanner says of the text that begins with `found`, in SnakeYAML's words.
std::string scan_problem(std::string_view problem, std::string_view found) {
  if (problem == "mapping values are not allowed in this context") {
    return "mapping values are not allowed here";
  }
  if (problem == "mapping keys are not allowed in this context") {
    return "mapping keys are not allowed here";
  }
  if (problem == "block sequence entries are not allowed in this context") {
    return "sequence entries are not allowed here";
  }
  if (problem == "found an indentation indicator equal to 0") {
    return "expected indentation indicator in the range 1-9, but found 0";
  }
  if (problem == "found character that cannot start any token") {
    if (found.starts_with('\t')) {
      return "found character '\\t(TAB)' that cannot start any token (indent with blanks)";
    }
    return fmt::format("found character '{}' that cannot start any token", character_at(found, 0));
  }
  if (problem == "found unknown escape character" && found.size() > 1) {
    const std::string_view escape = character_at(found, 1);
    return fmt::format("{} {}({})", problem, escape,
                       static_cast<std::uint32_t>(value::code_points(escape).front()));
  }
  return std::string(problem);
}

}  // namespace

std::string_view YamlEvent::anchor() const {
  switch (event_.type) {
    case YAML_ALIAS_EVENT:
      return view_of(event_.data.alias.anchor);
    case YAML_SCALAR_EVENT:
      return view_of(event_.data.scalar.anchor);
    case YAML_SEQUENCE_START_EVENT:
      return view_of(event_.data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
      return view_of(event_.data.mapping_start.anchor);
    default:
      return {};
  }
}

std::string_view YamlEvent::tag() const {
  constexpr std::string_view kNonSpecific = "!";
  const std::string_view tag = written_tag();
  return tag == kNonSpecific ? std::string_view() : tag;
}

std::string_view YamlEvent::written_tag() const {
  switch (event_.type) {
    case YAML_SCALAR_EVENT:
      return view_of(event_.data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT:
      return view_of(event_.data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
      return view_of(event_.data.mapping_start.tag);
    default:
      return {};
  }
}

int YamlEvent::nesting() const {
  switch (event_.type) {
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
      return 1;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return -1;
    default:
      return 0;
  }
}

std::string_view YamlEvent::scalar() const {
  return {reinterpret_cast<const char*>(event_.data.scalar.value), event_.data.scalar.length};
}

YamlEvents::YamlEvents(std::string_view text, std::string_view source_name)
    : text_(text), source_name_(source_name) {
  if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
}

YamlEvent YamlEvents::next() {
  YamlEvent event;
  if (yaml_parser_parse(&parser_, &event.event_) == 0) fail();
  if (event.is_double_quoted()) check_escapes(event);
  return event;
}

std::string_view YamlEvents::source_of(const YamlEvent& event) {
  // Its end is not remembered, so that the same event can be asked for again.
  const std::size_t begin = offset_of(event.event_.start_mark.index);
  std::size_t end = begin;
  for (auto at = event.event_.start_mark.index; at < event.event_.end_mark.index; ++at) {
    end += character_at(text_, end).size();
  }
  return text_.substr(begin, end - begin);
}

std::string YamlEvents::located(std::string_view problem, const yaml_mark_t& at) const {
  return fmt::format("{} in '{}', line {}, column {}", problem, source_name_, at.line + 1,
                     at.column + 1);
}

void YamlEvents::fail() {
  if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
  if (parser_.error == YAML_READER_ERROR) fail_reading();
  if (parser_.problem == std::string_view("found unexpected ':'")) {
    const std::size_t colon = offset_of(parser_.problem_mark.index);
    if (colon + 1 < text_.size() && text_[colon + 1] != '?') throw UnspacedColon(colon);
  }
  // The token that the parser could not use is still the first one in its queue.
  const bool has_token = parser_.tokens.head != parser_.tokens.tail;
  std::string problem =
      parser_.error == YAML_PARSER_ERROR && has_token
          ? syntax_problem(parser_.problem, parser_.tokens.head->type)
          : scan_problem(parser_.problem, text_.substr(offset_of(parser_.problem_mark.index)));
  const std::string_view context = parser_.context == nullptr ? "" : parser_.context;
  if (!context.empty() && context != "while scanning for the next token") {
    const bool same_line = parser_.context_mark.line == parser_.problem_mark.line;
    const std::string begin =
        same_line ? ""
                  : fmt::format(" (line {}, column {})", parser_.context_mark.line + 1,
                                parser_.context_mark.column + 1);
    problem = fmt::format("{}{}: {}", context, begin, problem);
  }
  throw YamlError(kind_of(parser_.error), located(problem, parser_.problem_mark));
}

// The text is well-formed, so all that libyaml's reader can object to is a control character.
void YamlEvents::fail_reading() const {
  const std::string_view before = text_.substr(0, parser_.problem_offset);
  const std::string_view line = before.substr(before.rfind('\n') + 1);
  yaml_mark_t at{};
  at.line = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  at.column =
      line.size() - static_cast<std::size_t>(std::ranges::count_if(line, is_continuation_byte));
  throw YamlError("reader", located(fmt::format("special characters are not allowed: U+{:04X}",
                                                parser_.problem_value),
                                    at));
}

// libyaml reads the escape `\/` of JSON, which the dialect does not have.
void YamlEvents::check_escapes(const YamlEvent& scalar) {
  const std::string_view source = source_of(scalar);
  for (std::size_t at = 0; at + 1 < source.size(); ++at) {
    if (source[at] != '\\') continue;
    if (source[++at] == '/') {
      throw YamlError("scanner", located("found unknown escape character /(47)", scalar.start()));
    }
  }
}

std::size_t YamlEvents::offset_of(std::size_t index) {
  if (index < known_index_) known_index_ = known_offset_ = 0;
  for (; known_index_ < index && known_offset_ < text_.size(); ++known_index_) {
    known_offset_ += character_at(text_, known_offset_).size();
  }
  return known_offset_;
}

}  // namespace mogura::workflow
