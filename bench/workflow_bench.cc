#include <benchmark/benchmark.h>

#include <string>

#include "workflow/compiler.h"
#include "workflow/definition.h"
#include "workflow/yaml.h"

namespace {

/// A workflow of `tasks` commands in groups of ten.
std::string workflow_text(int tasks) {
  std::string text = "timezone: UTC\n";
  for (int i = 0; i < tasks; ++i) {
    if (i % 10 == 0) text += "+group" + std::to_string(i) + ":\n  _export: {n: 1}\n";
    text += "  +task" + std::to_string(i) + ":\n    sh>: echo ${n} ${session_date}\n";
  }
  return text;
}

void read_yaml(benchmark::State& state) {
  const std::string text = workflow_text(900);
  for (auto _ : state) benchmark::DoNotOptimize(mogura::workflow::parse_yaml(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void compile(benchmark::State& state) {
  const auto tasks = static_cast<int>(state.range(0));
  const mogura::Value root = mogura::workflow::parse_yaml(workflow_text(tasks));
  const auto definition = mogura::workflow::make_definition(root.as_object(), "w");
  for (auto _ : state) {
    benchmark::DoNotOptimize(mogura::workflow::compile("", "+w", definition.config));
  }
  state.SetItemsProcessed(state.iterations() * tasks);
}

BENCHMARK(read_yaml);
BENCHMARK(compile)->Arg(100)->Arg(900);

}  // namespace
