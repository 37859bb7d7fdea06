#include "store/testing/postgres_server.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>

#include "process/supervisor.h"
#include "store/postgres/connection.h"
#include "store/postgres/migrations.h"

namespace mogura::store::testing {
namespace {

constexpr std::chrono::seconds kStartDeadline{30};
constexpr const char* kSuperuser = "postgres";

// TRUNCATE would make new files for all tables and indexes.
constexpr const char* kEmptyAllTables = R"(DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables
      WHERE schemaname = 'public' AND tablename <> 'schema_migrations' LOOP
    EXECUTE 'DELETE FROM ' || quote_ident(name);
  END LOOP; END $$)";

// PostgreSQL's programs are not on the PATH in Debian: the newest version's folder.
std::filesystem::path program_folder() {
  std::vector<std::filesystem::path> folders;
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    if (std::filesystem::exists(version.path() / "bin" / "initdb")) {
      folders.push_back(version.path() / "bin");
    }
  }
  if (folders.empty()) throw Error("", "not installed: postgresql");
  return *std::ranges::max_element(folders);
}

std::filesystem::path make_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "mogura-pg-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw Error("io", "Cannot make a directory like " + name);
  return name;
}

std::string name_in(const postgres::Options& options) {
  return std::ranges::find(options.connection, "dbname",
                           [](const auto& pair) { return std::string_view(pair.first); })
      ->second;
}

}  // namespace

struct PostgresServer::Impl {
  explicit Impl() { supervisor.start(); }

  // PostgreSQL refuses to run as root.
  std::vector<std::string> command(const std::string& program,
                                   const std::vector<std::string>& arguments) const {
    std::vector<std::string> argv;
    if (::geteuid() == 0) {
      argv = {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"};
    }
    argv.push_back(programs / program);
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
  }

  void hand_directory_over() const {
    if (::geteuid() != 0) return;
    const passwd* const user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(directory.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw Error("io", "Cannot give " + directory.string() + " to the user postgres");
    }
  }

  process::SpawnRequest request(std::vector<std::string> argv) const {
    return {.argv = std::move(argv),
            .environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {"LC_ALL", "C"}},
            .directory = directory};
  }

  void run(std::vector<std::string> argv) {
    std::string output;
    std::promise<int> ended;
    supervisor.spawn(request(std::move(argv)),
                     {.output = [&](std::string_view bytes) { output += bytes; },
                      .exited = [&](int status) { ended.set_value(status); }});
    if (ended.get_future().get() != 0) throw Error("", "PostgreSQL does not start: " + output);
  }

  // Ready when it says so in its log.
  void serve() {
    auto ready = std::make_shared<std::promise<bool>>();
    auto log = std::make_shared<std::string>();
    std::future<bool> is_ready = ready->get_future();
    auto settle = [ready, settled = std::make_shared<bool>(false)](bool good) {
      if (!std::exchange(*settled, true)) ready->set_value(good);
    };
    supervisor.spawn(request(command("postgres", {"-D", directory / "data", "-k", directory, "-c",
                                                  "listen_addresses=", "-c", "fsync=off", "-c",
                                                  "max_connections=200", "-c",
                                                  "shared_preload_libraries=pg_stat_statements",
                                                  "-c", "shared_buffers=32MB"})),
                     {.output =
                          [settle, log](std::string_view bytes) {
                            log->append(bytes);
                            if (log->contains("ready to accept connections")) settle(true);
                          },
                      .exited = [settle](int) { settle(false); }});
    if (is_ready.wait_for(kStartDeadline) != std::future_status::ready || !is_ready.get()) {
      throw Error("", "PostgreSQL does not start");
    }
  }

  postgres::Options options(const std::string& database) const {
    postgres::Options options;
    options.connection = {{"host", directory}, {"dbname", database}, {"user", kSuperuser}};
    return options;
  }

  const std::filesystem::path programs = program_folder();
  const std::filesystem::path directory = make_directory();
  process::Supervisor supervisor{{.kill_grace = std::chrono::milliseconds(0)}};
  int databases = 0;
  std::vector<postgres::Options> used;  // by nobody now, with tables and what was left in them
};

PostgresServer::PostgresServer() : impl_(std::make_unique<Impl>()) {
  impl_->hand_directory_over();
  impl_->run(impl_->command("initdb", {"-D", impl_->directory / "data", "-U", kSuperuser, "-A",
                                       "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"}));
  impl_->serve();
}

PostgresServer::~PostgresServer() {
  impl_->run(
      impl_->command("pg_ctl", {"stop", "-m", "immediate", "-D", impl_->directory / "data"}));
  impl_->supervisor.stop();
  std::error_code ignored;
  std::filesystem::remove_all(impl_->directory, ignored);
}

PostgresServer& PostgresServer::instance() {
  static PostgresServer server;
  return server;
}

postgres::Options PostgresServer::new_database() {
  const std::string name = "test" + std::to_string(++impl_->databases);
  postgres::Connection(impl_->options("postgres")).run_script("CREATE DATABASE " + name);
  return impl_->options(name);
}

std::unique_ptr<PostgresServer::Database> PostgresServer::lend_database() {
  if (impl_->used.empty()) {
    postgres::Options options = new_database();
    postgres::Connection connection(options);
    postgres::schema_of(connection)->migrate();
    return std::make_unique<Database>(*this, std::move(options));
  }
  postgres::Options options = std::move(impl_->used.back());
  impl_->used.pop_back();
  postgres::Connection(options).run_script(kEmptyAllTables);
  return std::make_unique<Database>(*this, std::move(options));
}

PostgresServer::Database::~Database() {
  server_.impl_->used.push_back(options_);
}

void PostgresServer::cut_connections(const postgres::Options& database) {
  const sql::Param name(name_in(database));
  postgres::Connection(impl_->options("postgres"))
      .run(
          "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
          "WHERE datname = $1::text::name",
          {&name, 1});
}

void PostgresServer::set_reachable(const postgres::Options& database, bool reachable) {
  postgres::Connection(impl_->options("postgres"))
      .run_script("ALTER DATABASE " + name_in(database) + " ALLOW_CONNECTIONS " +
                  (reachable ? "true" : "false"));
}

}  // namespace mogura::store::testing
