#include "process/supervisor.h"
#include <gtest/gtest.h>
#include <future>
namespace mogura::process {
TEST(Supervisor, RunsAChild) {
  Supervisor s({});
  s.start();
  std::string out;
  std::promise<int> p;
  s.spawn(
      {.argv = {"sh", "-c", "seq 3; exit 4"}, .environment = {{"PATH", "/bin"}}, .directory = "/"},
      {[&](std::string_view t) { out += t; }, [&](int c) { p.set_value(c); }});
  EXPECT_EQ(p.get_future().get(), 4);
  EXPECT_EQ(out, "1\n2\n3\n");
}
}  // namespace mogura::process
