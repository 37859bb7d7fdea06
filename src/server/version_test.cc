#include "server/version.h"

#include <gtest/gtest.h>

namespace mogura::server {
namespace {

TEST(Version, IsComparedNumberByNumber) {
  const std::vector<std::string_view> ascending = {
      "0.0.1-beta", "0.0.1", "0.1", "0.9.9", "0.10.0-A", "0.10.0-B", "0.10", "0.10.1-rc.1_x", "1"};
  for (std::size_t i = 0; i + 1 < ascending.size(); ++i) {
    EXPECT_LT(Version::parse(ascending[i]), Version::parse(ascending[i + 1])) << ascending[i];
  }
  EXPECT_EQ(Version::parse("1.0.0"), Version::parse("1"));
}

TEST(Version, RefusesWhatIsNone) {
  for (const std::string text : {"", "a", "not.a.version", "01.2", "1..2", "1.", "-1", "1.2-",
                                 "1.2-a b", "1.99999999999999999999"}) {
    try {
      Version::parse(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), "Invalid version string: " + text);
    }
  }
}

}  // namespace
}  // namespace mogura::server
