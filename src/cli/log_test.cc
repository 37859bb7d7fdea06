// Layouts, the rotating file and the console.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>
#include <zlib.h>

#include <thread>

#include "cli/colour.h"
#include "cli/console.h"
#include "cli/log_layout.h"
#include "cli/rotating_file.h"
#include "cli/testing/temp_directory.h"

namespace mogura::cli {
namespace {

using namespace std::chrono_literals;

constexpr Instant kTime{1772355601s + 42ms};  // 2026-03-01T09:00:01.042Z

std::string formatted(LogLayout layout, LogLevel level, const char* zone = "UTC") {
  LogFormatter formatter(layout, *calendar::TimeZone::find(zone));
  return formatter.line({kTime, level, "main", "io.x.Y", "a text\nof lines"});
}

TEST(LogLayoutTest, FormsLinesByDestination) {
  EXPECT_EQ(formatted(LogLayout::console, LogLevel::info),
            "2026-03-01 09:00:01 +0000 [INFO] (main) io.x.Y: a text\nof lines\n");
  EXPECT_EQ(formatted(LogLayout::plain, LogLevel::info),
            "2026-03-01 09:00:01 +0000 [INFO] (main): a text\nof lines\n");
  EXPECT_EQ(formatted(LogLayout::plain, LogLevel::debug),
            "2026-03-01 09:00:01 +0000 [DEBUG] (main) io.x.Y: a text\nof lines\n");
  EXPECT_EQ(formatted(LogLayout::file, LogLevel::warn, "Asia/Tokyo"),
            "2026-03-01 18:00:01.042 +0900 [WARN] (main): a text\nof lines\n");
  EXPECT_EQ(formatted(LogLayout::task, LogLevel::error),
            "2026-03-01 09:00:01.042 +0000 [ERROR] (main) io.x.Y: a text\nof lines\n");
}

TEST(LogLayoutTest, WrapsTerminalLinesInTheLevelsColour) {
  EXPECT_EQ(formatted(LogLayout::terminal, LogLevel::error),
            "\033[35m2026-03-01 09:00:01 +0000 [ERROR] (main): a text\nof lines\033[0;39m\n");
}

TEST(LogLayoutTest, WritesOneJsonObjectALine) {
  EXPECT_EQ(formatted(LogLayout::json, LogLevel::info),
            R"({"time":"2026-03-01T09:00:01.042Z","level":"info","thread":"main",)"
            R"("component":"io.x.Y","message":"a text\nof lines"})"
            "\n");
}

TEST(LogLayoutTest, KeepsUpWithTime) {
  LogFormatter formatter(LogLayout::console, calendar::TimeZone::utc());
  const LogRecord first{kTime, LogLevel::info, "main", "c", "x"};
  const LogRecord second{kTime + 1s, LogLevel::info, "main", "c", "x"};
  EXPECT_EQ(formatter.line(first).substr(11, 8), "09:00:01");
  EXPECT_EQ(formatter.line(second).substr(11, 8), "09:00:02");
  EXPECT_EQ(formatter.line(first).substr(11, 8), "09:00:01");
}

TEST(LogLevelTest, AcceptsLowerCaseOnly) {
  EXPECT_EQ(parse_log_level("warn"), LogLevel::warn);
  EXPECT_EQ(parse_log_level("trace"), LogLevel::trace);
  for (const std::string_view wrong : {"INFO", "warning", "", "info "}) {
    EXPECT_EQ(parse_log_level(wrong), std::nullopt) << wrong;
  }
}

std::string unzipped(const std::filesystem::path& path) {
  gzFile file = ::gzopen(path.c_str(), "rb");
  if (file == nullptr) return "(none)";
  std::string text(1000, '\0');
  const int count = ::gzread(file, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(file);
  text.resize(static_cast<std::size_t>(std::max(count, 0)));
  return text;
}

TEST(RotatingFileTest, MakesDirectoriesAndAppends) {
  const TempDirectory directory;
  const auto path = directory / "logs/run.log";
  RotatingFile(path).append("one\n");
  RotatingFile(path).append("two\n");
  EXPECT_EQ(read_file(path), "one\ntwo\n");
}

TEST(RotatingFileTest, KeepsFiveCompressedGenerations) {
  const TempDirectory directory;
  const auto path = directory / "run.log";
  RotatingFile file(path, 8);
  for (int i = 0; i < 8; ++i) file.append("line " + std::to_string(i) + "\n");
  EXPECT_EQ(read_file(path), "line 7\n");
  EXPECT_EQ(unzipped(directory / "run.log.1.gz"), "line 6\n");
  EXPECT_EQ(unzipped(directory / "run.log.5.gz"), "line 2\n");
  EXPECT_FALSE(std::filesystem::exists(directory / "run.log.6.gz"));
}

TEST(RotatingFileTest, WritesALineThatIsLargerThanAFileMayBe) {
  const TempDirectory directory;
  RotatingFile file(directory / "run.log", 4);
  file.append("a long line\n");
  file.append("b\n");
  EXPECT_EQ(read_file(directory / "run.log"), "b\n");
  EXPECT_EQ(unzipped(directory / "run.log.1.gz"), "a long line\n");
}

TEST(RotatingFileTest, RefusesAPathThatIsNoFile) {
  const TempDirectory directory;
  EXPECT_THROW(RotatingFile{directory.path()}, Error);
  directory.write("file", "x");
  EXPECT_THROW(RotatingFile{directory / "file/run.log"}, Error);
}

class ConsoleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0);
  }
  void TearDown() override {
    ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
    ::signal(SIGPIPE, SIG_DFL);
  }
  std::string received() {
    ::shutdown(ends_[0], SHUT_WR);
    return read_descriptor(ends_[1], "socket");
  }

  int ends_[2] = {-1, -1};
};

TEST_F(ConsoleTest, NeverMixesTextsOfThreads) {
  Console console(ends_[0], ends_[0]);
  std::string all;
  std::thread reader([&] { all = read_descriptor(ends_[1], "socket"); });
  {
    std::vector<std::thread> writers;
    for (const char c : {'a', 'b', 'c', 'd'}) {
      writers.emplace_back([&console, c] {
        for (int i = 0; i < 50; ++i) console.out(std::string(2000, c) + "\n");
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  ::shutdown(ends_[0], SHUT_WR);
  reader.join();
  ASSERT_EQ(all.size(), 4u * 50u * 2001u);
  for (std::size_t at = 0; at < all.size(); at += 2001) {
    EXPECT_EQ(all.substr(at, 2001), std::string(2000, all[at]) + "\n");
  }
}

TEST_F(ConsoleTest, OutlivesItsReader) {
  Console console(ends_[0], ends_[0]);
  ::close(std::exchange(ends_[1], -1));
  console.out("lost\n");
  console.out("lost too\n");
  console.err("and this\n");
}

TEST_F(ConsoleTest, WaitsForAReaderThatIsSlow) {
  ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  Console console(ends_[0], ends_[0]);
  const std::string large(5'000'000, 'x');
  std::string all;
  std::thread reader([&] { all = read_descriptor(ends_[1], "socket"); });
  console.out(large);
  ::shutdown(ends_[0], SHUT_WR);
  reader.join();
  EXPECT_EQ(all, large);
}

class FixedArea : public LiveArea {
 public:
  std::string_view erasing() override { return "<-"; }
  std::string_view drawing() override { return "->"; }
};

/// The master's end of a terminal whose other end is returned; output is passed on unchanged.
struct Terminal {
  Terminal() {
    char name[100] = {};
    termios raw{};
    EXPECT_EQ(::openpty(&master, &slave, name, nullptr, nullptr), 0);
    ::tcgetattr(slave, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(slave, TCSANOW, &raw);
  }
  ~Terminal() {
    ::close(master);
    ::close(slave);
  }
  /// What was written, up to a text that comes last.
  std::string received_until(std::string_view last) const {
    std::string text;
    while (!text.ends_with(last)) {
      char bytes[4096];
      const ssize_t count = ::read(master, bytes, sizeof bytes);
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
  }
  int master = -1;
  int slave = -1;
};

TEST_F(ConsoleTest, KeepsTheLiveAreaBelowTheTextOfATerminal) {
  const Terminal terminal;
  Console console(terminal.slave, ends_[0]);
  FixedArea area;
  console.set_live_area(&area);
  console.out("a line\n");
  console.out("half");
  console.refresh();
  console.out(" a line\n");
  console.err("elsewhere\n");
  console.set_live_area(nullptr);
  console.out("plain\n");
  EXPECT_EQ(terminal.received_until("plain\n"), "<-a line\n-><-half a line\n->plain\n");
  EXPECT_EQ(received(), "elsewhere\n");
}

TEST(ColourTest, IsForTerminalsUnlessSomebodySaysOtherwise) {
  const auto wants = [](const std::vector<std::string>& words, bool is_terminal) {
    return wants_colour(parse_arguments(words, {&common_options()}, Face::mogura), is_terminal);
  };
  {
    const ScopedVariable term("TERM", "xterm");
    const ScopedVariable none("NO_COLOR", nullptr);
    EXPECT_TRUE(wants({}, true));
    EXPECT_TRUE(wants({"--color=auto"}, true));
    EXPECT_FALSE(wants({}, false));
    EXPECT_FALSE(wants({"--color", "never"}, true));
    EXPECT_TRUE(wants({"--color", "always"}, false));
    EXPECT_THROW(wants({"--color", "sometimes"}, true), ArgumentError);
  }
  for (const auto& [name, setting] : {std::pair{"NO_COLOR", "1"}, std::pair{"TERM", "dumb"}}) {
    const ScopedVariable variable(name, setting);
    EXPECT_FALSE(wants({}, true)) << name;
    EXPECT_TRUE(wants({"--color", "always"}, true)) << name;
  }
}

}  // namespace
}  // namespace mogura::cli
