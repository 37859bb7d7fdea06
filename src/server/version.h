// Versions of clients and servers (rest-api.md §12.2).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mogura::server {

/// Numbers, and perhaps a qualifier: `0.10.6-SNAPSHOT`.
class Version {
 public:
  /// Throws Error of kind "illegal argument" "Invalid version string: TEXT".
  static Version parse(std::string_view text);

  /// Missing numbers count as 0; a version with a qualifier comes before the one without.
  std::weak_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }

 private:
  std::vector<std::int64_t> numbers_;
  std::string qualifier_;
};

}  // namespace mogura::server
