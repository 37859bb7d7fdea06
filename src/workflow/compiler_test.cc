#include "workflow/compiler.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "value/json.h"
#include "workflow/test_files.h"
#include "workflow/yaml.h"

namespace mogura::workflow {
namespace {

using testing::HasSubstr;

TaskTree compiled(std::string_view yaml) {
  return compile("", "+w", parse_yaml(yaml).as_object());
}

// One line per task: its full name, kind, parent and keys.
std::string shape_of(std::string_view yaml) {
  std::string text;
  for (const TaskNode& task : compiled(yaml).tasks) {
    text += fmt::format("{} {} {} {}\n", task.full_name,
                        task.kind == TaskKind::group ? "group" : "task",
                        task.parent == kNoTask ? "-" : fmt::format("{}", task.parent),
                        value::to_json(Value(task.config)));
  }
  return text;
}

std::string compile_error(std::string_view yaml) {
  return error_of([&] { compiled(yaml); });
}

TEST(CompilerTest, ListsTasksDepthFirst) {
  EXPECT_EQ(shape_of("_export: {x: 1}\n+a: {echo>: x}\n+b: {+c: {_type: }, +d: {}}\n+e: []\n"),
            "+w group - {\"_export\":{\"x\":1}}\n"
            "+w+a task 0 {\"echo>\":\"x\"}\n"
            "+w+b group 0 {}\n"
            "+w+b+c task 2 {\"_type\":null}\n"
            "+w+b+d group 2 {}\n"
            "+w+e group 0 {}\n");
}

TEST(CompilerTest, NamesTasksBelowTheGivenParent) {
  const TaskTree tree = compile("+w+t", "^sub", parse_yaml("+a: {echo>: x}").as_object());
  EXPECT_EQ(tree.tasks[0].full_name, "+w+t^sub");
  EXPECT_EQ(tree.tasks[0].name(), "^sub");
  EXPECT_EQ(tree.tasks[1].full_name, "+w+t^sub+a");
  EXPECT_EQ(tree.tasks[1].name(), "+a");
}

TEST(CompilerTest, LaysTheObjectsOfAListOverEachOther) {
  EXPECT_EQ(shape_of("+a: [{sh>: x}, {foo: 1}, {sh>: y}]"),
            "+w group - {}\n+w+a task 0 {\"sh>\":\"y\",\"foo\":1}\n");
}

TEST(CompilerTest, ADisabledTaskIsAnEmptyGroup) {
  const std::string disabled = "+w group - {}\n+w+a group 0 {\"_disable\":true}\n";
  EXPECT_EQ(shape_of("+a: {_disable: true, junk: 1, +b: }"), disabled);
  EXPECT_EQ(shape_of("+a: {_disable: 'true', echo>: x, sh>: y, _error: 1}"), disabled);
  EXPECT_EQ(shape_of("+a: {_disable: false, echo>: x}"),
            "+w group - {}\n+w+a task 0 {\"_disable\":false,\"echo>\":\"x\"}\n");
}

TEST(CompilerTest, AllowsTheKeysOfGroups) {
  EXPECT_EQ(compile_error("+g: {timezone: 1, schedule: 1, sla: 1, _parallel: true, _check: 1, "
                          "_retry: 1, _export: 1, _secrets: 1, _background: false, _error: {}}"),
            "");
}

TEST(CompilerTest, DoesNotLookIntoBlocksOfOperators) {
  EXPECT_EQ(compile_error("+a: {if>: x, _do: {junk: 1}, _check: {a>: 1, b>: 2}, _retry: x}"), "");
}

struct CompileErrorExample {
  std::string yaml;
  std::string error;
};

class CompileErrorTest : public testing::TestWithParam<CompileErrorExample> {};

TEST_P(CompileErrorTest, HasDigdagsText) {
  EXPECT_EQ(compile_error(GetParam().yaml), GetParam().error);
}

constexpr std::string_view kWrapped = "io.digdag.core.repository.ModelValidationException: ";

std::string wrapped(std::string_view text) {
  return std::string(kWrapped).append(text);
}

INSTANTIATE_TEST_SUITE_P(
    Structure, CompileErrorTest,
    testing::Values(
        CompileErrorExample{"+a: {+b: }",
                            "Parameter '+b' must be an object or array of objects (config)"},
        CompileErrorExample{"+a: text",
                            "Parameter '+a' must be an object or array of objects (config)"},
        CompileErrorExample{"+a: [{echo>: x}, text]",
                            "Expected object but got \"text\" (runtime json mapping)"},
        CompileErrorExample{"+a: {echo>: x, y: 1, +b: {echo>: y}}",
                            "A task can't have subtasks: {\"echo>\":\"x\",\"y\":1} (config)"},
        CompileErrorExample{"+a: {sh>: , echo>: y}",
                            "A task can't have more than one operator: "
                            "{\"sh>\":null,\"echo>\":\"y\"} (config)"},
        CompileErrorExample{"+a: {_type: x, sh>: 1}", ""},
        CompileErrorExample{"+a: {_disable: \"${x}\", junk: 1}",
                            "Expected 'true' or 'false' for key '_disable' but got \"${x}\" "
                            "(string) (config)"},
        CompileErrorExample{"+a/b: {+c: }",
                            "Parameter '+c' must be an object or array of objects (config)"}));

INSTANTIATE_TEST_SUITE_P(
    Names, CompileErrorTest,
    testing::Values(
        CompileErrorExample{"+a: {+b/c: {echo>: x}, +d e: {echo>: x}, junk: 1}",
                            wrapped("Validating workflow task failed\n"
                                    "name must not contain character '/': \"+b/c\" (config)")},
        CompileErrorExample{"+a: {parallel: true, +b: {echo>: y}}",
                            wrapped("Validating workflow failed\n+w+a contains invalid keys: "
                                    "'parallel' (did you mean [_parallel]?): "
                                    "\"{\"parallel\":true}\" (config)")},
        CompileErrorExample{"+a: {retry: 1, foo: 2}\n+b: {_disable: false}\n",
                            wrapped("Validating workflow failed\n+w+a contains invalid keys: "
                                    "'retry' (did you mean [_retry]?), 'foo': "
                                    "\"{\"retry\":1,\"foo\":2}\"\n+w+b contains invalid keys: "
                                    "'_disable': \"{\"_disable\":false}\" (config)")},
        CompileErrorExample{"+a: {_expor: {}}",
                            wrapped("Validating workflow failed\n+w+a contains invalid keys: "
                                    "'_expor' (did you mean [_error, _export]?): "
                                    "\"{\"_expor\":{}}\" (config)")}));

INSTANTIATE_TEST_SUITE_P(
    ErrorTasks, CompileErrorTest,
    testing::Values(
        CompileErrorExample{"_error: {message: x}",
                            wrapped("Validating workflow failed\n+w^error contains invalid keys: "
                                    "'message': \"{\"message\":\"x\"}\" (config)")},
        CompileErrorExample{"+a: {echo>: x, _error: {sh>: a, py>: b}}",
                            "A task can't have more than one operator: "
                            "{\"sh>\":\"a\",\"py>\":\"b\"} (config)"},
        CompileErrorExample{"+a: {echo>: x, _error: {+b: {_error: {+c: 1}}}}",
                            "Parameter '+c' must be an object or array of objects (config)"},
        CompileErrorExample{"+a: {echo>: x, _error: text}",
                            "Parameter '_error' must be an object (config)"},
        CompileErrorExample{"+a: {echo>: x, _error: }",
                            "Parameter '_error' must be an object (config)"},
        CompileErrorExample{"+a: {echo>: x, _error: {}}", ""}));

TEST(CompilerTest, TheWorkflowsNameIsATaskName) {
  EXPECT_EQ(error_of([] { compile("", "+my job", Object()); }),
            wrapped("Validating workflow task failed\n"
                    "name must not contain character ' ': \"+my job\" (config)"));
}

Value nested_groups(int levels) {
  Value value = Object{{"echo>", "x"}};
  for (int i = 0; i < levels; ++i) value = Object{{"+a", value}};
  return value;
}

TEST(CompilerLimitsTest, RefusesDeepNesting) {
  EXPECT_EQ(compile("", "+w", nested_groups(kMaxTaskDepth - 1).as_object()).tasks.size(),
            static_cast<std::size_t>(kMaxTaskDepth));
  EXPECT_EQ(error_of([] { compile("", "+w", nested_groups(kMaxTaskDepth).as_object()); }),
            "Tasks are nested deeper than 256 levels (config)");
}

TEST(CompilerLimitsTest, ErrorTasksCountAsNested) {
  Value value = Object{{"echo>", "x"}};
  for (int i = 0; i < kMaxTaskDepth; ++i) value = Object{{"echo>", "x"}, {"_error", value}};
  EXPECT_EQ(error_of([&] { compile("", "+w", value.as_object()); }),
            "Tasks are nested deeper than 256 levels (config)");
}

TEST(CompilerLimitsTest, RefusesFullNamesThatAddUp) {
  Object leaves;
  for (int i = 0; i < 10'000; ++i) leaves.set(fmt::format("+t{}", i), Object{{"echo>", "x"}});
  Value value = leaves;
  for (int i = 0; i < 150; ++i) value = Object{{"+" + std::string(250, 'x'), value}};
  EXPECT_THAT(error_of([&] { compile("", "+w", value.as_object()); }),
              HasSubstr("full names of the tasks are longer than 268435456 bytes"));
}

TEST(CompilerLimitsTest, ManySiblingsShareTheirConfig) {
  constexpr int kTasks = 20'000;
  const Value task = Object{{"echo>", "x"}, {"list", Array(1000)}};
  for (const Value& parallel : {Value(false), Value(Object{{"limit", 1000}})}) {
    Object config{{"_parallel", parallel}};
    for (int i = 0; i < kTasks; ++i) config.set(fmt::format("+t{}", i), task);
    const TaskTree tree = compile("", "+w", config);
    ASSERT_EQ(tree.tasks.size(), kTasks + 1u);
    EXPECT_TRUE(tree.tasks.back().config.find("list")->same_as(*task.as_object().find("list")));
    EXPECT_EQ(tree.upstreams.size(), parallel.is_object() ? 19u : kTasks - 1u);
  }
}

}  // namespace
}  // namespace mogura::workflow
