#include <benchmark/benchmark.h>

#include <fstream>
#include <string>

#include "template/template.h"

namespace {

using mogura::Object;

const Object& scope() {
  static const Object params{{"a", Object{{"b", "value"}}},
                             {"n", 1},
                             {"session_time", "2024-03-05T00:00:00+00:00"},
                             {"timezone", "UTC"}};
  return params;
}

/// Resident memory of this process.
long resident_kb() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  }
  return 0;
}

void evaluate(benchmark::State& state, const std::string& text) {
  const mogura::tmpl::Evaluator evaluator;
  for (auto _ : state) benchmark::DoNotOptimize(evaluator.evaluate(text, scope()));
}

void reference(benchmark::State& state) {
  evaluate(state, "${a.b}");
}
void expression(benchmark::State& state) {
  evaluate(state, "${n + 1}");
}
void moment(benchmark::State& state) {
  evaluate(state, "${moment(session_time).add(1, 'days').format('YYYY-MM-DD')}");
}

/// How much memory a million evaluations leave behind, after a first thousand.
void memory_growth(benchmark::State& state) {
  const mogura::tmpl::Evaluator evaluator;
  constexpr int kFirst = 1'000;
  constexpr int kEvaluations = 1'000'000;
  for (auto _ : state) {
    for (int i = 0; i < kFirst; ++i) evaluator.evaluate("${n + 1}", scope());
    const long before_kb = resident_kb();
    for (int i = 0; i < kEvaluations; ++i) evaluator.evaluate("${n + 1}", scope());
    state.counters["growth_kb"] = static_cast<double>(resident_kb() - before_kb);
  }
}

BENCHMARK(reference);
BENCHMARK(expression);
BENCHMARK(moment);
BENCHMARK(memory_growth)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
