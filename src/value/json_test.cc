#include "value/json.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

namespace mogura::value {
namespace {

TEST(Json, KeepsOrderTypesAndBigIntegers) {
  const std::string text = R"({"b":1,"a":[1.5,true,null,"x"],"n":123456789012345678901234567890,)"
                           R"("u":18446744073709551615})";
  EXPECT_EQ(to_json(parse_json(text)), text);
}

TEST(Json, PrintsRealsTheJavaWay) {
  EXPECT_EQ(real_text(1), "1.0");
  EXPECT_EQ(real_text(0.001), "0.001");
  EXPECT_EQ(real_text(9999999), "9999999.0");
  EXPECT_EQ(real_text(1e7), "1.0E7");
  EXPECT_EQ(real_text(1.5e-4), "1.5E-4");
  EXPECT_EQ(real_text(-1e20), "-1.0E20");
}

TEST(Json, ReadsRealsToTheNearestDouble) {
  EXPECT_EQ(parse_json("-1.037203607854775807").as_real(), -1.037203607854775807);
  EXPECT_EQ(parse_json("1.0E-15").as_real(), 1.0e-15);
  EXPECT_EQ(parse_json("2.2250738585072014e-308").as_real(), 2.2250738585072014e-308);
  EXPECT_EQ(parse_json("1e400").as_real(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_json("1e-400").as_real(), 0.0);
}

TEST(Json, SaysWhereTextIsBroken) {
  try {
    parse_json("{\"a\": 1,\n  x}");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "json parse");
    EXPECT_NE(error.message().find("line 2, column 3"), std::string::npos) << error.message();
  }
  EXPECT_THROW(parse_json("[1,"), Error);
  EXPECT_THROW(parse_json("1 x"), Error);
  EXPECT_THROW(parse_json(std::string(100'000, '[')), Error);
}

TEST(Json, PrefixIgnoresWhatFollows) {
  EXPECT_EQ(to_json(*parse_json_prefix("[1] x")), "[1]");
  EXPECT_EQ(parse_json_prefix("  "), std::nullopt);
}

TEST(Value, CopiesShareUntilOneChanges) {
  Value a = Object{{"k", Array{1, 2}}};
  Value b = a;
  EXPECT_TRUE(a.same_as(b));
  b.object().set("k", 3);
  EXPECT_EQ(to_json(a), R"({"k":[1,2]})");
  EXPECT_EQ(to_json(b), R"({"k":3})");
}

TEST(Value, LargeObjectsKeepOrderAndFindKeys) {
  Object object;
  for (int i = 0; i < 1000; ++i) object.set("k" + std::to_string(i), i);
  object.erase("k500");
  object.set("k3", "three");
  EXPECT_EQ(object.size(), 999u);
  EXPECT_EQ(object.find("k500"), nullptr);
  EXPECT_EQ(object.find("k999")->as_integer(), 999);
  EXPECT_EQ(std::next(object.begin(), 3)->key, "k3");
}

}  // namespace
}  // namespace mogura::value
