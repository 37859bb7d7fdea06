#include "fuzz/fuzz.h"
#include "value/json.h"
#include "workflow/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return mogura::fuzz::try_input(bytes, size, [](std::string_view text) {
    const mogura::Value value = mogura::workflow::parse_yaml(text, "input.dig");
    const std::string written = mogura::value::to_json(value);
    mogura::fuzz::check(mogura::value::to_json(mogura::value::parse_json(written)) == written,
                        "a document is a JSON value");
  });
}
