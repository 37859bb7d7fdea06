#include "server/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/api.h"

namespace mogura::server {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::Pair;

std::string problem_of(const Object& config) {
  try {
    read_settings(config, "1");
    return "none";
  } catch (const Error& error) {
    return error.message();
  }
}

TEST(Settings, HaveDigdagsDefaults) {
  const ServerSettings settings = read_settings({}, "0.10.6");
  ASSERT_EQ(settings.http.listeners.size(), 1u);
  EXPECT_EQ(settings.http.listeners[0].name, kApiListener);
  EXPECT_EQ(settings.http.listeners[0].host, "127.0.0.1");
  EXPECT_EQ(settings.http.listeners[0].port, 65432);
  EXPECT_FALSE(settings.http.listeners[0].tls);
  EXPECT_EQ(settings.http.limits.no_request, milliseconds(60'000));
  EXPECT_EQ(settings.http.limits.request_parse, milliseconds(30'000));
  EXPECT_EQ(settings.http.limits.io_idle, milliseconds(300'000));
  EXPECT_GE(settings.http.limits.io_threads, 2);
  EXPECT_EQ(settings.http.limits.worker_threads, settings.http.limits.io_threads * 8);
  EXPECT_EQ(settings.api.version, "0.10.6");
  EXPECT_FALSE(settings.api.user);
  EXPECT_EQ(settings.api.archive.max_total_bytes, 2'097'152u);
  EXPECT_EQ(settings.api.max_attempts_page_size, 100);
  EXPECT_FALSE(settings.access_log);
  EXPECT_FALSE(settings.runtime_info);
}

TEST(Settings, AreReadFromDigdagsKeys) {
  const ServerSettings settings = read_settings({{"server.bind", "0.0.0.0"},
                                                 {"server.port", "0"},
                                                 {"server.admin.port", "1"},
                                                 {"server.http.io-threads", "3"},
                                                 {"server.http.worker-threads", "5"},
                                                 {"server.http.no-request-timeout", "7"},
                                                 {"server.http.headers.X-Team", "data, night"},
                                                 {"server.http.max-connections", "9"},
                                                 {"server.tls.certificate", "c.pem"},
                                                 {"server.tls.key", "k.pem"},
                                                 {"server.authenticator.basic.username", "alice"},
                                                 {"server.authenticator.basic.password", "wonder"},
                                                 {"server.authenticator.basic.admin", "true"},
                                                 {"server.access-log.path", "logs"},
                                                 {"server.access-log.pattern", "common"},
                                                 {"server.runtime-info.path", "info"},
                                                 {"api.max_archive_total_size_limit", "100000000"},
                                                 {"api.max_sessions_page_size", "10"}},
                                                "1");
  ASSERT_EQ(settings.http.listeners.size(), 2u);
  EXPECT_EQ(settings.http.listeners[0].host, "0.0.0.0");
  EXPECT_EQ(settings.http.listeners[0].port, 0);
  EXPECT_EQ(settings.http.listeners[0].tls->certificate, "c.pem");
  EXPECT_EQ(settings.http.listeners[1].name, kAdminListener);
  EXPECT_EQ(settings.http.listeners[1].host, "0.0.0.0");
  EXPECT_EQ(settings.http.listeners[1].port, 1);
  EXPECT_EQ(settings.http.limits.io_threads, 3);
  EXPECT_EQ(settings.http.limits.worker_threads, 5);
  EXPECT_EQ(settings.http.limits.no_request, milliseconds(7'000));
  EXPECT_EQ(settings.http.limits.connections, 9u);
  EXPECT_THAT(settings.api.headers, ElementsAre(Pair("X-Team", "data, night")));
  EXPECT_EQ(settings.api.user->name, "alice");
  EXPECT_TRUE(settings.api.user->is_admin);
  EXPECT_EQ(settings.access_log, "logs");
  EXPECT_EQ(settings.access_log_pattern, "common");
  EXPECT_EQ(settings.runtime_info, "info");
  EXPECT_EQ(settings.api.max_sessions_page_size, 10);
  // The HTTP server lets pass what the API may take.
  EXPECT_EQ(settings.api.archive.max_total_bytes, 100'000'000u);
  EXPECT_GE(settings.http.limits.body_bytes, 100'000'000u);
}

TEST(Settings, TheOldKeysOfTheAuthenticatorWin) {
  const ServerSettings settings = read_settings({{"basicauth.username", "old"},
                                                 {"basicauth.password", "p"},
                                                 {"server.authenticator.basic.username", "new"},
                                                 {"server.authenticator.basic.password", "q"}},
                                                "1");
  EXPECT_EQ(settings.api.user->name, "old");
}

TEST(Settings, WrongOnesAreErrorsThatNameTheKey) {
  EXPECT_EQ(problem_of({{"server.authenticator.type", "ldap"}}),
            "Configured authenticator name is not found: ldap");
  EXPECT_EQ(problem_of({{"server.authenticator.basic.username", "alice"}}),
            "Parameter 'server.authenticator.basic.password' is required but not set");
  EXPECT_EQ(problem_of({{"server.http.worker-threads", "0"}}),
            "Parameter 'server.http.worker-threads' must be at least 1");
  EXPECT_EQ(problem_of({{"server.port", "65536"}}),
            "Parameter 'server.port' must be a port number, 0 to 65535");
  EXPECT_EQ(problem_of({{"server.admin.port", "-1"}}),
            "Parameter 'server.admin.port' must be a port number, 0 to 65535");
  EXPECT_EQ(problem_of({{"server.tls.key", "k.pem"}}),
            "server.tls.certificate and server.tls.key must be set together");
  EXPECT_EQ(problem_of({{"server.client-version-check.upgrade-recommended-if-older", "x"}}),
            "Invalid version string: x");
}

}  // namespace
}  // namespace mogura::server
