#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/log.h"
#include "base/unique_fd.h"

namespace mogura {
namespace {

TEST(Error, TellsItsKindAndTheCausesThatItDoesNotMention) {
  const Error error("config", "Invalid configuration",
                    {Error("date time parse", "Invalid duration"),
                     Error("json mapping", "Invalid configuration")});
  EXPECT_EQ(error.text(), "Invalid configuration (config)");
  EXPECT_EQ(error.chain(), "Invalid configuration (config)\n> Invalid duration (date time parse)");
}

TEST(Base64, PadsToFours) {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"\xff\xff\xfe", "///+"}}) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9v\n", "Zm 9", "Zm-_", "=Zg="}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

TEST(Error, WithoutKindIsItsMessageAlone) {
  EXPECT_EQ(Error("", "boom").text(), "boom");
}

class RememberedLog : public LogSink, public TaskLog {
 public:
  void write(const LogRecord& record) override {
    lines += std::string(record.label) + ": " + std::string(record.text) + "\n";
  }
  void output(std::string_view) override {}
  std::string lines;
};

TEST(Log, LabelsLinesByTheInnermostScopeAndKeepsThemForTheTask) {
  const auto sink = std::make_shared<RememberedLog>();
  const auto task_log = std::make_shared<RememberedLog>();
  install_log(LogLevel::info, sink);
  const Logger logger("test");
  logger.info("before {}", 1);
  {
    const LogScope outer("outer", task_log);
    const LogScope inner("inner");
    logger.warn("inside");
    logger.debug("hidden");
  }
  logger.error("after");
  install_log(LogLevel::error, nullptr);
  EXPECT_EQ(sink->lines, "main: before 1\ninner: inside\nmain: after\n");
  EXPECT_EQ(task_log->lines, "");
}

TEST(UniqueFd, ClosesWhatItOwns) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  UniqueFd read_end(ends[0]);
  UniqueFd(ends[1]).reset();
  char byte;
  EXPECT_EQ(::read(read_end.get(), &byte, 1), 0);  // the other end is closed
}

}  // namespace
}  // namespace mogura
