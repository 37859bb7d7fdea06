#include "cli/colour.h"

#include <cstdlib>

namespace mogura::cli {
namespace {

std::string_view variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

}  // namespace

bool wants_colour(const Arguments& arguments, bool is_terminal) {
  const std::string when = arguments.text_or("--color", "auto");
  if (when == "always") return true;
  if (when == "never") return false;
  if (when != "auto") {
    throw ArgumentError("Unknown value of --color: '" + when + "'. Use auto, always or never.");
  }
  return is_terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

}  // namespace mogura::cli
