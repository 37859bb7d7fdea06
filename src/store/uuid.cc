#include "store/uuid.h"

#include <random>

namespace mogura::store {

std::string new_uuid() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& c : text) {
    if (c == 'x') c = kHex[random() & 15];
    if (c == 'y') c = kHex[8 | (random() & 3)];
  }
  return text;
}

}  // namespace mogura::store
