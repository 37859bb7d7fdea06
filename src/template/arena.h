// Memory that can be set back: all of a JavaScript heap lives in one arena, and after an evaluation
// the arena gets the contents again that it had before, at the price of copying them. So an
// evaluation leaves nothing behind, whatever it did, and memory does not grow.
//
//   Arena arena(256 << 20);
//   ... build a heap with arena.allocate() ...
//   arena.keep();        // this is the image
//   ... use the heap ...
//   arena.restore();     // everything as it was at keep()
#pragma once

#include <array>
#include <cstddef>
#include <memory>

namespace mogura::tmpl {

class Arena {
 public:
  /// Takes address space for `limit_bytes`, and memory as it is used. Throws RuntimeError where the
  /// machine has no room.
  explicit Arena(std::size_t limit_bytes);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Aligned for any type; null at the limit.
  void* allocate(std::size_t bytes);
  void* reallocate(void* block, std::size_t bytes);
  void release(void* block);

  void keep();
  void restore();

  /// Bytes that have been in use at once since the last restore(), and before it.
  std::size_t used_bytes() const { return state_.top; }
  std::size_t image_bytes() const { return image_bytes_; }

 private:
  struct Block;
  struct FreeBlock;
  static constexpr std::size_t kClasses = 64 + 8 * 32;

  /// Everything that allocate() and release() change besides the blocks themselves.
  struct State {
    std::size_t top = 0;
    std::array<FreeBlock*, kClasses> free = {};
  };

  static Block* block_of(void* memory);
  bool is_last(const Block& block) const;

  std::byte* base_;
  std::size_t limit_bytes_;
  State state_;
  State kept_;
  std::unique_ptr<std::byte[]> image_;
  std::size_t image_bytes_ = 0;
};

}  // namespace mogura::tmpl
