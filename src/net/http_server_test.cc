#include "net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>

#include "base/mutex.h"
#include "net/content_coding.h"
#include "net/http_client.h"
#include "net/testing/raw_client.h"
#include "net/testing/self_signed.h"

namespace mogura::net {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using ::testing::StartsWith;

// Something that a thread waits for until another one has done it.
class Signal {
 public:
  void set() {
    MutexLock lock(mutex_);
    is_set_ = true;
    changed_.notify_all();
  }
  bool wait() {
    MutexLock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!is_set_ && std::chrono::steady_clock::now() < deadline) {
      changed_.wait_until(mutex_, deadline);
    }
    return is_set_;
  }

 private:
  Mutex mutex_;
  Condition changed_;
  bool is_set_ MOGURA_GUARDED_BY(mutex_) = false;
};

class ListSource : public BodySource {
 public:
  explicit ListSource(std::deque<std::string> pieces) : pieces_(std::move(pieces)) {}
  std::string read() override {
    if (pieces_.empty()) return {};
    std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    if (piece == "fail") throw Error("io", "gone");
    return piece;
  }

 private:
  std::deque<std::string> pieces_;
};

// `METHOD PATH name=value... body`.
std::string echo_of(const ServerRequest& request) {
  std::string text = request.method + " " + request.target.path;
  for (const auto& [name, value] : request.target.query) text += " " + name + "=" + value;
  if (request.body_too_large) text += " (too large)";
  if (request.body_malformed) text += " (malformed)";
  return text + " " + request.body;
}

ServerResponse answer(const ServerRequest& request) {
  const std::string& path = request.target.path;
  if (path == "/empty") return {404, {}, ""};
  if (path == "/throws") throw Error("io", "on purpose");
  if (path == "/gzip-file") return {200, {{"Content-Type", "application/gzip"}}, "packed"};
  if (path == "/pieces")
    return {200, {}, std::make_unique<ListSource>(std::deque<std::string>{"one", "two"})};
  if (path == "/sized")
    return {200, {}, std::make_unique<ListSource>(std::deque<std::string>{"one", "two"}), 6};
  if (path == "/breaks")
    return {200, {}, std::make_unique<ListSource>(std::deque<std::string>{"one", "fail"})};
  if (path == "/split-header") return {200, {{"X-A", "a\r\nX-B: b"}}, ""};
  return {200, {{"Content-Type", "text/plain"}}, echo_of(request)};
}

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpServer::Handler handler = answer, HttpServer::Observer observer = {}) {
    options_.listeners = {{"api", "127.0.0.1", 0, {}}};
    server_ =
        std::make_unique<HttpServer>(options_, clock_, std::move(handler), std::move(observer));
    server_->start();
    port_ = server_->addresses().at(0).port;
  }
  RawClient client() const { return RawClient(port_); }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// Everything that comes back for `bytes`.
  std::string exchange(std::string_view bytes) const {
    RawClient connection = client();
    connection.send(bytes);
    connection.finish_sending();
    return connection.read_to_end();
  }

  HttpServerOptions options_;
  SystemClock clock_;
  std::unique_ptr<HttpServer> server_;
  int port_ = 0;
};

TEST_F(HttpServerTest, HandsOnTheRequestAndSendsTheAnswer) {
  start();
  HttpRequest request;
  request.method = "PUT";
  request.url = url("/a%2Fb/+c?x=1+2&y=%2B");
  request.body = "hello";
  const HttpResponse response = http_exchange(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.reason, "OK");
  EXPECT_EQ(response.header("content-type"), "text/plain");
  EXPECT_EQ(response.header("content-length"), std::to_string(response.body.size()));
  EXPECT_THAT(response.header("date").value_or(""), EndsWith(" GMT"));
  EXPECT_EQ(response.body, "PUT /a%2Fb/+c x=1 2 y=+ hello");
}

TEST_F(HttpServerTest, TellsTheHandlerWhoAsksAndWhere) {
  ServerRequest seen;
  start([&seen](const ServerRequest& request) {
    seen = request;
    return ServerResponse{200, {}, ""};
  });
  exchange("GET /a HTTP/1.0\r\nX-One: 1\r\n\r\n");
  EXPECT_EQ(seen.listener, "api");
  EXPECT_EQ(seen.peer, "127.0.0.1");
  EXPECT_EQ(seen.protocol, "HTTP/1.0");
  EXPECT_EQ(seen.header("x-one"), "1");
  EXPECT_EQ(seen.header("x-two"), std::nullopt);
  EXPECT_EQ(seen.content_length, std::nullopt);
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetWithoutBody) {
  start();
  const std::string get = exchange("GET /x HTTP/1.1\r\n\r\n");
  const std::string head = exchange("HEAD /x HTTP/1.1\r\n\r\n");
  EXPECT_THAT(get, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, AnEmptyAnswerHasALength) {
  start();
  EXPECT_THAT(exchange("GET /empty HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"),
                    Not(HasSubstr("Content-Encoding"))));
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsA500) {
  start();
  EXPECT_THAT(exchange("GET /throws HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, HeadersCannotBeSplit) {
  start();
  EXPECT_THAT(exchange("GET /split-header HTTP/1.1\r\n\r\n"), HasSubstr("X-A: a  X-B: b\r\n"));
}

TEST_F(HttpServerTest, AConnectionServesManyRequestsAndPipelinedOnes) {
  start();
  RawClient connection = client();
  connection.send("GET /1 HTTP/1.1\r\n\r\n");
  EXPECT_THAT(connection.read_until("GET /1 "), HasSubstr("200 OK"));
  connection.send(
      "GET /2 HTTP/1.1\r\n\r\nPOST /3 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
      "GET /4 HTTP/1.1\r\nConnection: close\r\n\r\nGET /5 HTTP/1.1\r\n\r\n");
  connection.read_until("GET /2 ");
  connection.read_until("POST /3 hi");
  EXPECT_THAT(connection.read_to_end(),
              AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET /4 ")));
}

TEST_F(HttpServerTest, Http10ClosesUnlessToldOtherwise) {
  start();
  EXPECT_THAT(exchange("GET /1 HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"), EndsWith("GET /1 "));
  EXPECT_THAT(exchange("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr("Connection: keep-alive\r\n"), EndsWith("GET /2 ")));
}

TEST_F(HttpServerTest, AClientThatHasFinishedSendingGetsItsAnswer) {
  start();
  RawClient connection = client();
  connection.send("POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
  connection.finish_sending();
  EXPECT_THAT(connection.read_to_end(), EndsWith("POST /x abc"));
}

TEST_F(HttpServerTest, BodiesMayComeInChunks) {
  start();
  EXPECT_THAT(exchange("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "3\r\nabc\r\n1;ext=1\r\nd\r\n0\r\nTrailer: t\r\n\r\n"),
              EndsWith("POST /x abcd"));
}

TEST_F(HttpServerTest, AClientThatAsksFirstIsToldToGoOn) {
  start();
  RawClient connection = client();
  connection.send("POST /x HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("abc");
  EXPECT_THAT(connection.read_until("POST /x abc"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, WhatIsNoHttpIsRefused) {
  start();
  const std::vector<std::string> refused = {
      "\x16\x03\x01 garbage\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/2.0\r\n\r\n",
      "GET / HTTP/1.1\r\nno colon\r\n\r\n",
      "GET / HTTP/1.1\r\nName : v\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "GET / HTTP/1.1\r\nX: a\x01\x02\r\n\r\n"};
  for (const std::string& bytes : refused) {
    EXPECT_THAT(exchange(bytes), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << bytes;
  }
  EXPECT_THAT(exchange("GET /fine HTTP/1.1\r\n\r\n"), EndsWith("GET /fine "));
}

TEST_F(HttpServerTest, HeadersAndParametersHaveLimits) {
  start();
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 201; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_THAT(exchange(many + "\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nX: " + std::string(2u << 20, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nX: " + std::string(900'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
  std::string query = "GET /?";
  for (int i = 0; i < 1001; ++i) query += "a&";
  EXPECT_THAT(exchange(query + " HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, ABodyThatIsTooLargeIsReadToItsEndAndThrownAway) {
  options_.limits.body_bytes = 1000;
  start();
  const std::string large =
      "POST /x HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'x');
  RawClient connection = client();
  connection.send(large);
  EXPECT_THAT(connection.read_until("(too large) "), HasSubstr("200 OK"));
  connection.send("GET /next HTTP/1.1\r\n\r\n");
  connection.read_until("GET /next ");
  EXPECT_THAT(exchange("POST /x HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x')),
              EndsWith(std::string(1000, 'x')));
}

TEST_F(HttpServerTest, ABodyWithoutEndIsNotReadToItsEnd) {
  options_.limits.body_bytes = 1000;
  options_.limits.discarded_bytes = 10'000;
  start();
  const std::string chunk = "fff\r\n" + std::string(0xfff, 'x') + "\r\n";
  EXPECT_THAT(exchange("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk +
                       chunk + chunk),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, ABodyThatIsToHaveNoEndIsRefusedAtOnce) {
  options_.limits.discarded_bytes = 10'000;
  start();
  EXPECT_THAT(exchange("POST /x HTTP/1.1\r\nContent-Length: 10001\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, CompressedBodiesReachTheHandlerDecoded) {
  options_.limits.body_bytes = 1000;
  start();
  const auto post = [this](const std::string& coding, const std::string& body) {
    return exchange("POST /x HTTP/1.1\r\nContent-Encoding: " + coding +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  const std::string gzip = compress("plain", ContentCoding::gzip);
  const std::string deflated = compress("plain", ContentCoding::deflate);
  EXPECT_THAT(post("gzip", gzip), EndsWith("POST /x plain"));
  EXPECT_THAT(post("deflate", deflated), EndsWith("POST /x plain"));
  EXPECT_THAT(post("deflate", deflated.substr(2, deflated.size() - 6)), EndsWith("POST /x plain"));
  EXPECT_THAT(post("gzip", "no gzip"), EndsWith("POST /x (malformed) "));
  EXPECT_THAT(post("gzip", gzip.substr(0, 12)), EndsWith("POST /x (malformed) "));
  EXPECT_THAT(post("br", "x"), EndsWith("POST /x (malformed) "));
  EXPECT_THAT(post("gzip", compress(std::string(100'000, 'x'), ContentCoding::gzip)),
              EndsWith("POST /x (too large) "));
}

TEST_F(HttpServerTest, AnswersAreCompressedAsTheClientLikes) {
  start();
  const auto get = [this](const std::string& path, const std::string& accept) {
    return exchange("GET " + path + " HTTP/1.1\r\nAccept-Encoding: " + accept + "\r\n\r\n");
  };
  EXPECT_THAT(get("/x", "deflate, gzip"), HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(get("/x", "deflate"), HasSubstr("Content-Encoding: deflate\r\n"));
  EXPECT_THAT(get("/x", "br"), Not(HasSubstr("Content-Encoding")));
  EXPECT_THAT(get("/x", "gzip;q=0, deflate; q=0.5"), HasSubstr("Content-Encoding: deflate\r\n"));
  EXPECT_THAT(get("/gzip-file", "gzip"), EndsWith("\r\n\r\npacked"));
  const std::string packed = get("/x", "gzip");
  EXPECT_EQ(
      decompress(packed.substr(packed.find("\r\n\r\n") + 4), ContentCoding::gzip, 100).content,
      "GET /x ");
}

TEST_F(HttpServerTest, LargeAnswersAreReadPieceByPiece) {
  start();
  EXPECT_THAT(exchange("GET /pieces HTTP/1.1\r\n\r\n"),
              AllOf(HasSubstr("Transfer-Encoding: chunked\r\n"),
                    EndsWith("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")));
  EXPECT_THAT(exchange("GET /sized HTTP/1.1\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 6\r\n"), EndsWith("\r\n\r\nonetwo")));
  EXPECT_THAT(exchange("GET /pieces HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr("Connection: close\r\n"), EndsWith("\r\n\r\nonetwo")));
  EXPECT_THAT(exchange("GET /breaks HTTP/1.1\r\n\r\n"), EndsWith("3\r\none\r\n"));
}

TEST_F(HttpServerTest, AStreamSendsAsThingsHappenAndNoticesThatTheClientHasGone) {
  std::shared_ptr<ResponseStream> stream;
  Signal opened;
  start([&](const ServerRequest&) {
    return ServerResponse{200, {}, [&](std::shared_ptr<ResponseStream> given) {
                            stream = std::move(given);
                            opened.set();
                          }};
  });
  {
    RawClient connection = client();
    connection.send("GET /events HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(opened.wait());
    EXPECT_TRUE(stream->write("data: 1\n\n"));
    connection.read_until("9\r\ndata: 1\n\n\r\n");
    EXPECT_TRUE(stream->write("data: 2\n\n"));
    connection.read_until("9\r\ndata: 2\n\n\r\n");
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (stream->is_open() && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_FALSE(stream->write("data: 3\n\n"));
}

TEST_F(HttpServerTest, AStreamThatItsWriterClosesIsComplete) {
  start([](const ServerRequest&) {
    return ServerResponse{200, {}, [](const std::shared_ptr<ResponseStream>& stream) {
                            stream->write("all");
                            stream->close();
                          }};
  });
  RawClient connection = client();
  connection.send("GET /events HTTP/1.1\r\n\r\n");
  EXPECT_THAT(connection.read_to_end(), EndsWith("3\r\nall\r\n0\r\n\r\n"));
}

TEST_F(HttpServerTest, AClientThatDoesNotReadLosesItsStream) {
  Signal overrun;
  start([&](const ServerRequest&) {
    return ServerResponse{200, {}, [&](const std::shared_ptr<ResponseStream>& stream) {
                            while (stream->write(std::string(100'000, 'x'))) {
                            }
                            overrun.set();
                          }};
  });
  RawClient connection = client();
  connection.send("GET /events HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(overrun.wait());
}

TEST_F(HttpServerTest, SlowClientsAreDisconnected) {
  options_.limits.no_request = milliseconds(150);
  options_.limits.request_parse = milliseconds(250);
  options_.limits.io_idle = milliseconds(350);
  start();
  const auto began = std::chrono::steady_clock::now();
  const auto passed = [began] { return std::chrono::steady_clock::now() - began; };
  RawClient silent = client();
  RawClient half_header = client();
  half_header.send("GET / HTTP/1.1\r\nX-");
  RawClient half_body = client();
  half_body.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_GE(passed(), milliseconds(150));
  EXPECT_EQ(half_header.read_to_end(), "");
  EXPECT_GE(passed(), milliseconds(250));
  EXPECT_EQ(half_body.read_to_end(), "");
  EXPECT_GE(passed(), milliseconds(350));
}

TEST_F(HttpServerTest, AHeaderThatDripsInEndsAtTheLimitForTheWholeOfIt) {
  options_.limits.request_parse = milliseconds(300);
  start();
  RawClient drips = client();
  const auto began = std::chrono::steady_clock::now();
  const auto patience = std::chrono::seconds(20);
  drips.send("GET / HTTP/1.1\r\n");
  while (drips.send("X: 1\r\n") && std::chrono::steady_clock::now() - began < patience) {
    ::poll(nullptr, 0, 20);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST_F(HttpServerTest, AThousandConnectionsAreServed) {
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(std::make_unique<RawClient>(port_));
  for (auto& connection : clients) connection->send("GET /x HTTP/1.1\r\n\r\n");
  for (auto& connection : clients) connection->read_until("GET /x ");
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitWaitForTheirTurn) {
  options_.limits.connections = 2;
  start();
  auto first = std::make_unique<RawClient>(port_);
  RawClient second = client();
  first->send("GET /1 HTTP/1.1\r\n\r\n");
  first->read_until("GET /1 ");
  second.send("GET /2 HTTP/1.1\r\n\r\n");
  second.read_until("GET /2 ");
  RawClient third = client();
  third.send("GET /3 HTTP/1.1\r\n\r\n");
  first.reset();
  third.read_until("GET /3 ");
}

TEST_F(HttpServerTest, TheObserverLearnsWhatBecameOfEachRequest) {
  std::string line;
  Signal observed;
  start(answer, [&](const Exchange& exchange) {
    line = exchange.request.method + " " + exchange.request.uri + " " +
           std::to_string(exchange.status) + " " + std::to_string(exchange.body_bytes);
    observed.set();
  });
  exchange("GET /pieces?a=b HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(observed.wait());
  EXPECT_EQ(line, "GET /pieces?a=b 200 6");
}

TEST_F(HttpServerTest, StopWaitsForWhatIsInWorkAndRefusesWhatComesLate) {
  Signal begun;
  Signal go_on;
  start([&](const ServerRequest& request) {
    if (request.target.path == "/slow") {
      begun.set();
      go_on.wait();
    }
    return ServerResponse{200, {}, "done"};
  });
  RawClient slow = client();
  RawClient late = client();
  late.send("GET /first HTTP/1.1\r\n\r\n");
  late.read_until("done");
  slow.send("GET /slow HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(begun.wait());
  std::thread stopping([this] { server_->stop(); });
  // The listener closes first: from then on late requests are refused.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto listens = [this] {
    try {
      const RawClient probe(port_);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  while (listens() && std::chrono::steady_clock::now() < deadline) {
  }
  late.send("GET /late HTTP/1.1\r\n\r\n");
  EXPECT_THAT(late.read_to_end(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  go_on.set();
  EXPECT_THAT(slow.read_to_end(), EndsWith("done"));
  stopping.join();
}

TEST_F(HttpServerTest, AnAddressThatIsTakenIsAnError) {
  start();
  HttpServerOptions options;
  options.listeners = {{"api", "127.0.0.1", port_, {}}};
  HttpServer second(options, clock_, answer);
  try {
    second.start();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "Cannot listen on 127.0.0.1:" + std::to_string(port_) + ": Address already in use");
  }
}

class HttpServerTlsTest : public HttpServerTest {
 protected:
  HttpServerTlsTest() {
    std::string made = (std::filesystem::temp_directory_path() / "mogura-tls-XXXXXX").string();
    directory_ = ::mkdtemp(made.data());
    testing::write_self_signed(directory_ / "cert.pem", directory_ / "key.pem");
  }
  ~HttpServerTlsTest() override { std::filesystem::remove_all(directory_); }

  HttpServerOptions tls_options(const std::string& certificate) const {
    HttpServerOptions options;
    options.listeners = {
        {"api", "127.0.0.1", 0, TlsFiles{directory_ / certificate, directory_ / "key.pem"}}};
    return options;
  }

  std::filesystem::path directory_;
};

TEST_F(HttpServerTlsTest, AListenerWithACertificateSpeaksTls) {
  HttpServer server(tls_options("cert.pem"), clock_, answer);
  server.start();
  port_ = server.addresses().at(0).port;
  HttpRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(port_) + "/x";
  request.verify_certificate = false;
  request.verify_host = false;
  EXPECT_EQ(http_exchange(request).body, "GET /x ");
  EXPECT_THAT(exchange("GET /plain HTTP/1.1\r\n\r\n"), Not(HasSubstr("HTTP/1.1")));
  EXPECT_EQ(http_exchange(request).body, "GET /x ");
}

TEST_F(HttpServerTlsTest, ACertificateThatCannotBeReadIsAnErrorThatNamesIt) {
  HttpServer server(tls_options("none.pem"), clock_, answer);
  try {
    server.start();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), StartsWith("Cannot use the certificate "));
    EXPECT_THAT(error.message(), HasSubstr("none.pem"));
  }
}

TEST_F(HttpServerTest, ListenersHaveNames) {
  options_.listeners = {};
  start([](const ServerRequest& request) { return ServerResponse{200, {}, request.listener}; });
  HttpServerOptions options;
  options.listeners = {{"api", "127.0.0.1", 0, {}}, {"admin", "localhost", 0, {}}};
  HttpServer both(options, clock_, [](const ServerRequest& request) {
    return ServerResponse{200, {}, request.listener};
  });
  both.start();
  HttpRequest request;
  request.url = "http://localhost:" + std::to_string(both.addresses().at(1).port) + "/";
  EXPECT_EQ(http_exchange(request).body, "admin");
  EXPECT_EQ(both.addresses().at(1).listener, "admin");
}

}  // namespace
}  // namespace mogura::net
