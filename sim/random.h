// The one source of chance: the same seed makes the same run, on any machine.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace mogura::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {  // splitmix64
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 to `count` - 1.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::uint64_t state_;
};

/// A seed of its own for what `what` names.
inline std::uint64_t mixed(std::uint64_t seed, std::uint64_t what) {
  return Random(seed ^ Random(what).next()).next();
}
inline std::uint64_t mixed(std::uint64_t seed, std::string_view what) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a: the same on every machine
  for (const char c : what) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return mixed(seed, hash);
}

}  // namespace mogura::sim
