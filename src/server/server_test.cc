// The whole HTTP side, through sockets.
#include "server/server.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "net/http_client.h"
#include "net/testing/raw_client.h"
#include "server/api_test_kit.h"

namespace mogura::server {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServerTest : public ApiTest {
 protected:
  void start(Object config = {}) {
    config.set("server.port", "0");
    config.set("server.runtime-info.path", (files_.root() / "info").string());
    server_ = std::make_unique<Server>(
        read_settings(config, "0.10.6"),
        Server::Dependencies{*database_, executor_, vault_, logs_, archives_, clock_});
    executor_.start();
    server_->start();
  }
  int port() const { return server_->addresses().at(0).port; }
  net::HttpResponse get(const std::string& path) const {
    net::HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port()) + path;
    return net::http_exchange(request);
  }
  static std::string content_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersAndTellsWhereItListens) {
  start({{"server.admin.port", "0"}});
  const net::HttpResponse version = get("/api/version");
  EXPECT_EQ(version.status, 200);
  EXPECT_EQ(version.header("Content-Type"), "application/json");
  EXPECT_EQ(version.body, R"({"version":"0.10.6"})");
  EXPECT_EQ(content_of(files_.root() / "info"),
            R"({"local_addresses":[{"host":"127.0.0.1","port":)" + std::to_string(port()) +
                R"(}],"local_admin_addresses":[{"host":"127.0.0.1","port":)" +
                std::to_string(server_->addresses().at(1).port) + "}]}");
}

TEST_F(ServerTest, WritesALineForEachRequest) {
  start({{"server.access-log.path", (files_.root() / "access").string()},
         {"server.access-log.pattern", "%m %U %s %B"}});
  get("/api/projects/9");
  server_->stop();
  EXPECT_EQ(content_of(files_.root() / "access" / "access.log"), "GET /api/projects/9 404 64\n");
}

TEST_F(ServerTest, AnswersArriveWhileOthersAreBusy) {
  start();
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 50; ++j) good += get("/api/projects").body == R"({"projects":[]})";
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 400);
}

TEST_F(ServerTest, ABodyThatIsTooLargeForAnArchiveIsReadBeforeTheAnswer) {
  start({{"api.max_archive_total_size_limit", "1"}});
  net::testing::RawClient client(port());
  client.send(
      "PUT /api/projects?project=p&revision=r HTTP/1.1\r\nContent-Type: application/gzip\r\n"
      "Content-Length: 3000000\r\n\r\n" +
      std::string(3'000'000, 'x'));
  EXPECT_THAT(client.read_until("\"status\":400}"),
              HasSubstr("Size of the uploaded archive file exceeds limit (1 bytes)"));
  client.send("GET /api/version HTTP/1.1\r\n\r\n");
  client.read_until("0.10.6");
}

TEST_F(ServerTest, AnArchiveInChunksIsTaken) {
  start();
  const std::string archive = blob::testing::archive_of({{"w.dig", "+a:\n  echo>: a\n"}});
  net::testing::RawClient client(port());
  client.send(
      "PUT /api/projects?project=p&revision=r HTTP/1.1\r\nContent-Type: application/gzip\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  std::ostringstream length;
  length << std::hex << archive.size();
  client.send(length.str() + "\r\n" + archive + "\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_until("}"), AllOf(StartsWith("HTTP/1.1 200 OK"), HasSubstr("\"p\"")));
}

}  // namespace
}  // namespace mogura::server
