#include "template/arena.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace mogura::tmpl {
namespace {

constexpr std::size_t kLimit = 4u << 20;

TEST(Arena, RestoresWhatItKept) {
  Arena arena(kLimit);
  auto* text = static_cast<char*>(arena.allocate(100));
  std::strcpy(text, "kept");
  void* spare = arena.allocate(50);
  arena.release(spare);
  arena.keep();
  const std::size_t used = arena.used_bytes();
  for (int round = 0; round < 100; ++round) {
    EXPECT_STREQ(text, "kept");
    EXPECT_EQ(arena.used_bytes(), used);
    // Blocks come in the same order from the same lists each time.
    EXPECT_EQ(arena.allocate(50), spare);
    std::strcpy(text, "changed");
    for (int block = 0; block < 30; ++block) {
      std::memset(arena.allocate(100'000), round, 100'000);
    }
    arena.release(text);
    arena.restore();
  }
}

TEST(Arena, RefusesBeyondItsLimit) {
  Arena arena(kLimit);
  EXPECT_EQ(arena.allocate(kLimit), nullptr);
  EXPECT_EQ(arena.allocate(SIZE_MAX), nullptr);
  void* block = arena.allocate(kLimit / 2);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(arena.allocate(kLimit / 2), nullptr);
  EXPECT_EQ(arena.reallocate(block, kLimit), nullptr);
  arena.release(block);
  EXPECT_EQ(arena.allocate(kLimit / 2), block);
}

TEST(Arena, KeepsBlocksApart) {
  struct Held {
    unsigned char* memory;
    std::size_t bytes;
    unsigned char fill;
  };
  Arena arena(64u << 20);
  std::mt19937 random(1);
  std::vector<Held> held;
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t bytes = random() % 8 == 0 ? random() % 20'000 : random() % 200;
    std::size_t at = held.empty() ? 0 : random() % held.size();
    const auto fill = static_cast<unsigned char>(random());
    if (held.size() < 200) {
      at = held.size();
      held.push_back({static_cast<unsigned char*>(arena.allocate(bytes)), bytes, fill});
    } else if (random() % 2 == 0) {
      auto* moved = static_cast<unsigned char*>(arena.reallocate(held[at].memory, bytes));
      const std::size_t common = std::min(bytes, held[at].bytes);
      ASSERT_TRUE(std::all_of(moved, moved + common,
                              [&](unsigned char byte) { return byte == held[at].fill; }));
      held[at] = {moved, bytes, fill};
    } else {
      arena.release(held[at].memory);
      held[at] = {static_cast<unsigned char*>(arena.allocate(bytes)), bytes, fill};
    }
    Held& changed = held[at];
    ASSERT_NE(changed.memory, nullptr);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(changed.memory) % alignof(std::max_align_t), 0u);
    std::memset(changed.memory, changed.fill, changed.bytes);
  }
  for (const Held& block : held) {
    EXPECT_TRUE(std::all_of(block.memory, block.memory + block.bytes,
                            [&](unsigned char byte) { return byte == block.fill; }));
  }
}

}  // namespace
}  // namespace mogura::tmpl
