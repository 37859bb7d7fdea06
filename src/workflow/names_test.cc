#include "workflow/names.h"

#include <gtest/gtest.h>

#include "workflow/test_files.h"

namespace mogura::workflow {
namespace {

struct NameExample {
  std::string name;
  std::string problem;  // empty where the name is good
};

class WorkflowNameTest : public testing::TestWithParam<NameExample> {};

TEST_P(WorkflowNameTest, IsChecked) {
  EXPECT_EQ(workflow_name_problem(GetParam().name).value_or(""), GetParam().problem);
}

constexpr const char* kSpecial = "must not include special symbols (+ ^ @ / \\ / : * ? \" < > |)";

INSTANTIATE_TEST_SUITE_P(
    Names, WorkflowNameTest,
    testing::Values(NameExample{"daily", ""}, NameExample{"a+b", ""}, NameExample{"my job", ""},
                    NameExample{"ワーク", ""}, NameExample{"jobs/daily", ""},
                    NameExample{"", "must not be blank"},
                    NameExample{"1a", "must not start with a numeric digit (0-9)"},
                    NameExample{"+a", kSpecial}, NameExample{"|a", kSpecial},
                    NameExample{"\\a", kSpecial}, NameExample{"a.dig", "must not end with .dig"},
                    NameExample{std::string(255, 'x'), ""},
                    NameExample{std::string(256, 'x'), "must not be longer than 255 characters"}));

TEST(WorkflowNameTest, IsAsLongAsItsUtf16) {
  std::string name;
  for (int i = 0; i < 127; ++i) name += "\U0001F600";
  EXPECT_EQ(workflow_name_problem(name + "x"), std::nullopt);
  EXPECT_NE(workflow_name_problem(name + "xy"), std::nullopt);
}

TEST(WorkflowNameTest, CheckThrowsTheModelsText) {
  EXPECT_EQ(error_of([] { check_workflow_name("1a"); }),
            "Validating workflow failed\n"
            "name must not start with a numeric digit (0-9): \"1a\" (model validation)");
  EXPECT_EQ(error_of([] { check_workflow_name("a"); }), "");
}

class TaskNameTest : public testing::TestWithParam<NameExample> {};

TEST_P(TaskNameTest, IsChecked) {
  EXPECT_EQ(task_name_problem(GetParam().name).value_or(""), GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(Names, TaskNameTest,
                         testing::Values(NameExample{"+a", ""}, NameExample{"+", ""},
                                         NameExample{"+1", ""}, NameExample{"^sub", ""},
                                         NameExample{"+a^b", ""},
                                         NameExample{"+a-b_c=d[e]{f}%g&h@i`j,k.l", ""},
                                         NameExample{"", "must not be blank"},
                                         NameExample{"1a", "must not start with a digit (0-9)"},
                                         NameExample{"a", "must start with '+' or '^'"},
                                         NameExample{"+a+b", "must not contain character '+'"},
                                         NameExample{"+a b", "must not contain character ' '"},
                                         NameExample{"+a${i}/", "must not contain character '$'"},
                                         NameExample{"+日本", "must not contain character '日'"},
                                         NameExample{"+" + std::string(254, 'x'), ""},
                                         NameExample{"+" + std::string(255, 'x'),
                                                     "must not be longer than 255 characters"}));

}  // namespace
}  // namespace mogura::workflow
