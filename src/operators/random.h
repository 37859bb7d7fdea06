// Random names, from the operating system.
#pragma once

#include <cstdint>
#include <string>

namespace mogura::operators {

/// Throw Error of kind "io" where the system has no randomness to give.
std::uint64_t random_number();
/// A version 4 UUID in lower case.
std::string random_uuid();

}  // namespace mogura::operators
