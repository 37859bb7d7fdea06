// The API on a database in memory with a running executor, asked without sockets.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blob/testing/tar.h"
#include "server/api_test_parts.h"
#include "value/json.h"

namespace mogura::server {

/// An empty one in memory.
std::unique_ptr<store::Database> open_test_database();

class ApiTest : public ::testing::Test, protected ApiParts {
 protected:
  ApiTest() : ApiParts(open_test_database()) {}

  /// What a request without headers gets: "STATUS BODY". `request` is "METHOD URI".
  std::string ask(const std::string& request, const std::string& body = {}) {
    const net::ServerResponse response = respond(request, body);
    return std::to_string(response.status) + " " + text_of(response);
  }
  /// Time goes on without the executor, which reads the clock on a thread of its own: from here on
  /// attempts stay as they are.
  void advance(Duration by) {
    executor_.stop();
    clock_.advance(by);
  }
  net::ServerResponse respond(const std::string& request, const std::string& body = {},
                              net::HttpHeaders headers = {}) {
    if (!api_) {
      executor_.start();
      api_ = std::make_unique<Api>(services_);
    }
    const std::size_t blank = request.find(' ');
    net::ServerRequest made;
    made.method = request.substr(0, blank);
    made.uri = request.substr(blank + 1);
    made.target = net::parse_target(made.uri);
    made.headers = std::move(headers);
    made.body = body;
    if (!body.empty()) made.content_length = body.size();
    made.listener = listener_;
    return api_->handle(made);
  }
  static std::string text_of(const net::ServerResponse& response) {
    return std::get<std::string>(response.body);
  }
  static std::string header_of(const net::ServerResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "(none)";
  }

  using Files = std::vector<std::pair<std::string, std::string>>;
  /// The answer to the push of a project with these files.
  std::string push(const std::string& project, const std::string& revision, const Files& files,
                   const std::string& query = {}) {
    std::vector<blob::testing::TarEntry> entries;
    for (const auto& [name, content] : files) entries.push_back({name, content});
    return ask("PUT /api/projects?project=" + project + "&revision=" + revision + query,
               blob::testing::archive_of(entries));
  }
  /// A member of a JSON answer, by a path such as `attempts.0.id`.
  static Value member(const std::string& answer, std::string_view path) {
    Value found = value::parse_json(std::string_view(answer).substr(answer.find(' ') + 1));
    while (!path.empty()) {
      const std::size_t end = std::min(path.find('.'), path.size());
      const std::string key(path.substr(0, end));
      Value next =
          found.is_array() ? found.as_array().at(std::stoul(key)) : *found.as_object().find(key);
      found = std::move(next);
      path.remove_prefix(std::min(end + 1, path.size()));
    }
    return found;
  }
  static std::string text_member(const std::string& answer, std::string_view path) {
    return member(answer, path).as_text();
  }
  /// The status of an attempt once it is done; what is queued succeeds meanwhile.
  std::string wait(const std::string& attempt) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    std::string answer;
    do {
      succeed_queued();
      answer = ask("GET /api/attempts/" + attempt);
    } while (!member(answer, "done").as_boolean() && std::chrono::steady_clock::now() < deadline);
    return text_member(answer, "status");
  }

  void succeed_queued() {
    if (!lease_) lease_ = database_->open_lease("test", std::chrono::hours(1));
    for (const store::Claim& claim : database_->claim(*lease_, 100)) {
      executor_.post(claim.attempt, engine::TaskSucceeded{claim.task, claim.run, {}},
                     store::Ownership{claim.entry, lease_->id, lease_->epoch});
    }
  }

  std::string listener_ = std::string(kApiListener);
  std::unique_ptr<Api> api_;
  std::optional<store::Lease> lease_;
};

}  // namespace mogura::server
