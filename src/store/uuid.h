// Names of sessions.
#pragma once

#include <string>

namespace mogura::store {

/// A random UUID in lower case.
std::string new_uuid();

}  // namespace mogura::store
