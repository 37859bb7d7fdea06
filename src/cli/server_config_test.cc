#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/server_keys.h"

namespace mogura::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ServerKeys, KnowsDigdagsSettings) {
  EXPECT_THAT(unknown_server_keys({{"server.port", "1"},
                                   {"database.opts.ApplicationName", "x"},
                                   {"server.http.headers.X-Frame-Options", "DENY"},
                                   {"params.any.thing", "1"},
                                   {"log-server.s3.path", "x"},
                                   {"executor.attempt_ttl", "7d"}}),
              IsEmpty());
}

TEST(ServerKeys, NamesWhatItDoesNotKnow) {
  EXPECT_THAT(unknown_server_keys({{"schedule.enable", "1"}, {"colour", "red"}}),
              ElementsAre("schedule.enable (schedule.enabled?)", "colour"));
}

}  // namespace
}  // namespace mogura::cli
