// The stores that the suite runs on, each fresh and empty.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "store/database.h"

namespace mogura::store::testing {

/// A store with what it lives in.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual Store& store() = 0;
};

/// A database with what it lives in.
class DatabaseBackend : public Backend {
 public:
  virtual Database& database() = 0;
  Store& store() override { return database(); }
};

template <class Kind>
struct Maker {
  std::string name;
  std::function<std::unique_ptr<Kind>()> make;
};
using StoreMaker = Maker<Backend>;
using DatabaseMaker = Maker<DatabaseBackend>;

/// All that have a whole database.
std::vector<DatabaseMaker> database_makers();
/// Those, and the memory store.
std::vector<StoreMaker> store_makers();

/// What GoogleTest prints of a parameter.
template <class Kind>
void PrintTo(const Maker<Kind>& maker, std::ostream* out) {
  *out << maker.name;
}

/// How GoogleTest names a test's parameter.
template <class Kind>
std::string name_of(const ::testing::TestParamInfo<Maker<Kind>>& info) {
  return info.param.name;
}

}  // namespace mogura::store::testing
