// A JavaScript heap that evaluates one text after the other, each as if it were the first.
//
// Once built, the heap is an image in an Arena that is restored after every evaluation; so scripts
// cannot leave anything to each other, whatever they change, and a heap that ran out of time or
// memory is as good as new. One thread uses an Engine at a time.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/time_zone.h"
#include "template/arena.h"
#include "template/names.h"
#include "template/scanner.h"
#include "template/scope.h"

struct duk_hthread;

namespace mogura::tmpl {

/// What a heap is built with. Without moment its image is a fifth of the size, and as much faster
/// restored.
enum class Library { none, moment };

/// A text that is ready to be evaluated; refers to the text.
struct Program {
  std::string_view text;
  std::vector<Piece> pieces;
  Names names;
};

class Engine {
 public:
  /// Scripts may use `memory_limit_bytes` besides the heap that they start with.
  Engine(Library library, std::size_t memory_limit_bytes);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// The text with the expressions' results in it (language.md §11.4), or the text of the error
  /// that ended the script (§11.7). The scope's `timezone` is the zone of dates.
  std::expected<std::string, std::string> run(const Program& program, const Scope& scope,
                                              std::chrono::milliseconds time_limit);

 private:
  friend struct Script;

  static void* allocate(void* self, std::size_t bytes);
  static void* reallocate(void* self, void* block, std::size_t bytes);
  static void release(void* self, void* block);

  bool may_allocate();
  void* granted(void* memory);
  const calendar::TimeZone& zone_of(const Scope& scope);

  const std::size_t memory_limit_bytes_;
  Arena arena_;
  duk_hthread* context_ = nullptr;
  std::string zone_id_;
  calendar::TimeZone zone_;
  unsigned allocations_ = 0;
  /// How often the arena has been full in this evaluation.
  unsigned refusals_ = 0;
};

}  // namespace mogura::tmpl
