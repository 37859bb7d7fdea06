// Blocks are cut from the arena one behind the other. A released block goes to the list of its size
// class and is handed out again from there; neighbours are never joined, since an evaluation is
// short and everything that it took is gone with it. Classes are 16 bytes apart up to 1 KiB, and an
// eighth of a power of two above: 1000 bytes take a block of 1008, 70000 one of 73728.
#include "template/arena.h"

#include <sys/mman.h>

#include <bit>
#include <cstring>

#include "base/error.h"

namespace mogura::tmpl {
namespace {

constexpr std::size_t kGrain = 16;
constexpr std::size_t kSmallBytes = 1024;
constexpr std::size_t kSmallClasses = kSmallBytes / kGrain;
constexpr int kSmallBits = 10;
/// Memory above the image that is kept for the next evaluation; what goes beyond it is given back
/// to the machine.
constexpr std::size_t kWarmBytes = 1u << 20;

struct SizeClass {
  std::size_t index;
  std::size_t bytes;
};

SizeClass size_class(std::size_t bytes) {
  if (bytes <= kSmallBytes) {
    const std::size_t grains = bytes == 0 ? 1 : (bytes + kGrain - 1) / kGrain;
    return {grains - 1, grains * kGrain};
  }
  const int bits = static_cast<int>(std::bit_width(bytes - 1)) - 1;  // at least kSmallBits
  const std::size_t step = std::size_t{1} << (bits - 3);
  const std::size_t steps = (bytes - (std::size_t{1} << bits) + step - 1) / step;  // 1-8
  return {kSmallClasses + static_cast<std::size_t>(bits - kSmallBits) * 8 + steps - 1,
          (std::size_t{1} << bits) + steps * step};
}

}  // namespace

/// Stands before each block.
struct Arena::Block {
  alignas(kGrain) std::size_t bytes;
  void* memory() { return this + 1; }
};

struct Arena::FreeBlock {
  FreeBlock* next;
};

Arena::Arena(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {
  void* region = ::mmap(nullptr, limit_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) throw RuntimeError("No address space left for evaluating templates");
  base_ = static_cast<std::byte*>(region);
}

Arena::~Arena() {
  ::munmap(base_, limit_bytes_);
}

Arena::Block* Arena::block_of(void* memory) {
  return static_cast<Block*>(memory) - 1;
}

bool Arena::is_last(const Block& block) const {
  const auto* end = reinterpret_cast<const std::byte*>(&block + 1) + block.bytes;
  return end == base_ + state_.top;
}

void* Arena::allocate(std::size_t bytes) {
  if (bytes > limit_bytes_) return nullptr;
  const SizeClass size = size_class(bytes);
  if (FreeBlock*& list = state_.free[size.index]; list != nullptr) {
    FreeBlock* block = list;
    list = block->next;
    return block;
  }
  if (limit_bytes_ - state_.top < size.bytes + sizeof(Block)) return nullptr;
  auto* block = ::new (base_ + state_.top) Block{size.bytes};
  state_.top += sizeof(Block) + size.bytes;
  return block->memory();
}

void* Arena::reallocate(void* memory, std::size_t bytes) {
  if (memory == nullptr) return allocate(bytes);
  Block* block = block_of(memory);
  if (bytes <= block->bytes) return memory;
  if (is_last(*block) && bytes <= limit_bytes_) {
    const std::size_t more = size_class(bytes).bytes - block->bytes;
    if (limit_bytes_ - state_.top < more) return nullptr;
    state_.top += more;
    block->bytes += more;
    return memory;
  }
  void* moved = allocate(bytes);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, block->bytes);
  release(memory);
  return moved;
}

void Arena::release(void* memory) {
  if (memory == nullptr) return;
  FreeBlock*& list = state_.free[size_class(block_of(memory)->bytes).index];
  list = ::new (memory) FreeBlock{list};
}

void Arena::keep() {
  kept_ = state_;
  image_bytes_ = state_.top;
  image_ = std::make_unique_for_overwrite<std::byte[]>(image_bytes_);
  std::memcpy(image_.get(), base_, image_bytes_);
}

void Arena::restore() {
  constexpr std::size_t kPage = 4096;
  const std::size_t warm = (image_bytes_ + kWarmBytes + kPage - 1) / kPage * kPage;
  if (state_.top > warm) ::madvise(base_ + warm, state_.top - warm, MADV_DONTNEED);
  std::memcpy(base_, image_.get(), image_bytes_);
  state_ = kept_;
}

}  // namespace mogura::tmpl
