// What a client may send: the input goes through a socket to a real server with the whole API on an
// empty database, once in one piece and once in two. Either way the server understands the same
// requests; its answers are complete, each with a status that a client can be blamed for; no
// request is beyond the limits; nobody without the password is let in; connections and memory are
// given back.
#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/mutex.h"
#include "fuzz/fuzz.h"
#include "fuzz/http_answers.h"
#include "net/testing/raw_client.h"
#include "server/api_test_parts.h"
#include "store/sqlite/database.h"

namespace {

using mogura::Mutex;
using mogura::MutexLock;
using mogura::fuzz::check;
using mogura::net::ServerRequest;
using mogura::net::ServerResponse;
using mogura::server::Api;

// So low that inputs reach them.
constexpr mogura::net::HttpServerLimits kLimits{.io_threads = 1,
                                                .worker_threads = 1,
                                                .header_bytes = 1024,
                                                .headers = 16,
                                                .query_parameters = 8,
                                                .body_bytes = 512,
                                                .discarded_bytes = 1024,
                                                .connections = 16};
constexpr std::array kStatuses{200, 204, 400, 401, 403, 404, 405, 406, 409, 413, 415, 431};
// The fuzzer's own collection of inputs counts, too.
constexpr std::size_t kMaxGrowthBytes = 256u << 20;

bool is_known(int status) {
  return std::ranges::find(kStatuses, status) != kStatuses.end();
}

void check_limits(const ServerRequest& request) {
  check(!request.method.empty(), "a request has a method");
  check(request.uri.size() <= kLimits.header_bytes, "a target is within the limit");
  check(request.headers.size() <= kLimits.headers, "headers are within the limit");
  check(!request.target.segments.empty(), "a path has segments");
  check(request.target.query.size() <= kLimits.query_parameters, "parameters are within the limit");
  check(request.body.size() <= kLimits.body_bytes, "a body is within the limit");
  check(request.body.empty() || !(request.body_too_large || request.body_malformed),
        "a body that is refused is not handed on");
}

class Target : mogura::server::ApiParts {
 public:
  Target()
      : ApiParts(mogura::store::sqlite::open_memory_database()),
        open_(services_),
        locked_services_{services_.database, services_.executor, services_.vault,
                         services_.logs,     services_.archives, services_.clock,
                         services_.live,     locked_settings()},
        locked_(locked_services_),
        server_(
            {{{std::string(mogura::server::kAdminListener), "127.0.0.1", 0, std::nullopt}},
             kLimits},
            clock_, [this](const ServerRequest& request) { return handle(request); },
            [this](const mogura::net::Exchange& exchange) { note(exchange); }) {
    executor_.start();
    server_.start();
  }

  /// What the server understands of a client that sends these pieces, and then no more.
  std::string exchange(std::string_view first, std::string_view second) {
    {
      MutexLock lock(mutex_);
      exchanges_.clear();
      understood_.clear();
    }
    mogura::net::testing::RawClient client(server_.addresses().front().port);
    if (client.send(first) && client.send(second)) client.finish_sending();
    const std::string received = client.read_to_end();
    mogura::fuzz::HttpAnswers answers(received);
    MutexLock lock(mutex_);
    for (const auto& [method, status] : exchanges_) {
      check(is_known(status), "a status is one that a client can be blamed for");
      check(answers.read(method) == status, "the access log has the status that was sent");
    }
    check(answers.at_end(), "the access log has all that was answered");
    return understood_;
  }

 private:
  mogura::server::ApiSettings locked_settings() const {
    mogura::server::ApiSettings settings = services_.settings;
    settings.user = mogura::server::BasicUser{"admin", "a password that no input has", true};
    return settings;
  }

  ServerResponse handle(const ServerRequest& request) {
    check_limits(request);
    const int locked = locked_.handle(request).status;
    ServerResponse open = open_.handle(request);
    check(locked == 401 || locked == open.status, "the password only closes doors");
    check(locked == 401 || request.target.path == "/api/version" ||
              request.target.segments.front() != "api" || request.method == "OPTIONS" ||
              request.method == "TRACE",
          "nobody is let in without the password");
    understand(request, open.status);
    return open;
  }

  void understand(const ServerRequest& request, int status) {
    MutexLock lock(mutex_);
    understood_ += request.method + ' ' + request.uri + ' ' + request.protocol + '\n';
    for (const auto& [name, value] : request.headers) understood_ += name + ':' + value + '\n';
    understood_ += std::to_string(status) + ' ' + request.body + '\n';
  }

  void note(const mogura::net::Exchange& exchange) {
    MutexLock lock(mutex_);
    exchanges_.emplace_back(exchange.request.method, exchange.status);
  }

  const Api open_;
  const mogura::server::Services locked_services_;
  const Api locked_;
  mogura::net::HttpServer server_;
  Mutex mutex_;
  std::vector<std::pair<std::string, int>> exchanges_ MOGURA_GUARDED_BY(mutex_);
  std::string understood_ MOGURA_GUARDED_BY(mutex_);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static Target target;
  static const std::size_t at_first = __sanitizer_get_current_allocated_bytes();
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::string whole = target.exchange(input, {});
  // Where it is cut, the input says.
  const std::size_t cut = size == 0 ? 0 : bytes[size - 1] * size / 256;
  const std::string halves = target.exchange(input.substr(0, cut), input.substr(cut));
  check(whole == halves, "it does not matter how the bytes arrive");
  check(__sanitizer_get_current_allocated_bytes() < at_first + kMaxGrowthBytes,
        "memory is given back");
  return 0;
}
