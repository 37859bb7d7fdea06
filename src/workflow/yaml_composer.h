// From events to one value (language.md §2.2): mappings in their order, aliases copied in, merge
// keys and explicit tags carried out, duplicate keys refused where they are not welcome.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "value/value.h"
#include "workflow/yaml.h"

namespace mogura::workflow {

/// Whether `!include` is known. Where it is, the directive's key comes out as kIncludeKey and a
/// UUID whose last digits count from 1, so that one mapping can hold several. Digdag's UUID is
/// random; it can be seen where the directive's value is no path.
enum class IncludeKeys { unknown, marked };
inline constexpr std::string_view kIncludeKey = "!include:";

/// "!include:00000000-0000-4000-8000-000000000002"
std::string include_key(std::size_t number);
/// The number again; 0 for a text that is not of this form.
std::size_t include_number(std::string_view key);

struct YamlDocument {
  Value root;
  std::size_t nodes = 0;                   // of the document, with aliases copied in
  std::size_t text_bytes = 0;              // of all its scalars, likewise
  int height = 0;                          // levels of mappings and sequences
  std::vector<std::size_t> include_lines;  // of the marked directives, by number, from 1
};

/// Composes the only document of `bytes` (any bytes; malformed UTF-8 becomes U+FFFD). Throws
/// YamlError.
YamlDocument compose_yaml(std::string_view bytes, std::string_view source_name,
                          IncludeKeys include_keys,
                          RepeatedKeys repeated_keys = RepeatedKeys::refused);

}  // namespace mogura::workflow
