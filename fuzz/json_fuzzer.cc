#include "fuzz/fuzz.h"
#include "value/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return mogura::fuzz::try_input(bytes, size, [](std::string_view text) {
    // An infinite number is written as a text, so the texts are compared, not the values.
    const std::string written = mogura::value::to_json(mogura::value::parse_json(text));
    mogura::fuzz::check(mogura::value::to_json(mogura::value::parse_json(written)) == written,
                        "what is written reads back");
  });
}
