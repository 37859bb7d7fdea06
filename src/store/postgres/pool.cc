#include "store/postgres/pool.h"

#include <algorithm>

namespace mogura::store::postgres {
namespace {

using std::chrono::milliseconds;

// After a failed connect the next one waits so long, doubled each time.
constexpr milliseconds kFirstBackOff{100};
constexpr milliseconds kLongestBackOff{5'000};

}  // namespace

Pool::Pool(Options options) : options_(std::move(options)) {
  auto first = std::make_unique<Connection>(options_);
  MutexLock lock(mutex_);
  open_ = 1;
  idle_.push_back({std::move(first), Clock::now()});
}

std::size_t Pool::open_connections() {
  MutexLock lock(mutex_);
  return open_;
}

std::unique_ptr<Connection> Pool::take_idle() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back().connection);
    idle_.pop_back();
    if (connection->seems_alive()) return connection;
    --open_;
  }
  return nullptr;
}

std::unique_ptr<Connection> Pool::take() {
  const auto timeout = Clock::now() + options_.connection_timeout;
  while (true) {
    {
      MutexLock lock(mutex_);
      while (true) {
        if (auto connection = take_idle()) return connection;
        const auto now = Clock::now();
        const bool full = open_ >= options_.maximum_pool_size;
        if (!full && now >= next_try_) break;
        auto deadline = timeout;
        if (out_of_reach_since_) deadline = std::min(deadline, *out_of_reach_since_ + kPatience);
        if (now >= deadline) give_up();
        changed_.wait_until(mutex_, full ? deadline : std::min(deadline, next_try_));
      }
      ++open_;
      next_try_ = Clock::now() + back_off_;  // others wait for what becomes of this one
    }
    if (auto connection = open()) return connection;
  }
}

void Pool::give_up() const {
  if (out_of_reach_since_) throw Error("database", "PostgreSQL is out of reach: " + problem_);
  throw Error("database", "No connection to PostgreSQL within " +
                              std::to_string(options_.connection_timeout.count()) +
                              " seconds: all connections are in use");
}

std::unique_ptr<Connection> Pool::open() {
  std::unique_ptr<Connection> connection;
  std::string problem;
  try {
    connection = std::make_unique<Connection>(options_);
  } catch (const Error& error) {
    problem = error.message();
  }
  MutexLock lock(mutex_);
  if (connection != nullptr) {
    back_off_ = {};
    next_try_ = {};
    out_of_reach_since_.reset();
  } else {
    --open_;
    back_off_ = std::clamp<Clock::duration>(2 * back_off_, kFirstBackOff, kLongestBackOff);
    next_try_ = Clock::now() + back_off_;
    if (!out_of_reach_since_) out_of_reach_since_ = Clock::now();
    problem_ = problem;
  }
  changed_.notify_all();
  return connection;
}

std::vector<Pool::Idle> Pool::take_idle_too_long() {
  std::vector<Idle> old;
  if (options_.idle_timeout.count() == 0) return old;
  const auto limit = Clock::now() - options_.idle_timeout;
  while (!idle_.empty() && idle_.front().since < limit && open_ > options_.minimum_pool_size) {
    old.push_back(std::move(idle_.front()));
    idle_.erase(idle_.begin());
    --open_;
  }
  return old;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  std::vector<Idle> closed_outside_of_the_lock;
  {
    MutexLock lock(mutex_);
    if (connection->is_broken()) {
      --open_;
    } else {
      idle_.push_back({std::move(connection), Clock::now()});
    }
    closed_outside_of_the_lock = take_idle_too_long();
  }
  changed_.notify_one();
}

}  // namespace mogura::store::postgres
