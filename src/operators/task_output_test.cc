#include "operators/task_output.h"

#include <gtest/gtest.h>

#include "operators/operator.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

TEST(TaskOutput, IsNamesWithTextAndJsonObjects) {
  const struct {
    std::string_view content;
    std::string_view json;
  } cases[] = {
      {"", "{}"},
      {"rows=12\n", R"({"rows":"12"})"},
      {"rows=12", R"({"rows":"12"})"},
      {"a=\nb= x = y \n", R"({"a":"","b":" x = y "})"},
      {"a=1\r\n\n  \nb=2\n", R"({"a":"1","b":"2"})"},
      {"a=1\na=2\n", R"({"a":"2"})"},
      {R"({"rows": 12, "o": {"l": [1, null]}})", R"({"rows":12,"o":{"l":[1,null]}})"},
      {"rows=12\n{\"rows\": 13, \"any key\": true}\n", R"({"rows":13,"any key":true})"},
      {"{}\n", "{}"},
      {"t=é 日本\n", R"({"t":"é 日本"})"},
  };
  for (const auto& [content, json] : cases) {
    EXPECT_EQ(value::to_json(parse_task_output(content)), json) << content;
  }
}

TEST(TaskOutput, OfAnotherFormShowsTheLine) {
  const struct {
    std::string content;
    std::string start;
  } cases[] = {
      {"hello\n", "Line 1 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: hello"},
      {"a=1\n\n=x\n", "Line 3 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: =x"},
      {"a b=1\n", "Line 1 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: a b=1"},
      {"1a=1\n", "Line 1 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: 1a=1"},
      {"[1]\n", "Line 1 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: [1]"},
      {"a=1\n{\"b\": \n", "Line 2 of $MOGURA_OUTPUT is no JSON object ("},
      {"{} x\n", "Line 1 of $MOGURA_OUTPUT is no JSON object ("},
      {"a=\xFF\n", "Line 1 of $MOGURA_OUTPUT is not UTF-8: a=\xEF\xBF\xBD"},
      {std::string(300, 'x'), "Line 1 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: " +
                                  std::string(200, 'x') + "..."},
  };
  for (const auto& [content, start] : cases) {
    try {
      parse_task_output(content);
      ADD_FAILURE() << "accepted: " << content;
    } catch (const TaskFailed& failure) {
      EXPECT_TRUE(failure.message().starts_with(start)) << failure.message();
    }
  }
}

}  // namespace
}  // namespace mogura::operators
