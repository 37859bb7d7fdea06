#include "net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "net/testing/peer.h"

namespace mogura::net {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Peer;

Peer& http_peer() {
  static Peer peer("http_peer.py", {"http"});
  return peer;
}

std::string failure_of(const HttpRequest& request) {
  try {
    const HttpResponse response = http_exchange(request);
    return "answer " + std::to_string(response.status);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), "io");
    return error.message();
  }
}

HttpRequest get(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

std::string host_line() {
  return "Host: 127.0.0.1:" + std::to_string(http_peer().port()) + "\n";
}

TEST(HttpClient, SendsNothingButWhatItIsGiven) {
  HttpRequest request = get(http_peer().url("/echo/../a?b=%41&c"));
  request.headers = {
      {"X-B", "2"}, {"x-a", "1"}, {"X-B", "3"}, {"X-Empty", ""}, {"X-Lines", "a\r\nb: c"}};
  const HttpResponse response = http_exchange(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.protocol, "HTTP/1.1");
  EXPECT_EQ(response.reason, "OK");
  EXPECT_EQ(response.header("content-TYPE"), "text/plain");
  EXPECT_EQ(response.header("X-None"), std::nullopt);
  EXPECT_EQ(response.body, "GET /echo/../a?b=%41&c HTTP/1.1\n" + host_line() +
                               "X-B: 2\nx-a: 1\nX-B: 3\nX-Empty: \nX-Lines: a  b: c\n\n");
}

TEST(HttpClient, HeadersThatTheCallerGivesWin) {
  HttpRequest request = get(http_peer().url("/echo"));
  request.method = "POST";
  request.body = "text";
  request.headers = {{"Host", "other.example"},
                     {"Accept", "a/b"},
                     {"User-Agent", "me"},
                     {"Content-Length", "999"},
                     {"Content-Type", "c/d"}};
  EXPECT_EQ(http_exchange(request).body,
            "POST /echo HTTP/1.1\nHost: other.example\nAccept: a/b\nUser-Agent: me\n"
            "Content-Type: c/d\nContent-Length: 4\n\ntext");
}

TEST(HttpClient, SendsBodiesWithAnyMethod) {
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    HttpRequest request = get(http_peer().url("/echo"));
    request.method = method;
    request.body = std::string("\0\xff body", 7);
    EXPECT_EQ(http_exchange(request).body,
              method + " /echo HTTP/1.1\n" + host_line() + "Content-Length: 7\n\n" + *request.body);
  }
  HttpRequest large = get(http_peer().url("/echo"));
  large.method = "POST";
  large.body = std::string(1u << 20, 'b');  // curl would ask before sending this much
  EXPECT_THAT(http_exchange(large).body, AllOf(HasSubstr("Content-Length: 1048576\n\nbbb"),
                                               ::testing::Not(HasSubstr("Expect"))));
}

TEST(HttpClient, PostWithoutABodyHasLengthZero) {
  HttpRequest request = get(http_peer().url("/echo"));
  request.method = "POST";
  EXPECT_EQ(http_exchange(request).body,
            "POST /echo HTTP/1.1\n" + host_line() + "Content-Length: 0\n\n");
}

TEST(HttpClient, HeadHasHeadersOnly) {
  HttpRequest request = get(http_peer().url("/content?bytes=5"));
  request.method = "HEAD";
  const HttpResponse response = http_exchange(request);
  EXPECT_EQ(response.header("Content-Length"), "5");
  EXPECT_EQ(response.body, "");
}

TEST(HttpClient, RefusesMethodsAndHeaderNamesThatAreNoTokens) {
  HttpRequest request = get(http_peer().url("/echo"));
  for (const std::string method : {"", "GET /x HTTP/1.1\r\nX: y", "A B", "Ä"}) {
    request.method = method;
    EXPECT_THROW(http_exchange(request), Error) << method;
  }
  request.method = "GET";
  request.headers = {{"X: y\r\nZ", "1"}};
  EXPECT_THROW(http_exchange(request), Error);
}

TEST(HttpClient, RedirectsAreAnswersUnlessFollowed) {
  HttpRequest request = get(http_peer().url("/redirect/302//echo"));
  const HttpResponse response = http_exchange(request);
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.body, "moved");
  EXPECT_EQ(response.header("Location"), "/echo");
}

TEST(HttpClient, FollowedRequestsKeepHeadersAndBody) {
  struct Row {
    const char* method;
    int status;
    const char* next;
  };
  for (const Row& row :
       {Row{"POST", 302, "GET"}, Row{"POST", 307, "POST"}, Row{"PUT", 301, "PUT"}}) {
    HttpRequest request =
        get(http_peer().url("/redirect/" + std::to_string(row.status) + "//echo"));
    request.method = row.method;
    request.max_redirects = 1;
    request.headers = {{"Authorization", "Basic eDp5"}};
    request.body = "data";
    EXPECT_EQ(http_exchange(request).body,
              std::string(row.next) + " /echo HTTP/1.1\n" + host_line() +
                  "Authorization: Basic eDp5\nContent-Length: 4\n\ndata");
  }
}

TEST(HttpClient, CountsRedirects) {
  const std::string twice = "/redirect/302//redirect/302//echo";
  HttpRequest request = get(http_peer().url(twice));
  request.max_redirects = 2;
  EXPECT_EQ(http_exchange(request).status, 200);
  request.max_redirects = 1;
  EXPECT_EQ(http_exchange(request).status, 302);
}

TEST(HttpClient, RedirectsThatCannotBeFollowedAreAnswers) {
  HttpRequest request = get(http_peer().url("/redirect/302/"));
  request.max_redirects = 8;
  EXPECT_EQ(http_exchange(request).status, 302);
  request.url = http_peer().url("/redirect/302/file:///etc/passwd");
  EXPECT_EQ(http_exchange(request).status, 302);
  request.url = http_peer().url("/redirect/301//echo");
  request.method = "DELETE";
  EXPECT_EQ(http_exchange(request).status, 301);
}

TEST(HttpClient, DecodesGzip) {
  EXPECT_EQ(http_exchange(get(http_peer().url("/gzip?bytes=100000"))).body,
            std::string(100'000, 'x'));
  EXPECT_THAT(failure_of(get(http_peer().url("/broken-gzip"))), HasSubstr(": broken gzip content"));
  // Other encodings are the caller's business.
  const auto other = http_exchange(get(http_peer().url("/headers?Content-Encoding=utf-8")));
  EXPECT_EQ(other.body, "hello");
}

TEST(HttpClient, CutsAnswersAtTheLimit) {
  HttpRequest request = get(http_peer().url("/content?bytes=1000"));
  request.max_response_bytes = 1000;
  EXPECT_FALSE(http_exchange(request).body_too_large);

  for (const std::string path : {"/content?bytes=50000000", "/gzip?bytes=50000000"}) {
    request.url = http_peer().url(path);
    const HttpResponse response = http_exchange(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, std::string(1000, 'x')) << path;
    EXPECT_TRUE(response.body_too_large);
  }
  EXPECT_THAT(failure_of(get(http_peer().url("/endless-headers"))), HasSubstr("of headers"));
}

TEST(HttpClient, SaysWhyThereIsNoAnswer) {
  const std::string target = "127.0.0.1:" + std::to_string(http_peer().port()) + ": ";
  EXPECT_EQ(failure_of(get("http://me:pw@127.0.0.1:1/x")), "127.0.0.1:1: Connection refused");
  EXPECT_THAT(failure_of(get("http://no-such-host.invalid/")),
              HasSubstr("no-such-host.invalid:80: Could not resolve host"));
  EXPECT_THAT(failure_of(get(http_peer().url("/cut"))), HasSubstr(target));
  EXPECT_THAT(failure_of(get("ftp://127.0.0.1/")), HasSubstr("not supported"));

  HttpRequest silent = get(http_peer().url("/silent"));
  silent.timeout = milliseconds(100);
  EXPECT_EQ(failure_of(silent), target + "no complete answer within 100 ms");
}

TEST(HttpClient, TimeoutCoversRedirects) {
  HttpRequest request = get(http_peer().url("/redirect/302//silent"));
  request.max_redirects = 1;
  request.timeout = milliseconds(300);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(failure_of(request), HasSubstr("within 300 ms"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(HttpClient, GivesUpWhenCanceled) {
  HttpRequest request = get(http_peer().url("/silent"));
  request.canceled = [] { return true; };
  EXPECT_THAT(failure_of(request), HasSubstr(": canceled"));
}

TEST(HttpClient, ChecksCertificateAndName) {
  Peer peer("http_peer.py", {"https"});
  const std::string certificate = peer.read_line();
  HttpRequest request = get(peer.url("/echo", "https"));
  EXPECT_THAT(failure_of(request), HasSubstr("certificate"));

  request.verify_certificate = false;
  EXPECT_THAT(failure_of(request), HasSubstr("127.0.0.1"));
  request.verify_host = false;
  EXPECT_EQ(http_exchange(request).status, 200);

  ASSERT_EQ(setenv("SSL_CERT_FILE", certificate.c_str(), 1), 0);
  request.verify_certificate = true;
  EXPECT_EQ(http_exchange(request).status, 200);
  unsetenv("SSL_CERT_FILE");
}

TEST(HttpClient, ProxyGetsWholeAddressesOfHttpTargets) {
  Peer proxy("http_peer.py", {"proxy"});
  HttpRequest request = get("http://me:pw@target.example:81/x?y");
  request.headers = {{"X-A", "1"}};
  request.proxy =
      HttpProxy{.host = "127.0.0.1", .port = proxy.port(), .username = "u", .password = "p"};
  EXPECT_THAT(http_exchange(request).body,
              AllOf(HasSubstr("GET http://target.example:81/x?y HTTP/1.1\nHost: target.example:81\n"
                              "Proxy-Authorization: Basic dTpw\n"),
                    HasSubstr("X-A: 1\n")));
}

TEST(HttpClient, ProxyTunnelsHttpsTargets) {
  Peer target("http_peer.py", {"https"});
  const std::string certificate = target.read_line();
  Peer proxy("http_peer.py", {"proxy"});
  HttpRequest request = get("https://peer.example:" + std::to_string(target.port()) + "/echo");
  request.headers = {{"X-Secret", "1"}};
  request.proxy = HttpProxy{.host = "127.0.0.1", .port = proxy.port()};
  ASSERT_EQ(setenv("SSL_CERT_FILE", certificate.c_str(), 1), 0);
  EXPECT_THAT(http_exchange(request).body, HasSubstr("X-Secret: 1"));
  unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(proxy.read_line(),
            "CONNECT peer.example:" + std::to_string(target.port()) + " HTTP/1.1");
}

TEST(HttpClient, RefusedTunnelIsAnAnswer) {
  Peer proxy("http_peer.py", {"proxy", "403"});
  HttpRequest request = get("https://target.example/");
  request.proxy = HttpProxy{.host = "127.0.0.1", .port = proxy.port()};
  EXPECT_EQ(http_exchange(request).status, 403);
}

TEST(HttpClient, UnreachableProxyIsNamed) {
  HttpRequest request = get("https://target.example/");
  request.proxy = HttpProxy{.host = "127.0.0.1", .port = 1};
  EXPECT_EQ(failure_of(request),
            "target.example:443 through proxy 127.0.0.1:1: Connection refused");
}

TEST(HttpClient, IgnoresProxiesOfTheEnvironment) {
  ASSERT_EQ(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  ASSERT_EQ(setenv("no_proxy", "*", 1), 0);
  EXPECT_EQ(http_exchange(get(http_peer().url("/echo"))).status, 200);
  Peer proxy("http_peer.py", {"proxy"});
  HttpRequest request = get("http://target.example/");
  request.proxy = HttpProxy{.host = "127.0.0.1", .port = proxy.port()};
  EXPECT_THAT(http_exchange(request).body, HasSubstr("GET http://target.example/ HTTP/1.1"));
  unsetenv("http_proxy");
  unsetenv("no_proxy");
}

}  // namespace
}  // namespace mogura::net
