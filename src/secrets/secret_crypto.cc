// A ciphertext is the base64 of
//
//   "aesgcm" | version, int32 = 2 | term, int32 = 1 | nonce, 12 bytes | sealed record | tag, 16
//   bytes
//
// where the record is the text's length as int32, the text, and zeros up to a multiple of 16 bytes.
// Numbers are big endian.
#include "secrets/secret_crypto.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdint>
#include <memory>

#include "base/base64.h"
#include "secrets/secrets.h"

namespace mogura::secrets {
namespace {

constexpr std::string_view kEngine = "aesgcm";
constexpr std::string_view kNoEngine = "disabled";
constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kNumberBytes = 4;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kRecordStep = 16;
constexpr std::size_t kHeadBytes = kEngine.size() + 2 * kNumberBytes + kNonceBytes;
constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kOldVersion = 1;
constexpr std::uint32_t kTerm = 1;

std::string number_bytes(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
  return bytes;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (const char c : bytes.substr(at, kNumberBytes)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* as_bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { ::EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

/// The sealed record with its tag behind it.
std::string seal(std::string_view key, std::string_view nonce, std::string_view record) {
  const CipherContext context(::EVP_CIPHER_CTX_new());
  std::string sealed(record.size() + kTagBytes, '\0');
  int count = 0;
  if (!context ||
      ::EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, as_bytes(key),
                           as_bytes(nonce)) != 1 ||
      ::EVP_EncryptUpdate(context.get(), as_bytes(sealed), &count, as_bytes(record),
                          static_cast<int>(record.size())) != 1 ||
      ::EVP_EncryptFinal_ex(context.get(), as_bytes(sealed) + count, &count) != 1 ||
      ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                            as_bytes(sealed) + record.size()) != 1) {
    throw RuntimeError("Secret cannot be encrypted");
  }
  return sealed;
}

std::string unseal(std::string_view key, std::string_view nonce, std::string_view sealed) {
  const CipherContext context(::EVP_CIPHER_CTX_new());
  std::string record(sealed.substr(0, sealed.size() - kTagBytes));
  std::string tag(sealed.substr(record.size()));
  int count = 0;
  if (!context ||
      ::EVP_DecryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, as_bytes(key),
                           as_bytes(nonce)) != 1 ||
      ::EVP_DecryptUpdate(context.get(), as_bytes(record), &count, as_bytes(sealed),
                          static_cast<int>(record.size())) != 1 ||
      ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, as_bytes(tag)) != 1 ||
      ::EVP_DecryptFinal_ex(context.get(), as_bytes(record) + count, &count) != 1) {
    throw RuntimeError("Secret cannot be decrypted");
  }
  return record;
}

void check_head(std::string_view bytes) {
  if (bytes.size() < kHeadBytes + kRecordStep + kTagBytes ||
      (bytes.size() - kHeadBytes) % kRecordStep != 0) {
    throw RuntimeError("Bad size");
  }
  if (!bytes.starts_with(kEngine)) throw RuntimeError("Crypto engine mismatch");
  const std::uint32_t version = number_at(bytes, kEngine.size());
  if (version != kVersion && version != kOldVersion) throw RuntimeError("Bad version");
  if (number_at(bytes, kEngine.size() + kNumberBytes) != kTerm) throw RuntimeError("Bad term");
}

}  // namespace

SecretCrypto::SecretCrypto(const std::optional<std::string>& key) {
  if (!key) return;
  key_ = from_base64(*key).value_or("");
  if (key_.size() != kKeyBytes) {
    throw ConfigError("digdag.secret-encryption-key must be the base64 of 16 bytes");
  }
}

std::string_view SecretCrypto::engine() const {
  return key_.empty() ? kNoEngine : kEngine;
}

std::string SecretCrypto::encrypt(std::string_view text) const {
  if (key_.empty()) {
    throw Error("illegal argument",
                "Secrets cannot be stored: the server has no digdag.secret-encryption-key");
  }
  if (text.size() > kMaxSecretValueBytes) throw Error("illegal argument", "Too long text");
  std::string record = number_bytes(static_cast<std::uint32_t>(text.size())) + std::string(text);
  record.resize((record.size() + kRecordStep - 1) / kRecordStep * kRecordStep, '\0');
  std::string nonce(kNonceBytes, '\0');
  if (::RAND_bytes(as_bytes(nonce), kNonceBytes) != 1) throw RuntimeError("No random numbers");
  return to_base64(std::string(kEngine) + number_bytes(kVersion) + number_bytes(kTerm) + nonce +
                   seal(key_, nonce, record));
}

std::string SecretCrypto::decrypt(std::string_view stored_engine,
                                  std::string_view ciphertext) const {
  if (stored_engine != engine()) {
    throw RuntimeError("Crypto engine mismatch. Expected '" + std::string(stored_engine) +
                       "' but got '" + std::string(engine()) + "'");
  }
  const std::optional<std::string> bytes = from_base64(ciphertext);
  if (!bytes) throw RuntimeError("Bad size");
  check_head(*bytes);
  const std::string_view nonce =
      std::string_view(*bytes).substr(kHeadBytes - kNonceBytes, kNonceBytes);
  const std::string record = unseal(key_, nonce, std::string_view(*bytes).substr(kHeadBytes));
  const std::uint32_t length = number_at(record, 0);
  if (length > kMaxSecretValueBytes || length > record.size() - kNumberBytes) {
    throw RuntimeError("Bad length");
  }
  return record.substr(kNumberBytes, length);
}

}  // namespace mogura::secrets
