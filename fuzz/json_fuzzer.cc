#include "fuzz/fuzz.h"
#include "value/json.h"

using mogura::fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return mogura::fuzz::try_input(bytes, size, [](std::string_view text) {
    const mogura::Value value = mogura::value::parse_json(text);
    const std::string written = mogura::value::to_json(value);
    const mogura::Value again = mogura::value::parse_json(written);
    check(again == value, "what is written reads back as the same value");
    check(mogura::value::to_json(again) == written, "equal values are written alike");
  });
}
