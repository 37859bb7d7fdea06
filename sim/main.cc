// mogura_sim: tries one seed after another and prints the smallest run that breaks an invariant
// (docs/simulator.md).
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "sim/cluster.h"
#include "sim/engine_trial.h"

namespace mogura::sim {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::uint64_t kFirstSeed = 1;
// Lives of one attempt take so much less time than those of a cluster.
constexpr std::uint64_t kTrialsPerSeed = 20;

struct Options {
  bool history = false;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> seconds;
  std::uint64_t jobs = 1;
};

std::optional<Options> parse(std::vector<std::string_view> words) {
  Options options;
  options.history = std::erase(words, "--history") > 0;
  for (std::size_t at = 0; at + 1 < words.size(); at += 2) {
    std::uint64_t number = 0;
    const std::string_view text = words[at + 1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (words[at] == "--seed") {
      options.seed = number;
    } else if (words[at] == "--seconds") {
      options.seconds = number;
    } else if (words[at] == "--jobs" && number > 0) {
      options.jobs = number;
    } else {
      return std::nullopt;
    }
  }
  if (words.size() % 2 != 0 || (!options.seed && !options.seconds)) return std::nullopt;
  if (options.history && !options.seed) return std::nullopt;
  return options;
}

/// What is wrong with a seed, as small as it can be made; absent: nothing.
std::optional<std::string> try_seed(std::uint64_t seed) {
  for (std::uint64_t i = 0; i < kTrialsPerSeed; ++i) {
    const Trial trial = random_trial(seed * kTrialsPerSeed + i);
    if (!run_trial(trial)) continue;
    const Trial smallest = shrink(trial);
    return describe(smallest, *run_trial(smallest));
  }
  const Scenario scenario{.seed = seed, .spared_attempts = {}, .spared_faults = {}};
  if (!run_cluster(scenario).problem) return std::nullopt;
  return describe(shrink(scenario));
}

// The seed that a thread tries, for whoever finds the remains of it.
thread_local volatile std::uint64_t current_seed = 0;

extern "C" void tell_seed(int signal) {
  char text[64];
  const auto end = fmt::format_to_n(text, sizeof text, "mogura_sim: died of seed {}\n",
                                    std::uint64_t{current_seed});
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, end.size);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

struct Tally {
  std::atomic<std::uint64_t> next_seed;
  std::atomic<std::uint64_t> passed = 0;
  std::atomic<std::uint64_t> failed = 0;
  Mutex output;
};

void work(const Options& options, SteadyClock::time_point end, Tally& tally) {
  do {
    const std::uint64_t seed = tally.next_seed++;
    current_seed = seed;
    if (const auto problem = try_seed(seed)) {
      ++tally.failed;
      MutexLock lock(tally.output);
      std::printf("FAILED seed %llu: mogura_sim --seed %llu\n%s\n",
                  static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed),
                  problem->c_str());
      std::fflush(stdout);
      return;
    }
    ++tally.passed;
  } while (options.seconds && SteadyClock::now() < end && tally.failed == 0);
}

int run(const Options& options) {
  for (const int signal : {SIGABRT, SIGSEGV}) std::signal(signal, tell_seed);
  if (options.history) {
    const Scenario scenario{.seed = *options.seed, .spared_attempts = {}, .spared_faults = {}};
    std::fputs(describe(scenario).c_str(), stdout);
  }
  Tally tally{.next_seed = options.seed.value_or(kFirstSeed)};
  const auto end = SteadyClock::now() + std::chrono::seconds(options.seconds.value_or(0));
  std::vector<std::thread> threads;
  const std::uint64_t jobs = options.seconds ? options.jobs : 1;
  for (std::uint64_t i = 0; i < jobs; ++i) {
    threads.emplace_back([&] { work(options, end, tally); });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(tally.passed),
              static_cast<unsigned long long>(tally.failed));
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mogura::sim

int main(int argc, char** argv) {
  const auto options = mogura::sim::parse({argv + 1, argv + argc});
  if (!options) {
    std::fputs(
        "usage: mogura_sim --seed S [--history]               one seed, and what happens with it\n"
        "       mogura_sim --seconds N [--seed S] [--jobs J]  seeds from S on, for so long\n",
        stderr);
    return 2;
  }
  return mogura::sim::run(*options);
}
