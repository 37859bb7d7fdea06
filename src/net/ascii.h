// Words of HTTP, whose case does not count.
#pragma once

#include <strings.h>

#include <string_view>

namespace mogura::net {

inline bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace mogura::net
