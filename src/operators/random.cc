#include "operators/random.h"

#include <fmt/core.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "base/error.h"

namespace mogura::operators {
namespace {

void fill_with_random_bytes(std::span<unsigned char> bytes) {
  // Requests of up to 256 bytes are served whole.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error("io", std::string("getrandom: ") + std::strerror(errno));
  }
}

}  // namespace

std::uint64_t random_number() {
  std::array<unsigned char, 8> bytes{};
  fill_with_random_bytes(bytes);
  std::uint64_t number = 0;
  for (const unsigned char byte : bytes) number = (number << 8) | byte;
  return number;
}

std::string random_uuid() {
  std::array<unsigned char, 16> bytes{};
  fill_with_random_bytes(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (at == 4 || at == 6 || at == 8 || at == 10) text += '-';
    text += fmt::format("{:02x}", bytes[at]);
  }
  return text;
}

}  // namespace mogura::operators
