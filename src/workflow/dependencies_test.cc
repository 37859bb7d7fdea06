#include "workflow/dependencies.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "value/json.h"
#include "workflow/test_files.h"
#include "workflow/yaml.h"

namespace mogura::workflow {
namespace {

using testing::HasSubstr;

// What the children of the group wait for: "b<a d<a,c".
std::string upstreams_in(std::string_view group) {
  const TaskTree tree = compile("", "+w", parse_yaml(group).as_object());
  std::string text;
  for (const TaskNode& task : tree.tasks) {
    if (task.upstreams == kNoUpstreams) continue;
    std::vector<std::string_view> names;
    for (TaskPosition position : tree.upstreams[task.upstreams]) {
      names.push_back(tree.tasks[position].name().substr(1));
    }
    text += fmt::format("{}{}<{}", text.empty() ? "" : " ", task.name().substr(1),
                        fmt::join(names, ","));
  }
  return text;
}

struct DependencyExample {
  std::string group;
  std::string upstreams;
};

class DependenciesTest : public testing::TestWithParam<DependencyExample> {};

TEST_P(DependenciesTest, ConnectSiblings) {
  EXPECT_EQ(upstreams_in(GetParam().group), GetParam().upstreams);
}

constexpr const char* kFive = "+a: {}\n+b: {}\n+c: {}\n+d: {}\n+e: {}\n";
std::string five(std::string_view parallel) {
  return fmt::format("{}\n{}", parallel, kFive);
}

INSTANTIATE_TEST_SUITE_P(
    Sequential, DependenciesTest,
    testing::Values(
        DependencyExample{"{}", ""}, DependencyExample{five(""), "b<a c<b d<c e<d"},
        DependencyExample{five("_parallel: false"), "b<a c<b d<c e<d"},
        DependencyExample{five("_parallel: 'false'"), "b<a c<b d<c e<d"},
        DependencyExample{five("_parallel: ''"), "b<a c<b d<c e<d"},
        DependencyExample{"+a: {}\n+b: {_background: true}\n+c: {}", "c<a,b"},
        DependencyExample{"+a: {}\n+b: {}\n+c: {_background: true}\n+d: {}", "b<a d<b,c"},
        DependencyExample{"+a: {}\n+b: {_background: true}\n+c: {_background: 'true'}\n+d: {}\n"
                          "+e: {}",
                          "d<a,b,c e<d"},
        DependencyExample{"+a: {_background: true}\n+b: {_background: }\n", "b<a"}));

INSTANTIATE_TEST_SUITE_P(
    Parallel, DependenciesTest,
    testing::Values(
        DependencyExample{five("_parallel: true"), ""},
        DependencyExample{five("_parallel: 'true'"), ""},
        DependencyExample{five("_parallel: {limit: 2}"), "c<a,b d<a,b e<c,d"},
        DependencyExample{five("_parallel: {limit: '1'}"), "b<a c<b d<c e<d"},
        DependencyExample{five("_parallel: {limit: 0}"), ""},
        DependencyExample{five("_parallel: {limit: -3}"), ""},
        DependencyExample{five("_parallel: {limit: 2147483647}"), ""},
        DependencyExample{"_parallel: true\n+a: {}\n+b: {_after: }\n+c: {_after: [+b, +a, +b]}\n"
                          "+d: {_after: []}",
                          "c<a,b"},
        DependencyExample{"_parallel: {limit: 2}\n+a: {}\n+b: {}\n+c: {}\n+d: {_after: [+c, +a]}",
                          "c<a,b d<a,b,c"},
        DependencyExample{"_parallel: true\n+a: {_background: false}", ""}));

struct DependencyErrorExample {
  std::string group;
  std::string error;
};

class DependencyErrorTest : public testing::TestWithParam<DependencyErrorExample> {};

TEST_P(DependencyErrorTest, HasDigdagsText) {
  EXPECT_EQ(error_of([&] { upstreams_in(GetParam().group); }), GetParam().error + " (config)");
}

INSTANTIATE_TEST_SUITE_P(
    Errors, DependencyErrorTest,
    testing::Values(
        DependencyErrorExample{"_parallel: {}", "Parameter 'limit' is required but not set"},
        DependencyErrorExample{"_parallel: 2", "Invalid _parallel format: 2"},
        DependencyErrorExample{"_parallel: [1]", "Invalid _parallel format: [1]"},
        DependencyErrorExample{"_parallel: ", "Invalid _parallel format: null"},
        DependencyErrorExample{"_parallel: ${p}",
                               "Expected 'true' or 'false' for key '_parallel' but got \"${p}\" "
                               "(string)"},
        DependencyErrorExample{"+a: {}\n+b: {_after: }",
                               "Setting \"_after\" option is invalid if its parent task doesn't "
                               "have \"_parallel: true\" option"},
        DependencyErrorExample{"_parallel: true\n+a: {_background: true}",
                               "Setting \"_background: true\" option is invalid (unnecessary) if "
                               "its parent task has \"_parallel: true\" option"},
        DependencyErrorExample{"_parallel: true\n+a: {_after: [+b]}\n+b: {}",
                               "Dependency task '+b' does not exist"},
        DependencyErrorExample{"_parallel: true\n+a: {}\n+b: {_after: [a]}",
                               "Dependency task 'a' does not exist"},
        DependencyErrorExample{"_parallel: true\n+a: {}\n+b: {_after: +a}",
                               "Expected array type for key '_after' but got \"+a\" (string)"}));

TEST(DependenciesTest, TakeTheirKeysOutOfTheConfig) {
  const TaskTree sequential =
      compile("", "+w", parse_yaml("+a: {_background: true, echo>: x}").as_object());
  EXPECT_EQ(value::to_json(Value(sequential.tasks[1].config)), R"({"echo>":"x"})");
  const TaskTree parallel = compile(
      "", "+w", parse_yaml("_parallel: true\n+a: {_after: [], _background: false}").as_object());
  EXPECT_EQ(value::to_json(Value(parallel.tasks[1].config)), R"({"_background":false})");
}

TEST(DependenciesTest, AChunkSharesOneSet) {
  const TaskTree tree = compile("", "+w", parse_yaml(five("_parallel: {limit: 2}")).as_object());
  EXPECT_EQ(tree.upstreams.size(), 2u);
  EXPECT_EQ(tree.tasks[3].upstreams, tree.tasks[4].upstreams);
}

TEST(DependenciesTest, RefuseSetsThatMultiply) {
  Object group{{"_parallel", Object{{"limit", 10'000}}}};
  for (int i = 0; i < 10'000; ++i) group.set(fmt::format("+a{}", i), Object());
  for (int i = 0; i < 10'000; ++i) {
    group.set(fmt::format("+b{}", i), Object{{"_after", Array{"+a0"}}});
  }
  EXPECT_THAT(error_of([&] { compile("", "+w", group); }),
              HasSubstr("Tasks wait for more than 8000000 others in total"));
}

}  // namespace
}  // namespace mogura::workflow
