#include "template/engine.h"

#include <fmt/core.h>

#include <cstdlib>
#include <span>
#include <utility>

#include "base/error.h"
#include "template/evaluation.h"
#include "template/script.h"
#include "template/script_error.h"
#include "template/scripts.h"

namespace mogura::tmpl {
namespace {

/// Address space for the heap that scripts start with.
constexpr std::size_t kImageBytes = 8u << 20;
/// How many allocations pass between two looks at the clock.
constexpr unsigned kAllocationsPerClock = 64;
/// How often a script may run into the memory limit and go on with what a garbage collection frees.
/// One that lives at the limit would do nothing but collect.
constexpr unsigned kMaxRefusals = 16;

/// Pushes the function that was compiled to `bytecode`.
void push_bytecode(duk_context* ctx, std::span<const unsigned char> bytecode) {
  duk_push_external_buffer(ctx);
  duk_config_buffer(ctx, -1, const_cast<unsigned char*>(bytecode.data()), bytecode.size());
  duk_load_function(ctx);
}

duk_ret_t build_heap(duk_context* ctx, void* library) {
  if (*static_cast<const Library*>(library) == Library::moment) {
    push_bytecode(ctx, moment_bytecode());
    duk_push_global_object(ctx);
    duk_call_method(ctx, 0);
    duk_pop(ctx);
  }
  push_bytecode(ctx, prelude_bytecode());
  duk_call(ctx, 0);
  push_native_functions(ctx);
  duk_push_global_object(ctx);
  duk_call(ctx, 2);
  duk_pop(ctx);
  return 0;
}

/// Whether Duktape's error is that it got no memory, also for the error itself.
bool is_allocation_error(std::string_view error) {
  return error.ends_with("alloc failed") || error.starts_with("DoubleError");
}

/// Duktape's last word when an error finds no catcher; there is always one.
[[noreturn]] void die(void*, const char*) {
  std::abort();
}

}  // namespace

Engine::Engine(Library library, std::size_t memory_limit_bytes)
    : memory_limit_bytes_(memory_limit_bytes),
      arena_(memory_limit_bytes + kImageBytes),
      zone_(calendar::TimeZone::utc()) {
  context_ = duk_create_heap(allocate, reallocate, release, this, die);
  if (context_ == nullptr || duk_safe_call(context_, build_heap, &library, 0, 1) != 0) {
    throw RuntimeError("The JavaScript engine does not start");
  }
  duk_set_top(context_, 0);
  // Twice, since what a first collection finalizes is freed by the second one.
  duk_gc(context_, 0);
  duk_gc(context_, 0);
  arena_.keep();
}

Engine::~Engine() = default;

std::expected<std::string, std::string> Engine::run(const Program& program, const Scope& scope,
                                                    std::chrono::milliseconds time_limit) {
  Script script{program, scope, memory_limit_bytes_, {}, {}, {}, {}};
  Evaluation evaluation(zone_of(scope), time_limit);
  const bool failed = duk_safe_call(context_, Script::evaluate, &script, 0, 1) != 0;
  const bool described = failed && !evaluation.has_expired() &&
                         duk_safe_call(context_, Script::describe_error, &script, 1, 1) == 0;
  const bool expired = evaluation.has_expired();
  arena_.restore();
  const bool out_of_memory = std::exchange(refusals_, 0) > 0;

  if (!failed) return std::move(script.result);
  if (expired) {
    return std::unexpected(
        fmt::format("RangeError: the evaluation took longer than {} ms", time_limit.count()));
  }
  if (out_of_memory && (!described || is_allocation_error(script.error))) {
    return std::unexpected(
        fmt::format("RangeError: the evaluation needs more than {} bytes", memory_limit_bytes_));
  }
  if (!described) return std::unexpected("Error: the thrown value has no text");
  return std::unexpected(script_error_text(script.error, program.text));
}

bool Engine::may_allocate() {
  Evaluation* evaluation = Evaluation::current();
  if (evaluation == nullptr) return true;
  // Native loops that run no script instructions still allocate.
  if (++allocations_ % kAllocationsPerClock == 0) evaluation->expired();
  return !evaluation->has_expired() && refusals_ <= kMaxRefusals;
}

void* Engine::granted(void* memory) {
  if (memory == nullptr) ++refusals_;
  return memory;
}

void* Engine::allocate(void* self, std::size_t bytes) {
  auto& engine = *static_cast<Engine*>(self);
  if (bytes == 0 || !engine.may_allocate()) return nullptr;
  return engine.granted(engine.arena_.allocate(bytes));
}

void* Engine::reallocate(void* self, void* block, std::size_t bytes) {
  auto& engine = *static_cast<Engine*>(self);
  if (bytes == 0) {
    engine.arena_.release(block);
    return nullptr;
  }
  if (!engine.may_allocate()) return nullptr;
  return engine.granted(engine.arena_.reallocate(block, bytes));
}

void Engine::release(void* self, void* block) {
  static_cast<Engine*>(self)->arena_.release(block);
}

const calendar::TimeZone& Engine::zone_of(const Scope& scope) {
  const Value* id = scope.find("timezone");
  if (id == nullptr || !id->is_text()) {
    zone_id_.clear();
    zone_ = calendar::TimeZone::utc();
  } else if (id->as_text() != zone_id_) {
    zone_id_ = id->as_text();
    zone_ = calendar::TimeZone::find(zone_id_).value_or(calendar::TimeZone::utc());
  }
  return zone_;
}

}  // namespace mogura::tmpl
