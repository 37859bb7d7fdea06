#include "workflow/task_pattern.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "workflow/test_files.h"
#include "workflow/yaml.h"

namespace mogura::workflow {
namespace {

TaskTree sample_tree() {
  return compile("", "+main",
                 parse_yaml("+a: {+step: {echo>: x}}\n"
                            "+g:\n"
                            "  _parallel: {limit: 2}\n"
                            "  +x: {echo>: x}\n"
                            "  +y: {echo>: y}\n"
                            "  +mystep: {+p: {echo>: p}, +q: {echo>: q}}\n"
                            "  +z: {echo>: z}\n"
                            "+last: {echo>: z}\n")
                     .as_object());
}

std::string found_name(const TaskTree& tree, std::string_view pattern) {
  return tree.tasks[find_task(tree, pattern)].full_name;
}

std::string find_error(std::string_view pattern) {
  return error_of([&] { find_task(sample_tree(), pattern); });
}

TEST(FindTaskTest, MatchesTheEndOfFullNames) {
  const TaskTree tree = sample_tree();
  EXPECT_EQ(found_name(tree, "+last"), "+main+last");
  EXPECT_EQ(found_name(tree, "+a+step"), "+main+a+step");
  EXPECT_EQ(found_name(tree, "+step"), "+main+a+step");
  EXPECT_EQ(found_name(tree, "ystep"), "+main+g+mystep");
  EXPECT_EQ(found_name(tree, "+main"), "+main");
  EXPECT_EQ(found_name(tree, "+main+g"), "+main+g");
}

TEST(FindTaskTest, ExactlyOneTaskMustMatch) {
  EXPECT_EQ(find_error("+nope"), "Task pattern '+nope' doesn't match with any tasks. (no match)");
  EXPECT_EQ(find_error("step"),
            "Task pattern 'step' is ambiguous. Matching candidates are [+main+a+step, "
            "+main+g+mystep] (multiple task match)");
}

TEST(FindTaskTest, PiecesHaveMoreThanOneCharacter) {
  for (const char* pattern : {"a", "+", "+a+", "^", "a+b", "+a/", "日"}) {
    EXPECT_EQ(find_error(pattern),
              fmt::format("Match patterns excepting direct child (+name+name) is not supported: "
                          "{} (syntax)",
                          pattern));
  }
}

TEST(ExtractSubtreeTest, HangsTheTaskBelowTheRoot) {
  const TaskTree tree = sample_tree();
  const TaskTree part = extract_subtree(tree, find_task(tree, "+g"));
  ASSERT_EQ(part.tasks.size(), 8u);
  EXPECT_EQ(part.tasks[0].full_name, "+main");
  EXPECT_EQ(part.tasks[1].full_name, "+main+g");
  EXPECT_EQ(part.tasks[1].parent, 0u);
  EXPECT_EQ(part.tasks[1].upstreams, kNoUpstreams);
  EXPECT_EQ(part.tasks[5].full_name, "+main+g+mystep+p");
  EXPECT_EQ(part.tasks[5].parent, 4u);
  EXPECT_EQ(part.upstreams[part.tasks[6].upstreams], std::vector<TaskPosition>{5});
  EXPECT_EQ(part.upstreams[part.tasks[4].upstreams], (std::vector<TaskPosition>{2, 3}));
  EXPECT_EQ(part.tasks[4].upstreams, part.tasks[7].upstreams);
  EXPECT_EQ(part.upstreams.size(), 2u);
}

TEST(ExtractSubtreeTest, OfTheRootIsTheTree) {
  const TaskTree tree = sample_tree();
  EXPECT_EQ(extract_subtree(tree, 0).tasks.size(), tree.tasks.size());
}

TEST(ExtractSubtreeTest, PatternsSeeTheTaskWhereItHangs) {
  const TaskTree tree = sample_tree();
  const TaskTree part = extract_subtree(tree, find_task(tree, "+mystep"));
  EXPECT_EQ(found_name(part, "+main+mystep"), "+main+g+mystep");
  EXPECT_EQ(found_name(part, "+mystep+q"), "+main+g+mystep+q");
  EXPECT_EQ(error_of([&] { find_task(part, "+g+mystep"); }),
            "Task pattern '+g+mystep' doesn't match with any tasks. (no match)");
}

}  // namespace
}  // namespace mogura::workflow
