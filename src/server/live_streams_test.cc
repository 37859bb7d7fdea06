// Watching an attempt and its logs (server-sent events), through sockets.
#include <gmock/gmock.h>

#include "blob/log_names.h"
#include "net/testing/raw_client.h"
#include "server/api_test_kit.h"
#include "server/server.h"

namespace mogura::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class LiveStreamsTest : public ApiTest {
 protected:
  LiveStreamsTest() {
    push("p", "r", {{"w.dig", "+a:\n  sh>: a\n"}});
    ask("PUT /api/attempts",
        R"({"workflowId":"1","sessionTime":"2030-01-01T00:00:00Z","params":{}})");
    server_.start();
  }
  net::testing::RawClient watch(const std::string& path) {
    net::testing::RawClient client(server_.addresses().at(0).port);
    client.send("GET " + path + " HTTP/1.0\r\n\r\n");
    return client;
  }

  Server server_{read_settings({{"server.port", "0"}}, "1"),
                 {*database_, executor_, vault_, logs_, archives_, clock_}};
};

TEST_F(LiveStreamsTest, AnAttemptIsShownAsItIsAndAsItChangesUntilItIsDone) {
  net::testing::RawClient client = watch("/api/attempts/1/events");
  EXPECT_THAT(client.read_until("event: attempt\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"),
                    HasSubstr("event: task\ndata: {\"id\":\"1\",\"fullName\":\"+w\"")));
  client.read_until("\"status\":\"running\"");
  EXPECT_EQ(wait("1"), "success");
  EXPECT_THAT(client.read_to_end(),
              AllOf(HasSubstr("\"fullName\":\"+w+a\""),
                    HasSubstr("event: attempt\ndata: {\"status\":\"success\""), EndsWith("\n\n")));
}

TEST_F(LiveStreamsTest, LogLinesArriveWhileTheyAreWritten) {
  net::testing::RawClient client = watch("/api/logs/1/stream");
  const auto attempt = database_->find_attempt_summary(SiteId{0}, AttemptId{1});
  std::shared_ptr<TaskLog> log = logs_.open(blob::logs_of(attempt->info), "+w+a");
  log->output("one\ntw");
  EXPECT_THAT(client.read_until("}\n\n"), AllOf(HasSubstr("event: log\ndata: {\"task\":\"+w+a\""),
                                                HasSubstr("\"text\":\"one\\n\"")));
  log->output("o\nrest");
  EXPECT_THAT(client.read_until("}\n\n"), HasSubstr("\"text\":\"two\\n\""));
  log.reset();
  EXPECT_EQ(wait("1"), "success");
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("\"text\":\"rest\""),
                                          HasSubstr("event: end\ndata: {\"status\":\"success\"")));
}

TEST_F(LiveStreamsTest, StoppingTheServerEndsTheStreams) {
  net::testing::RawClient client = watch("/api/attempts/1/events");
  client.read_until("event: attempt\n");
  server_.stop();
  client.read_to_end();
}

TEST_F(LiveStreamsTest, WhatIsNotThereCannotBeWatched) {
  EXPECT_THAT(watch("/api/attempts/9/events").read_to_end(), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(watch("/api/logs/9/stream").read_to_end(), StartsWith("HTTP/1.1 404 "));
}

}  // namespace
}  // namespace mogura::server
