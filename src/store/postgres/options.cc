#include "store/postgres/options.h"

#include <algorithm>
#include <thread>

#include "value/config.h"

namespace mogura::store::postgres {
namespace {

using Keywords = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMostConnections = 32;

// Properties of Digdag's driver that libpq has under another name.
constexpr std::pair<std::string_view, std::string_view> kRenamedProperties[] = {
    {"ApplicationName", "application_name"},
    {"currentSchema", "options"},
    {"tcpKeepAlive", "keepalives"},
};

// A machine that does not answer for 10 s is gone: without these a connection to it would be waited
// for as long as a statement may take. `database.opts.*` can say otherwise.
constexpr std::pair<std::string_view, std::string_view> kGoneMachine[] = {
    {"keepalives", "1"},       {"keepalives_idle", "5"},      {"keepalives_interval", "2"},
    {"keepalives_count", "3"}, {"tcp_user_timeout", "10000"},
};

class Settings {
 public:
  Settings(const Object& settings, const std::string& prefix)
      : settings_(settings), prefix_(prefix) {}

  std::optional<std::string> text(std::string_view key) const {
    return value::find_text(settings_, prefix_ + std::string(key));
  }
  std::string required(std::string_view key) const {
    return value::get_text(settings_, prefix_ + std::string(key));
  }
  bool flag(std::string_view key, bool otherwise) const {
    return value::find_boolean(settings_, prefix_ + std::string(key)).value_or(otherwise);
  }
  std::int64_t number(std::string_view key, std::int64_t otherwise, std::int64_t least) const {
    const std::int64_t found =
        value::find_long(settings_, prefix_ + std::string(key)).value_or(otherwise);
    if (found < least) {
      throw ConfigError("Parameter '" + prefix_ + std::string(key) + "' must be at least " +
                        std::to_string(least));
    }
    return found;
  }
  std::chrono::seconds seconds(std::string_view key, std::int64_t otherwise) const {
    return std::chrono::seconds(number(key, otherwise, 0));
  }

 private:
  const Object& settings_;
  const std::string& prefix_;
};

// `ssl` alone encrypts without asking who the server is, as Digdag's default factory does.
void add_encryption(Keywords& keywords, const Settings& settings) {
  if (!settings.flag("ssl", false)) return;
  const std::string factory = settings.text("sslfactory").value_or("");
  const bool validates = factory.ends_with(".LibPQFactory");
  keywords.emplace_back("sslmode",
                        settings.text("sslmode").value_or(validates ? "verify-full" : "require"));
  for (const char* const key : {"sslcert", "sslkey", "sslrootcert"}) {
    if (const auto file = settings.text(key)) keywords.emplace_back(key, *file);
  }
}

void add_properties(Keywords& keywords, const Object& settings, const std::string& prefix) {
  for (const auto& [key, value] : settings) {
    if (!key.starts_with(prefix)) continue;
    std::string name = key.substr(prefix.size());
    std::string text = value::as_text(value).value_or("");
    if (name == "currentSchema") text = "-c search_path=" + text;
    if (name == "tcpKeepAlive") text = text == "true" ? "1" : "0";
    for (const auto& [theirs, ours] : kRenamedProperties) {
      if (name == theirs) name = ours;
    }
    keywords.emplace_back(std::move(name), std::move(text));
  }
}

}  // namespace

std::size_t Options::default_pool_size() {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return std::min(2 * cores + 8, kMostConnections);
}

Options options_from(const Object& settings, const std::string& prefix) {
  const Settings keys(settings, prefix);
  Options options;
  Keywords& keywords = options.connection;
  keywords.emplace_back("host", keys.required("host"));
  if (const auto port = keys.text("port")) keywords.emplace_back("port", *port);
  keywords.emplace_back("dbname", keys.required("database"));
  keywords.emplace_back("user", keys.required("user"));
  keywords.emplace_back("password", keys.text("password").value_or(""));
  keywords.emplace_back("connect_timeout",
                        std::to_string(keys.seconds("loginTimeout", 30).count()));
  for (const auto& [keyword, value] : kGoneMachine) keywords.emplace_back(keyword, value);
  add_encryption(keywords, keys);
  add_properties(keywords, settings, prefix + "opts.");

  options.socket_timeout = keys.seconds("socketTimeout", 1800);
  options.connection_timeout = keys.seconds("connectionTimeout", 30);
  options.idle_timeout = keys.seconds("idleTimeout", 600);
  const auto most = static_cast<std::int64_t>(Options::default_pool_size());
  options.maximum_pool_size = static_cast<std::size_t>(keys.number("maximumPoolSize", most, 1));
  options.minimum_pool_size = static_cast<std::size_t>(keys.number("minimumPoolSize", 0, 0));
  options.migrate = keys.flag("migrate", true);
  return options;
}

}  // namespace mogura::store::postgres
