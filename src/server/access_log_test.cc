#include "server/access_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "workflow/test_files.h"

namespace mogura::server {
namespace {

Instant at(std::string_view text) {
  return *calendar::parse_instant(text);
}

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() {
    request_.method = "GET";
    request_.uri = "/api/projects?name=a";
    request_.target = net::parse_target(request_.uri);
    request_.protocol = "HTTP/1.1";
    request_.peer = "10.0.0.1";
    request_.headers = {{"Host", "h:1"}, {"User-Agent", "u\"1\n"}};
  }
  net::Exchange exchange() const {
    return {request_, 404, 72, std::chrono::microseconds(1'234'567)};
  }
  std::string line(const std::string& pattern) const {
    return AccessLogPattern(pattern).line(exchange(), at("2024-08-27T01:02:03.456Z"),
                                          calendar::TimeZone::utc());
  }
  static std::string text_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  net::ServerRequest request_;
  workflow::TestFiles files_;
};

TEST_F(AccessLogTest, ALineIsAJsonObjectOfTexts) {
  EXPECT_EQ(line("json"),
            R"({"time":"2024-08-27T01:02:03.456+0000","host":"10.0.0.1","forwardedfor":null,)"
            R"("method":"GET","uri":"/api/projects?name=a","protocol":"HTTP/1.1","status":"404",)"
            R"("size":"72","referer":null,"ua":"u\"1 ","vhost":"h:1","reqtime":"1.235"})");
}

TEST_F(AccessLogTest, PatternsNameWhatALineHolds) {
  EXPECT_EQ(line(R"(json{who:%a what:"%m %U" agent:%{i,User-Agent} no:%{i,X-None}})"),
            R"({"who":"10.0.0.1","what":"GET /api/projects","agent":"u\"1 ","no":null})");
  EXPECT_EQ(
      line("common"),
      "10.0.0.1 - - [27/Aug/2024:01:02:03 +0000] \"GET /api/projects?name=a HTTP/1.1\" 404 72");
  EXPECT_EQ(line("combined").substr(line("common").size()), " \"-\" \"u\"1 \"");
  EXPECT_EQ(line("%s%q %D 100%"), "404?name=a 1234 100%");
  EXPECT_THROW(AccessLogPattern("json{who}"), ConfigError);
}

TEST_F(AccessLogTest, AFileBeginsAnewEachDayAndAfterItWasMoved) {
  FakeClock clock(at("2024-08-27T12:00:00Z"));
  const std::filesystem::path directory = files_.root() / "logs";
  AccessLog log(directory, "%s", clock);
  log.write(exchange());
  log.write(exchange());
  EXPECT_EQ(text_of(directory / "access.log"), "404\n404\n");
  clock.advance(std::chrono::hours(24));
  log.write(exchange());
  EXPECT_EQ(text_of(directory / "access.log"), "404\n");
  EXPECT_EQ(text_of(directory / "access.2024-08-27.log"), "404\n404\n");
  std::filesystem::rename(directory / "access.log", directory / "moved");
  log.reopen();
  log.write(exchange());
  EXPECT_EQ(text_of(directory / "moved"), "404\n");
  EXPECT_EQ(text_of(directory / "access.log"), "404\n");
}

TEST_F(AccessLogTest, GoesOnInTheFileOfTheSameDay) {
  const SystemClock clock;
  const std::filesystem::path directory = files_.root() / "logs";
  AccessLog(directory, "%s", clock).write(exchange());
  AccessLog(directory, "%s", clock).write(exchange());
  EXPECT_EQ(text_of(directory / "access.log"), "404\n404\n");
}

}  // namespace
}  // namespace mogura::server
