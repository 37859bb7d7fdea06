// loop>, for_each> and for_range>.
#include <gtest/gtest.h>

#include <chrono>

#include "operators/operator_test_kit.h"

namespace mogura::operators {
namespace {

class FanOutTest : public OperatorTest {
 protected:
  /// The children's names and exports, without `_do`: "+loop-0{"i":0} +loop-1{"i":1}".
  std::string children(std::string_view local_json) {
    const auto outcome = run(local_json);
    const auto* done = std::get_if<Done>(&outcome);
    if (done == nullptr) return message(outcome);
    std::string text;
    for (const auto& [name, child] : done->result.subtask_config) {
      const Value* exported = child.is_object() ? child.as_object().find("_export") : &child;
      text += (text.empty() ? "" : " ") + name + value::to_json(*exported);
    }
    return text;
  }
};

TEST_F(FanOutTest, LoopCountsFromZero) {
  EXPECT_EQ(subtasks(run(R"({"loop>": 2, "_do": {"echo>": "${i}"}})")),
            R"({"+loop-0":{"echo>":"${i}","_export":{"i":0}},)"
            R"("+loop-1":{"echo>":"${i}","_export":{"i":1}}})");
}

TEST_F(FanOutTest, LoopReadsItsCount) {
  const struct {
    std::string keys;
    std::string children;
  } cases[] = {
      {R"("loop>": " 2 ")", R"(+loop-0{"i":0} +loop-1{"i":1})"},
      {R"("loop>": 1.9)", R"(+loop-0{"i":0})"},
      {R"("loop>": 0)", ""},
      {R"("loop>": -2)", ""},
      {R"("loop>": "null")", ""},
      {R"("loop>": 5, "count": 1)", R"(+loop-0{"i":0})"},
      {R"("loop>": "abc")",
       R"(Expected integer (int) type for key '_command' but got "abc" (string) (config))"},
      {R"("loop>": "abc", "count": 1)",
       R"(Expected integer (int) type for key '_command' but got "abc" (string) (config))"},
      {R"("loop>": 99999999999)",
       "Expected integer (int) type for key '_command' but got 99999999999 (number) (config)"},
      {R"("loop>": 1001)", "Too many loop subtasks. Limit: 1000 (config)"},
      {R"("loop>": null)", "Parameter '_command' is required but not set (config)"},
  };
  for (const auto& [keys, expected] : cases) {
    EXPECT_EQ(children("{" + keys + R"(, "_do": {"echo>": "x"}})"), expected) << keys;
  }
}

TEST_F(FanOutTest, NeedsABlock) {
  for (const std::string command :
       {R"("loop>": 2)", R"("for_each>": {"a": [1]})", R"("for_range>": {"from": 0})"}) {
    EXPECT_EQ(children("{" + command + "}"), "Parameter '_do' is required but not set (config)");
    EXPECT_EQ(children("{" + command + R"(, "_do": "text"})"),
              "Parameter '_do' must be an object (config)");
  }
}

TEST_F(FanOutTest, GivesItsVariablesMoreWeightThanTheBlocksExports) {
  EXPECT_EQ(children(R"({"for_each>": {"v": [1]}, "_do": {"_export": {"v": "b", "w": "b"}}})"),
            R"(+for-0=v=0=1{"v":1,"w":"b"})");
}

TEST_F(FanOutTest, HandsItsParallelismOn) {
  const auto parallel = [&](const std::string& value) {
    const auto outcome = run(R"({"loop>": 1, "_do": {}, "_parallel": )" + value + "}");
    const auto* done = std::get_if<Done>(&outcome);
    if (done == nullptr) return message(outcome);
    const Value* generated = done->result.subtask_config.find("_parallel");
    return generated == nullptr ? "none" : value::to_json(*generated);
  };
  EXPECT_EQ(parallel("true"), "true");
  EXPECT_EQ(parallel("false"), "none");
  EXPECT_EQ(parallel(R"("${1 > 0}")"), "true");
  EXPECT_EQ(parallel(R"("False")"), "none");
  EXPECT_EQ(parallel(R"({"limit": 2})"), R"({"limit":2})");
  EXPECT_EQ(parallel("5"), "Invalid _parallel format: 5 (config)");
  EXPECT_EQ(parallel("[true]"), "Invalid _parallel format: [true] (config)");
  EXPECT_EQ(parallel(R"("maybe")"),
            R"(Expected 'true' or 'false' for key '_parallel' but got "maybe" (string) (config))");
}

TEST_F(FanOutTest, ForEachCombinesItsLists) {
  const struct {
    std::string command;
    std::string children;
  } cases[] = {
      {R"({"a": [1, 2], "b": ["x", "y"]})",
       R"(+for-0=a=0=1&1=b=0=x{"a":1,"b":"x"} +for-0=a=0=1&1=b=1=y{"a":1,"b":"y"} )"
       R"(+for-0=a=1=2&1=b=0=x{"a":2,"b":"x"} +for-0=a=1=2&1=b=1=y{"a":2,"b":"y"})"},
      {R"("{\"v\": [1]}")", R"(+for-0=v=0=1{"v":1})"},
      {R"({"v": "[3,4] rest"})", R"(+for-0=v=0=3{"v":3} +for-0=v=1=4{"v":4})"},
      {R"({"v": [null, true, {"k": 1}, [3], 2.50]})",
       R"(+for-0=v=0=null{"v":null} +for-0=v=1=true{"v":true} )"
       R"(+for-0=v=2=%7B%22k%22%3A1%7D{"v":{"k":1}} +for-0=v=3=%5B3%5D{"v":[3]} )"
       R"(+for-0=v=4=2.5{"v":2.5})"},
      {R"({"long name": ["a b+c!?|~", "123456789"]})",
       R"(+for-0=long%20nam=0=a%20b%2Bc%21%3F%7C{"long name":"a b+c!?|~"} )"
       R"(+for-0=long%20nam=1=12345678{"long name":"123456789"})"},
      {R"({"v": ["é", "1234567𝄞", "a.b-c*d_"]})",
       R"(+for-0=v=0=%C3%A9{"v":"é"} +for-0=v=1=1234567%3F{"v":"1234567𝄞"} )"
       R"(+for-0=v=2=a.b-c*d_{"v":"a.b-c*d_"})"},
      {"{}", ""},
      {R"({"a": []})", ""},
      {R"({"a": [1], "b": []})", ""},
      {R"({"a": [], "b": [1, 2]})", R"(+for-1=b=0=1{"b":1} +for-1=b=1=2{"b":2})"},
  };
  for (const auto& [command, expected] : cases) {
    EXPECT_EQ(children(R"({"for_each>": )" + command + R"(, "_do": {}})"), expected) << command;
  }
}

TEST_F(FanOutTest, ForEachRefusesWhatIsNoList) {
  const struct {
    std::string command;
    std::string message;
  } cases[] = {
      {R"({"v": 5})", "Expected array type for key 'v' but got 5 (number) (config)"},
      {R"({"v": ""})", "Expected array type for key 'v' but got  (MISSING) (config)"},
      {R"([1, 2])", "Parameter '_command' must be an object (config)"},
      {"null", "Parameter '_command' is required but not set (config)"},
  };
  for (const auto& [command, expected] : cases) {
    EXPECT_EQ(children(R"({"for_each>": )" + command + R"(, "_do": {}})"), expected) << command;
  }
}

TEST_F(FanOutTest, ForEachLimitsTheProduct) {
  environment.max_tasks = 6;
  EXPECT_NE(children(R"({"for_each>": {"a": [1, 2], "b": [1, 2, 3]}, "_do": {}})"), "");
  const std::string too_many = "Too many for_each subtasks. Limit: 6 (config)";
  EXPECT_EQ(children(R"({"for_each>": {"a": [1,2], "b": [1,2], "c": [1,2]}, "_do": {}})"),
            too_many);
  EXPECT_EQ(children(R"({"for_each>": {"a": [1,2,3,4,5,6,7], "b": []}, "_do": {}})"), too_many);
}

TEST_F(FanOutTest, ForRangeCutsItsRange) {
  const struct {
    std::string command;
    std::string children;
  } cases[] = {
      {R"({"from": 10, "to": 25, "step": 10})",
       R"(+range-from=10&to=20{"range":{"from":10,"to":20,"index":0}} )"
       R"(+range-from=20&to=25{"range":{"from":20,"to":25,"index":1}})"},
      {R"({"from": 1, "to": "8", "slices": 3})",
       R"(+range-from=1&to=4{"range":{"from":1,"to":4,"index":0}} )"
       R"(+range-from=4&to=7{"range":{"from":4,"to":7,"index":1}} )"
       R"(+range-from=7&to=8{"range":{"from":7,"to":8,"index":2}})"},
      {R"("{\"from\": 0, \"to\": 1, \"slices\": 5}")",
       R"(+range-from=0&to=1{"range":{"from":0,"to":1,"index":0}})"},
      {R"({"from": 5, "to": 5, "step": 1})", ""},
      {R"({"from": 5, "to": -5, "slices": 2})", ""},
      {R"({"from": -9223372036854775808, "to": 9223372036854775807, "slices": 1})",
       R"(+range-from=-9223372036854775808&to=9223372036854775807)"
       R"({"range":{"from":-9223372036854775808,"to":9223372036854775807,"index":0}})"},
      {R"({"from": 9223372036854775800, "to": 9223372036854775807, "step": 5})",
       R"(+range-from=9223372036854775800&to=9223372036854775805)"
       R"({"range":{"from":9223372036854775800,"to":9223372036854775805,"index":0}} )"
       R"(+range-from=9223372036854775805&to=9223372036854775807)"
       R"({"range":{"from":9223372036854775805,"to":9223372036854775807,"index":1}})"},
      {R"({"from": 1, "to": 8, "slices": 3, "step": 2})",
       "Setting both step and slices options to for_range is invalid (config)"},
      {R"({"from": 1, "to": 8})", "step or slices option is required for for_range (config)"},
      {R"({"from": 1, "to": 8, "step": 0})",
       "step option must be same or greater than 1 but got 0 (config)"},
      {R"({"from": 1, "to": 8, "slices": -1})",
       "slices option must be same or greater than 1 but got -1 (config)"},
      {R"({"to": 8, "slices": 1})", "Parameter 'from' is required but not set (config)"},
      {R"({"from": 0, "to": 1001, "step": 1})",
       "Too many for_range subtasks (1001). Limit: 1000 (config)"},
  };
  for (const auto& [command, expected] : cases) {
    EXPECT_EQ(children(R"({"for_range>": )" + command + R"(, "_do": {}})"), expected) << command;
  }
}

TEST_F(FanOutTest, SharesTheBlockBetweenChildren) {
  const auto outcome = run(R"({"loop>": 2, "_do": {"+a": {"echo>": "x"}}})");
  const Object& group = std::get<Done>(outcome).result.subtask_config;
  const Value* first = group.find("+loop-0")->as_object().find("+a");
  const Value* second = group.find("+loop-1")->as_object().find("+a");
  EXPECT_TRUE(first->same_as(*second));
}

TEST_F(FanOutTest, MakesAHundredThousandChildrenInSeconds) {
  environment.max_tasks = 100'000;
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = run(R"({"loop>": 100000, "_do": {"echo>": "x", "_export": {"a": 1}}})");
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(std::get<Done>(outcome).result.subtask_config.size(), 100'000u);
  EXPECT_LT(took, std::chrono::seconds(10));  // a quadratic way takes minutes
}

}  // namespace
}  // namespace mogura::operators
