#include "base/error.h"

namespace mogura {
namespace {

std::string with_kind(const Error& error) {
  const std::string& shown = error.message().empty() ? error.kind() : error.message();
  return error.kind().empty() ? shown : shown + " (" + error.kind() + ")";
}

void append_causes(const Error& error, std::string& text) {
  for (const Error& cause : error.causes()) {
    if (text.find(cause.message()) == std::string::npos) {
      text += "\n> " + with_kind(cause);
    }
    append_causes(cause, text);
  }
}

}  // namespace

Error::Error(std::string kind, std::string message, std::vector<Error> causes)
    : kind_(std::move(kind)), message_(std::move(message)), causes_(std::move(causes)) {}

std::string Error::text() const {
  return with_kind(*this);
}

std::string Error::chain() const {
  std::string text = with_kind(*this);
  append_causes(*this, text);
  return text;
}

}  // namespace mogura
