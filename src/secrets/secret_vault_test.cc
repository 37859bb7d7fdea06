#include "secrets/secret_vault.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "base/base64.h"

namespace mogura::secrets {
namespace {

const std::string kKey = "MDEyMzQ1Njc4OTAxMjM0NQ==";
constexpr const char* kVector =
    "YWVzZ2NtAAAAAgAAAAEAAQIDBAUGBwgJCgug9BzeSCmN246KrF/+ntrWFBs7KJO77G/xL0HkNKEoag==";

std::string decrypting(const std::string& engine, const std::string& text) {
  try {
    return SecretCrypto(kKey).decrypt(engine, text);
  } catch (const Error& error) {
    return "! " + error.message();
  }
}

/// The vector with some of its bytes replaced.
std::string changed(std::size_t at, const std::string& bytes) {
  return to_base64(from_base64(kVector)->replace(at, bytes.size(), bytes));
}

TEST(SecretCrypto, ReadsDigdagsCiphertext) {
  EXPECT_EQ(decrypting("aesgcm", kVector), "s3cr3t");
}

TEST(SecretCrypto, ReadsWhatItWrites) {
  const SecretCrypto crypto(kKey);
  EXPECT_EQ(crypto.engine(), "aesgcm");
  for (const std::size_t size : {0u, 1u, 11u, 12u, 13u, 28u, 16'384u}) {
    const std::string text(size, 'x');
    const std::string one = crypto.encrypt(text);
    EXPECT_EQ(crypto.decrypt("aesgcm", one), text);
    EXPECT_NE(one, crypto.encrypt(text)) << "a nonce is used once";
    EXPECT_EQ(from_base64(one)->substr(0, 14), from_base64(kVector)->substr(0, 14));
    EXPECT_EQ(from_base64(one)->size() % 16, 26u % 16);
  }
  EXPECT_THROW(crypto.encrypt(std::string(16'385, 'x')), Error);
}

TEST(SecretCrypto, RefusesWhatItCannotTrust) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"disabled", kVector, "Crypto engine mismatch. Expected 'disabled' but got 'aesgcm'"},
      {"aesgcm", "not base64", "Bad size"},
      {"aesgcm", "", "Bad size"},
      {"aesgcm", to_base64(from_base64(kVector)->substr(0, 40)), "Bad size"},
      {"aesgcm", changed(0, "AESGCM"), "Crypto engine mismatch"},
      {"aesgcm", changed(9, "\x03"), "Bad version"},
      {"aesgcm", changed(13, "\x02"), "Bad term"},
      {"aesgcm", changed(14, "\x01"), "Secret cannot be decrypted"},
      {"aesgcm", changed(30, "?"), "Secret cannot be decrypted"},
      {"aesgcm", changed(50, "?"), "Secret cannot be decrypted"},
  };
  for (const auto& [engine, text, message] : cases) {
    EXPECT_EQ(decrypting(engine, text), "! " + message);
  }
  EXPECT_EQ(decrypting("aesgcm", changed(9, "\x01")), "s3cr3t") << "the version before";
}

TEST(SecretCrypto, NeedsAKeyOfSixteenBytes) {
  for (const char* key : {"", "MDEy", "MDEyMzQ1Njc4OTAxMjM0NTY=", "0123456789012345", "?"}) {
    EXPECT_THROW(SecretCrypto{key}, ConfigError) << key;
  }
  const SecretCrypto none(std::nullopt);
  EXPECT_EQ(none.engine(), "disabled");
  EXPECT_THROW(none.encrypt("x"), Error);
  EXPECT_THROW(none.decrypt("aesgcm", kVector), RuntimeError);
}

class SecretsInMap : public store::EncryptedSecrets {
 public:
  void set_secret(ProjectId project, const std::string& scope, const std::string& key,
                  const Cipher& cipher) override {
    rows[{project, scope, key}] = cipher;
  }
  std::optional<Cipher> find_secret(ProjectId project, const std::string& scope,
                                    const std::string& key) override {
    const auto found = rows.find({project, scope, key});
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
  void delete_secret(ProjectId project, const std::string& scope, const std::string& key) override {
    rows.erase({project, scope, key});
  }
  std::vector<std::string> list_secrets(ProjectId project, const std::string& scope) override {
    std::vector<std::string> keys;
    for (const auto& [key, cipher] : rows) {
      if (std::get<0>(key) == project && std::get<1>(key) == scope)
        keys.push_back(std::get<2>(key));
    }
    return keys;
  }

  std::map<std::tuple<ProjectId, std::string, std::string>, Cipher> rows;
};

TEST(SecretVault, KeepsSecretsOfProjectsApart) {
  SecretsInMap rows;
  const SecretVault vault(rows, SecretCrypto(kKey));
  vault.set(ProjectId{1}, "db.password", "one");
  vault.set(ProjectId{1}, "db.password", "two");
  vault.set(ProjectId{1}, "empty", "");
  EXPECT_EQ(vault.find(ProjectId{1}, "db.password"), "two");
  EXPECT_EQ(vault.find(ProjectId{1}, "empty"), "");
  EXPECT_EQ(vault.find(ProjectId{2}, "db.password"), std::nullopt);
  EXPECT_EQ(vault.list(ProjectId{1}), (std::vector<std::string>{"db.password", "empty"}));
  vault.remove(ProjectId{1}, "db.password");
  vault.remove(ProjectId{1}, "never.there");
  EXPECT_EQ(vault.list(ProjectId{1}), std::vector<std::string>{"empty"});
}

TEST(SecretVault, StoresNoPlainText) {
  SecretsInMap rows;
  const SecretVault vault(rows, SecretCrypto(kKey));
  vault.set(ProjectId{1}, "key", "canary-in-a-mine");
  for (const auto& [key, cipher] : rows.rows) {
    EXPECT_FALSE(from_base64(cipher.text)->contains("canary"));
    EXPECT_EQ(cipher.engine, "aesgcm");
  }
}

TEST(SecretVault, LooksIntoTheDefaultsLast) {
  SecretsInMap rows;
  const SecretCrypto crypto(kKey);
  const SecretVault vault(rows, crypto);
  rows.set_secret(ProjectId{1}, kProjectDefaultScope, "key", {"aesgcm", crypto.encrypt("default")});
  EXPECT_EQ(vault.find(ProjectId{1}, "key"), "default");
  EXPECT_TRUE(vault.list(ProjectId{1}).empty()) << "users see what they set";
  vault.set(ProjectId{1}, "key", "own");
  EXPECT_EQ(vault.find(ProjectId{1}, "key"), "own");
}

TEST(SecretVault, RefusesWhatNoSecretMayBe) {
  SecretsInMap rows;
  const SecretVault vault(rows, SecretCrypto(kKey));
  for (const char* key : {"", "1a", "a.", "a..b", "a b"}) {
    EXPECT_THROW(vault.set(ProjectId{1}, key, "v"), Error) << key;
    EXPECT_THROW(vault.remove(ProjectId{1}, key), Error) << key;
  }
  EXPECT_THROW(vault.set(ProjectId{1}, "a", std::string(16'385, 'x')), Error);
  EXPECT_TRUE(rows.rows.empty());
}

TEST(SecretVault, MasksAllThatItCanRead) {
  SecretsInMap rows;
  const SecretVault vault(rows, SecretCrypto(kKey));
  vault.set(ProjectId{1}, "one", "first-secret");
  vault.set(ProjectId{1}, "two", "second-secret");
  rows.set_secret(ProjectId{1}, kProjectScope, "broken", {"aesgcm", "x"});
  const SecretMask mask = vault.mask(ProjectId{1});
  EXPECT_EQ(mask.masked("a first-secret and a second-secret"), "a *** and a ***");
  EXPECT_TRUE(vault.mask(ProjectId{2}).empty());
  vault.set(ProjectId{1}, "three", "third-secret");
  EXPECT_EQ(vault.mask(ProjectId{1}).masked("a third-secret"), "a ***");
}

// Whoever cannot know what to hide shows nothing.
TEST(SecretVault, HasNoMaskWhereItsStoreIsOutOfReach) {
  class Away : public SecretsInMap {
    std::vector<std::string> list_secrets(ProjectId, const std::string&) override {
      throw Error("database", "away");
    }
  };
  Away rows;
  EXPECT_THROW(SecretVault(rows, SecretCrypto(kKey)).mask(ProjectId{1}), Error);
}

}  // namespace
}  // namespace mogura::secrets
