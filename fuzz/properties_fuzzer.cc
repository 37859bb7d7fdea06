#include "fuzz/fuzz.h"
#include "value/properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using mogura::value::PropertiesEncoding;
  for (const auto encoding : {PropertiesEncoding::latin1, PropertiesEncoding::utf8}) {
    mogura::fuzz::try_input(bytes, size, [&](std::string_view text) {
      const auto pairs = mogura::value::parse_properties(text, encoding);
      mogura::fuzz::check(pairs.size() <= text.size() + 1, "a pair takes at least one byte");
    });
  }
  return 0;
}
