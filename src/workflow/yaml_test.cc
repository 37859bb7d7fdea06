#include "workflow/yaml.h"

#include <gtest/gtest.h>

#include "value/json.h"
#include "workflow/compiler.h"

namespace mogura::workflow {
namespace {
TEST(YamlTest, ReadsMappingsInOrder) {
  EXPECT_EQ(value::to_json(parse_yaml("b: 1\na: [x, 0.5, 1_000]\n")),
            R"({"b":1,"a":["x","0.5",1000]})");
}
}  // namespace
}  // namespace mogura::workflow
