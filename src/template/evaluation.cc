#include "template/evaluation.h"

#include <random>

#include "template/dates.h"

namespace mogura::tmpl {
namespace {

/// How much of its thread's stack a script may use. Threads have at least 1 MiB.
constexpr std::size_t kStackBytes = 512u << 10;

/// How much a native loop reads between two looks at the clock; less than a millisecond's work.
constexpr std::size_t kBytesPerClock = 1u << 20;

thread_local Evaluation* current_evaluation = nullptr;

const char* stack_pointer() {
  return static_cast<const char*>(__builtin_frame_address(0));
}

/// The zone outside of an evaluation, while a heap is being built.
calendar::TimeZone zone_of_hooks() {
  const Evaluation* evaluation = Evaluation::current();
  return evaluation != nullptr ? evaluation->zone() : calendar::TimeZone::utc();
}

}  // namespace

Evaluation::Evaluation(const calendar::TimeZone& zone, std::chrono::milliseconds time_limit)
    : zone_(zone),
      deadline_(std::chrono::steady_clock::now() + time_limit),
      stack_floor_(stack_pointer() - kStackBytes),
      outer_(current_evaluation) {
  current_evaluation = this;
}

Evaluation::~Evaluation() {
  current_evaluation = outer_;
}

Evaluation* Evaluation::current() {
  return current_evaluation;
}

bool Evaluation::expired() {
  expired_ = expired_ || std::chrono::steady_clock::now() >= deadline_;
  return expired_;
}

bool Evaluation::expired_after(std::size_t bytes) {
  unclocked_bytes_ += bytes;
  if (unclocked_bytes_ < kBytesPerClock) return expired_;
  unclocked_bytes_ = 0;
  return expired();
}

bool Evaluation::stack_low() const {
  return stack_pointer() < stack_floor_;
}

const char* Evaluation::lend(std::string text) {
  lent_ = std::move(text);
  return lent_.c_str();
}

}  // namespace mogura::tmpl

// The functions that third_party/duktape/switches.h names.
extern "C" {

int mogura_js_expired() {
  auto* evaluation = mogura::tmpl::Evaluation::current();
  return evaluation != nullptr && evaluation->expired() ? 1 : 0;
}

int mogura_js_spent(std::size_t bytes) {
  auto* evaluation = mogura::tmpl::Evaluation::current();
  return evaluation != nullptr && evaluation->expired_after(bytes) ? 1 : 0;
}

int mogura_js_stack_low() {
  const auto* evaluation = mogura::tmpl::Evaluation::current();
  return evaluation != nullptr && evaluation->stack_low() ? 1 : 0;
}

double mogura_js_random() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

double mogura_js_now() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(mogura::SystemClock().now().time_since_epoch()).count();
}

int mogura_js_zone_offset(double utc_ms) {
  return mogura::tmpl::offset_at(mogura::tmpl::zone_of_hooks(), utc_ms);
}

int mogura_js_offset_of_local(double local_ms) {
  return mogura::tmpl::offset_of_local(mogura::tmpl::zone_of_hooks(), local_ms);
}

double mogura_js_parse_date(const char* text) {
  return mogura::tmpl::parse_date(text, mogura::tmpl::zone_of_hooks());
}

const char* mogura_js_date_text(const int* parts, int offset_s, int local, int date, int time) {
  using mogura::tmpl::WallTime;
  auto* evaluation = mogura::tmpl::Evaluation::current();
  if (evaluation == nullptr) return "";
  const WallTime wall{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[7]};
  return evaluation->lend(local == 0
                              ? mogura::tmpl::utc_date_text(wall)
                              : mogura::tmpl::local_date_text(wall, offset_s, evaluation->zone(),
                                                              {date != 0, time != 0}));
}

}  // extern "C"
