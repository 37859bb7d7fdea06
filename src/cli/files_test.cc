#include "cli/files.h"

#include <gtest/gtest.h>

#include "cli/testing/temp_directory.h"

namespace mogura::cli {
namespace {

TEST(Files, MakesANewFileOnlyWhereThereIsNone) {
  const TempDirectory directory;
  const std::filesystem::path file = directory.path() / "file";
  EXPECT_TRUE(write_new_file(file, "first"));
  EXPECT_FALSE(write_new_file(file, "second"));
  EXPECT_EQ(read_file(file), "first");
  EXPECT_THROW(write_new_file(directory.path() / "none" / "file", ""), Error);
}

TEST(Files, ReplacesAtomicallyAndLeavesNothingElse) {
  const TempDirectory directory;
  const std::filesystem::path file = directory.path() / "file";
  write_file(file, "first", Durability::atomic);
  write_file(file, "second", Durability::atomic);
  EXPECT_EQ(read_file(file), "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

// Every write to this device finds the disk full.
TEST(Files, SaysThatTheDiskIsFull) {
  try {
    write_file("/dev/full", "text", Durability::replaced_in_place);
    FAIL() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "/dev/full: No space left on device");
  }
}

}  // namespace
}  // namespace mogura::cli
