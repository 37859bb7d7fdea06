#include "command/output_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mogura::command {
namespace {

using Lines = std::vector<std::string>;

/// The lines of `text` when it comes in chunks of `chunk_bytes`.
Lines lines_of(std::string_view text, std::size_t chunk_bytes) {
  Lines lines;
  OutputLines assembler([&](std::string_view line) { lines.emplace_back(line); });
  for (std::size_t at = 0; at < text.size(); at += chunk_bytes) {
    assembler.add(text.substr(at, chunk_bytes));
  }
  assembler.finish();
  return lines;
}

struct LinesCase {
  std::string_view text;
  Lines lines;
};

class OutputLinesTest : public ::testing::TestWithParam<LinesCase> {};

TEST_P(OutputLinesTest, AreTheSameHoweverTheBytesArrive) {
  const auto& [text, lines] = GetParam();
  for (const std::size_t chunk_bytes : {1U, 2U, 3U, 7U, 1000U, 65536U, 10'000'000U}) {
    EXPECT_EQ(lines_of(text, chunk_bytes), lines) << chunk_bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(All, OutputLinesTest,
                         ::testing::Values(LinesCase{"", {}}, LinesCase{"\n", {""}},
                                           LinesCase{"a", {"a"}}, LinesCase{"a\n", {"a"}},
                                           LinesCase{"a\nb", {"a", "b"}},
                                           LinesCase{"a\n\n\nb\n", {"a", "", "", "b"}},
                                           LinesCase{"a\r\nb\rc\r\n", {"a", "b\rc"}},
                                           LinesCase{"\r\n\r", {"", "\r"}},
                                           LinesCase{"\xff\xfe\n", {"\xff\xfe"}}));

TEST(OutputLinesLimit, ALineOfTheLargestSizeStaysWhole) {
  const std::string line(kMaxLineBytes, 'x');
  for (const std::size_t chunk_bytes : {1U, 4096U, 1'000'000U}) {
    EXPECT_EQ(lines_of(line + "\nnext\n", chunk_bytes), (Lines{line, "next"}));
  }
}

TEST(OutputLinesLimit, ALongerLineComesInPieces) {
  const std::string line(2 * kMaxLineBytes + 5, 'x');
  for (const std::size_t chunk_bytes : {1U, 4096U, 1'000'000U}) {
    const Lines lines = lines_of(line + "\nnext", chunk_bytes);
    ASSERT_EQ(lines.size(), 4U) << chunk_bytes;
    EXPECT_EQ(lines[0].size(), kMaxLineBytes);
    EXPECT_EQ(lines[1].size(), kMaxLineBytes);
    EXPECT_EQ(lines[2], "xxxxx");
    EXPECT_EQ(lines[3], "next");
  }
}

TEST(OutputLinesLimit, APieceEndsBetweenCharacters) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string line(kMaxLineBytes - shift, 'x');
    line += "🐹 and more";
    const Lines lines = lines_of(line, 10'000);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].size(), kMaxLineBytes - shift);
    EXPECT_EQ(lines[1], "🐹 and more");
  }
}

TEST(OutputLinesLimit, WhatIsNotUtf8IsCutAnywhere) {
  const std::string line(kMaxLineBytes + 10, '\x80');
  const Lines lines = lines_of(line, 10'000);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), kMaxLineBytes);
}

}  // namespace
}  // namespace mogura::command
