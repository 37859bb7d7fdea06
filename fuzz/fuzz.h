// What the fuzzers share: a fuzzer hands bytes to a reader of foreign input, which may refuse them
// with an Error and do nothing else; what it accepts must keep the promises that the fuzzer checks.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/error.h"

namespace mogura::fuzz {

/// Ends the program, which libFuzzer takes as a finding, unless `promise` was kept.
inline void check(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// Calls `read` on the input; an Error is an answer like any other.
template <class Read>
int try_input(const std::uint8_t* bytes, std::size_t size, Read read) {
  try {
    read(std::string_view(reinterpret_cast<const char*>(bytes), size));
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace mogura::fuzz
