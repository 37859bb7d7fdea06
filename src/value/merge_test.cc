#include "value/merge.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "value/json.h"

namespace mogura::value {
namespace {

Object object_of_json(std::string_view json) {
  return parse_json(json).as_object();
}

template <class Act>
std::string applied(std::string_view target, Act act) {
  Object object = object_of_json(target);
  try {
    act(object);
  } catch (const ConfigError& error) {
    return error.message();
  }
  return to_json(object);
}

struct Merge {
  std::string target, other, merged, defaulted;
};

const Merge kMerges[] = {
    {R"({"a":1,"b":2})", R"({"b":3,"c":4,"a":5})", R"({"a":5,"b":3,"c":4})",
     R"({"a":1,"b":2,"c":4})"},
    {R"({"o":{"x":1,"y":2},"z":0})", R"({"o":{"y":3,"w":4}})", R"({"o":{"x":1,"y":3,"w":4},"z":0})",
     R"({"o":{"x":1,"y":2,"w":4},"z":0})"},
    {R"({"l":[1,2]})", R"({"l":[3]})", R"({"l":[3]})", R"({"l":[1,2]})"},
    {R"({"a":1})", R"({"a":null})", R"({"a":null})", R"({"a":1})"},
    {R"({"a":null})", R"({"a":{"b":1}})", R"({"a":{"b":1}})", R"({"a":null})"},
    {R"({"a":{"b":1}})", R"({"a":2})", R"({"a":2})", R"({"a":{"b":1}})"},
    {R"({})", R"({"a":{}})", R"({"a":{}})", R"({"a":{}})"},
};

TEST(Merge, DeepAndDefault) {
  for (const Merge& row : kMerges) {
    const Object other = object_of_json(row.other);
    EXPECT_EQ(applied(row.target, [&](Object& target) { deep_merge(target, other); }), row.merged);
    EXPECT_EQ(applied(row.target, [&](Object& target) { merge_default(target, other); }),
              row.defaulted);
    EXPECT_EQ(to_json(other), row.other);
  }
}

TEST(Merge, LeavesSharedPartsOfOthersAlone) {
  const Value shared = object_of_json(R"({"x":1})");
  Object a{{"o", shared}};
  deep_merge(a, object_of_json(R"({"o":{"x":2}})"));
  EXPECT_EQ(to_json(shared), R"({"x":1})");
  EXPECT_EQ(to_json(a), R"({"o":{"x":2}})");
}

TEST(Merge, SetsPaths) {
  const auto set = [](std::string_view target, std::string_view path) {
    return applied(target, [&](Object& object) { set_path(object, path, 1); });
  };
  EXPECT_EQ(set("{}", "a"), R"({"a":1})");
  EXPECT_EQ(set("{}", "a.b.c"), R"({"a":{"b":{"c":1}}})");
  EXPECT_EQ(set(R"({"a":{"x":0},"z":9})", "a.b"), R"({"a":{"x":0,"b":1},"z":9})");
  EXPECT_EQ(set(R"({"a":"x"})", "a.b"), R"(Parameter 'a.b' is set but 'a' is not a object ("x"))");
  EXPECT_EQ(set(R"({"a":{"b":[1]}})", "a.b.c"),
            "Parameter 'a.b.c' is set but 'a.b' is not a object ([1])");
}

TEST(Merge, ErasesPaths) {
  const auto erase = [](std::string_view target, std::string_view path) {
    return applied(target, [&](Object& object) { erase_path(object, path); });
  };
  EXPECT_EQ(erase(R"({"a":1,"b":2})", "a"), R"({"b":2})");
  EXPECT_EQ(erase(R"({"o":{"a":1,"b":2}})", "o.a"), R"({"o":{"b":2}})");
  EXPECT_EQ(erase(R"({"o":{"a":1}})", "o.x.y"), R"({"o":{"a":1}})");
  EXPECT_EQ(erase(R"({"o":{"a":1}})", "p.x"), R"({"o":{"a":1}})");
  EXPECT_EQ(erase(R"({"o":{"a":1}})", "o.a.x"), "Parameter 'a' must be an object");
  EXPECT_EQ(erase(R"({"o":null})", "o.x"), "Parameter 'o' must be an object");
}

TEST(Merge, ChecksKeyPaths) {
  for (const char* good : {"a", "A_9", "a.b.c", "0"}) EXPECT_NO_THROW(check_key_path(good)) << good;
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a-b", "a b", "é", "a[0]"}) {
    try {
      check_key_path(bad);
      ADD_FAILURE() << "accepted " << bad;
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.message(),
                std::string("Config key expression is invalid. Currently, only [a-zA-Z0-9_] "
                            "characters are supported: ") +
                    bad);
    }
  }
}

}  // namespace
}  // namespace mogura::value
