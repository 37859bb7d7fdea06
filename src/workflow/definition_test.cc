#include "workflow/definition.h"

#include <gtest/gtest.h>

#include "value/json.h"
#include "workflow/test_files.h"
#include "workflow/yaml.h"

namespace mogura::workflow {
namespace {

Definition defined(std::string_view yaml, const std::string& name = "w") {
  return make_definition(parse_yaml(yaml).as_object(), name);
}

std::string config_of(std::string_view yaml, const std::string& name = "w") {
  return value::to_json(Value(defined(yaml, name).config));
}

std::string definition_error(std::string_view yaml, const std::string& name = "w") {
  return error_of([&] { defined(yaml, name); });
}

TEST(DefinitionTest, PutsSectionsBeforeTasks) {
  EXPECT_EQ(config_of("+b: {}\n_parallel: true\n_retry: 1\n_check: {}\n_error: {}\nsla: {}\n"
                      "+a: {}\nschedule: {}\ntimezone: UTC\n_export: {x: 1}\n"),
            R"({"_export":{"x":1},"schedule":{},"sla":{},"_error":{},"_check":{},"_retry":1,)"
            R"("_parallel":true,"+b":{},"+a":{}})");
}

TEST(DefinitionTest, LeavesOutAnEmptyExport) {
  EXPECT_EQ(config_of("_export: {}\n+a: {}"), R"({"+a":{}})");
  EXPECT_EQ(config_of("_export:\n+a: {}"), R"({"+a":{}})");
  EXPECT_EQ(config_of("{}"), "{}");
}

TEST(DefinitionTest, KnowsTheTimezone) {
  EXPECT_EQ(defined("{}").timezone, "UTC");
  EXPECT_EQ(defined("timezone:").timezone, "UTC");
  EXPECT_EQ(defined("timezone: Asia/Tokyo").timezone, "Asia/Tokyo");
  EXPECT_EQ(defined("timezone: +09:00").timezone, "+09:00");
  EXPECT_EQ(defined("timezone: GMT+9").timezone, "GMT+09:00");
}

TEST(DefinitionTest, OfADirectoryWorksThere) {
  EXPECT_EQ(config_of("+a: {}", "jobs/daily"), R"({"_export":{"_workdir":"jobs"},"+a":{}})");
  EXPECT_EQ(config_of("_export: {_workdir: x, y: 1}", "a/b/daily"),
            R"({"_export":{"_workdir":"a/b/x","y":1}})");
}

struct DefinitionErrorExample {
  std::string yaml;
  std::string error;
};

class DefinitionErrorTest : public testing::TestWithParam<DefinitionErrorExample> {};

TEST_P(DefinitionErrorTest, HasDigdagsText) {
  EXPECT_EQ(definition_error(GetParam().yaml), GetParam().error);
}

constexpr std::string_view kZoneType =
    "Expected [reference type, class com.google.common.base.Optional<java.time.ZoneId>"
    "<[simple type, class java.time.ZoneId]>] for key 'timezone' but got ";

INSTANTIATE_TEST_SUITE_P(
    Errors, DefinitionErrorTest,
    testing::Values(
        DefinitionErrorExample{"timezone: JST\n_export: 1",
                               std::string(kZoneType) +
                                   "\"JST\" (string) (config)\n"
                                   "> Unknown time zone name: JST (json mapping)\n"
                                   "> Unknown time-zone ID: JST (zone rules)"},
        DefinitionErrorExample{"timezone: 9 o'clock",
                               std::string(kZoneType) +
                                   "\"9 o'clock\" (string) (config)\n"
                                   "> Unknown time zone name: 9 o'clock (json mapping)\n"
                                   "> Invalid ID for region-based ZoneId, invalid format: 9 "
                                   "o'clock (date time)"},
        DefinitionErrorExample{"timezone: 9", std::string(kZoneType) + "9 (number) (config)"},
        DefinitionErrorExample{"_export: text\nsla:",
                               "Parameter '_export' must be an object (config)"},
        DefinitionErrorExample{"+a:\nsla:", "Parameter 'sla' is required but null (config)"},
        DefinitionErrorExample{"_parallel:", "Parameter '_parallel' is required but null (config)"},
        DefinitionErrorExample{"foo: 1\n+a:", "Parameter '+a' is required but null (config)"},
        DefinitionErrorExample{"foo: 1\nsh>: x\n+a/b: {}\nmeta: {}",
                               "Workflow 'w' includes unknown keys: [foo, sh>, meta] (config)"},
        DefinitionErrorExample{"+1: {}", "Workflow 'w' includes unknown keys: [1] (config)"},
        DefinitionErrorExample{"+a/b: {}\n+c: {}\n+d^e: {}",
                               "Validating workflow failed\n"
                               "task name must not contain character '/': \"+a/b\"\n"
                               "task name must not contain ^ character: \"+d^e\" "
                               "(model validation)"}));

TEST(DefinitionTest, ChecksItsOwnName) {
  EXPECT_EQ(definition_error("+a/b: {}", "1w"),
            "Validating workflow failed\n"
            "task name must not contain character '/': \"+a/b\"\n"
            "name must not start with a numeric digit (0-9): \"1w\" (model validation)");
}

TEST(DefinitionTest, IsLoadedFromAFile) {
  TestFiles files;
  const auto path = files.write("w.dig", "!include : tasks.dig\n");
  files.write("tasks.dig", "+a: {echo>: x}\n");
  const Definition definition = load_definition(path, "w");
  EXPECT_EQ(definition.name, "w");
  EXPECT_EQ(value::to_json(Value(definition.config)), R"({"+a":{"echo>":"x"}})");
}

}  // namespace
}  // namespace mogura::workflow
