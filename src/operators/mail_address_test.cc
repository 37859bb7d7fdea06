#include "operators/mail_address.h"

#include <gtest/gtest.h>

namespace mogura::operators {
namespace {

TEST(MailAddress, OneEntryIsOneAddress) {
  struct Row {
    const char* text;
    const char* address;
    const char* name;
    const char* header;
  };
  const Row rows[] = {
      {"a@example.com", "a@example.com", "", "a@example.com"},
      {"  a@example.com\t", "a@example.com", "", "a@example.com"},
      {"root", "root", "", "root"},
      {"<a@example.com>", "a@example.com", "", "a@example.com"},
      {"Ann Bee <a@example.com>", "a@example.com", "Ann Bee", "Ann Bee <a@example.com>"},
      {"\"Bee, Ann\" <a@example.com>", "a@example.com", "Bee, Ann", "\"Bee, Ann\" <a@example.com>"},
      {R"("A \"x\" <y>" <a@example.com>)", "a@example.com", "A \"x\" <y>",
       R"("A \"x\" <y>" <a@example.com>)"},
      {"A. Bee <a@example.com>", "a@example.com", "A. Bee", "\"A. Bee\" <a@example.com>"},
      {"a@example.com (Ann)", "a@example.com", "Ann", "Ann <a@example.com>"},
      {"Ånn <a@example.com>", "a@example.com", "Ånn", "=?UTF-8?B?w4Vubg==?= <a@example.com>"},
      {"\"a b\"@example.com", "\"a b\"@example.com", "", "\"a b\"@example.com"},
      {"a+b.c@[127.0.0.1]", "a+b.c@[127.0.0.1]", "", "a+b.c@[127.0.0.1]"},
      {"日@例え.jp", "日@例え.jp", "", "日@例え.jp"},
  };
  for (const Row& row : rows) {
    const MailAddress address = parse_mail_address(row.text);
    EXPECT_EQ(address.address, row.address) << row.text;
    EXPECT_EQ(address.name, row.name) << row.text;
    EXPECT_EQ(header_address(address), row.header) << row.text;
  }
}

TEST(MailAddress, AnythingElseIsInvalid) {
  const std::string texts[] = {
      "",
      " ",
      "a@example.com, b@example.com",
      "a@example.com;b@example.com",
      "a@example.com b@example.com",
      "friends: a@example.com;",
      "@example.com",
      "a@",
      "a@b@c",
      "a b@example.com",
      ".a@example.com",
      "a.@example.com",
      "a..b@example.com",
      "a@.example.com",
      "a@example..com",
      "a@example.com.",
      "a@exam ple.com",
      "Ann <a@example.com",
      "Ann a@example.com>",
      "Ann <>",
      "Ann <a@example.com> <b@example.com>",
      "Ann, Bee <a@example.com>",
      "\"Ann <a@example.com>",
      "\"Ann\" Bee <a@example.com>",
      "a@example.com\r\nRCPT TO:<b@example.com>",
      "Ann\nBcc: x <a@example.com>",
      "\"a\nb\"@example.com",
      "\"@example.com",
      std::string(100'000, 'a') + "@example.com",
  };
  for (const std::string& text : texts) {
    try {
      parse_mail_address(text);
      ADD_FAILURE() << "accepted " << text.substr(0, 80);
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.message(), "Invalid address");
    }
  }
}

TEST(MailAddress, ListsAreFolded) {
  EXPECT_EQ(header_addresses({{"a@x", ""}, {"b@x", "B"}}), "a@x,\r\n B <b@x>");
}

}  // namespace
}  // namespace mogura::operators
