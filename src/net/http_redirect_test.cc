#include "net/http_redirect.h"

#include <gtest/gtest.h>

namespace mogura::net {
namespace {

TEST(Redirect, MethodFollowsTheTable) {
  struct Row {
    int status;
    const char* method;
    const char* next;
  };
  const Row rows[] = {
      {301, "GET", "GET"},
      {301, "HEAD", "HEAD"},
      {301, "PUT", "PUT"},
      {301, "POST", "GET"},
      {301, "DELETE", "not followed"},
      {301, "PATCH", "not followed"},
      {302, "GET", "GET"},
      {302, "HEAD", "HEAD"},
      {302, "PUT", "PUT"},
      {302, "POST", "GET"},
      {302, "DELETE", "GET"},
      {303, "HEAD", "HEAD"},
      {303, "PUT", "GET"},
      {303, "POST", "GET"},
      {307, "POST", "POST"},
      {307, "DELETE", "DELETE"},
      {308, "PATCH", "PATCH"},
      {300, "GET", "not followed"},
      {304, "GET", "not followed"},
      {305, "GET", "not followed"},
      {200, "GET", "not followed"},
  };
  for (const Row& row : rows) {
    const auto next = redirected_method(row.status, row.method);
    EXPECT_EQ(next.value_or("not followed"), row.next) << row.status << row.method;
  }
}

TEST(Redirect, LocationIsRelativeToTheAddress) {
  struct Row {
    const char* location;
    const char* next;
  };
  const Row rows[] = {
      {"/x", "http://h:81/x"},
      {"x?y=1", "http://h:81/a/x?y=1"},
      {"../x", "http://h:81/x"},
      {"?q", "http://h:81/a/b?q"},
      {"//other/x", "http://other/x"},
      {"https://other:444/x", "https://other:444/x"},
      {"/with blank", "http://h:81/with%20blank"},
      {"/%20", "http://h:81/%20"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(redirected_url("http://h:81/a/b?c=d", row.location), row.next) << row.location;
  }
}

TEST(Redirect, OtherSchemesAreNotFollowed) {
  for (const char* location :
       {"file:///etc/passwd", "ftp://h/x", "gopher://h/", "http://", "h\n:x://"}) {
    EXPECT_EQ(redirected_url("http://h/", location), std::nullopt) << location;
  }
}

}  // namespace
}  // namespace mogura::net
