#include "cli/secret_words.h"

#include <algorithm>
#include <set>

#include "cli/command.h"
#include "secrets/secrets.h"
#include "value/value.h"
#include "workflow/yaml.h"

namespace mogura::cli {
namespace {

class SecretReader {
 public:
  explicit SecretReader(const SecretSources& sources) : sources_(sources) {}

  void read(const std::string& word) {
    if (word.starts_with('@')) {
      read_mapping(word.substr(1));
      return;
    }
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    if (key.empty()) throw WrongArgumentCount();
    claim(key, "Duplicate --set secret key: '" + key + "'");
    if (equals == std::string::npos) {
      store(key, sources_.prompt(key));
      return;
    }
    const std::string text = word.substr(equals + 1);
    if (text == "-") {
      store(key, input());
    } else if (text.starts_with('-') || text == "@") {
      throw WrongArgumentCount();
    } else if (text.starts_with('@')) {
      store(key, sources_.file(text.substr(1)));
    } else {
      store(key, text);
    }
  }

  Secrets result() && { return std::move(secrets_); }

 private:
  void read_mapping(const std::string& from) {
    if (from.empty()) throw WrongArgumentCount();
    const bool is_input = from == "-";
    const std::string source = is_input ? "stdin" : "file: " + from;
    const Value mapping = parse(is_input ? input() : sources_.file(from), source);
    for (const auto& [key, secret] : mapping.as_object()) {
      if (!secret.is_text()) throw UsageError("Invalid key/value in " + source);
      claim(key, "Duplicate secret key: '" + key + "' in " + source);
      store(key, secret.as_text());
    }
  }

  static Value parse(const std::string& text, const std::string& source) {
    try {
      Value mapping = workflow::parse_yaml(text, source);
      if (mapping.is_object()) return mapping;
    } catch (const workflow::RepeatedKeysError& error) {
      throw UsageError("Duplicate secret key: '" + error.keys().front() + "' in " + source);
    }
    throw UsageError("Invalid key/value in " + source);
  }

  std::string input() {
    if (input_was_read_) throw UsageError("Can only read once from stdin");
    input_was_read_ = true;
    return sources_.input();
  }

  void claim(const std::string& key, const std::string& complaint) {
    if (!keys_.insert(key).second) throw UsageError(complaint);
  }

  void store(const std::string& key, std::string secret) {
    if (!secrets::valid_secret_key(key)) throw UsageError("Invalid secret key: " + key);
    if (!secrets::valid_secret_value(secret)) {
      throw UsageError("Invalid secret value for key: " + key);
    }
    secrets_.emplace_back(key, std::move(secret));
  }

  const SecretSources& sources_;
  std::set<std::string> keys_;
  bool input_was_read_ = false;
  Secrets secrets_;
};

}  // namespace

Secrets read_secret_words(const std::vector<std::string>& words, const SecretSources& sources) {
  SecretReader reader(sources);
  for (const std::string& word : words) reader.read(word);
  return std::move(reader).result();
}

void check_keys_to_delete(const std::vector<std::string>& keys) {
  std::set<std::string> seen;
  for (const std::string& key : keys) {
    if (!seen.insert(key).second) throw UsageError("Duplicate --delete secret key: '" + key + "'");
    if (!secrets::valid_secret_key(key)) throw UsageError("Invalid secret key: " + key);
  }
}

}  // namespace mogura::cli
