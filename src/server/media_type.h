// Media types in the headers of requests (rest-api.md §2.2, §2.3).
#pragma once

#include <string_view>

namespace mogura::server {

/// Whether an `Accept` takes this type; an empty one takes all.
bool accepts(std::string_view accept, std::string_view type);

/// Whether a `Content-Type` is this type, whatever its parameters are.
bool is_type(std::string_view content_type, std::string_view type);

}  // namespace mogura::server
