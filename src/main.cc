#include <string>
#include <vector>

#include "cli/entry.h"

int main(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  if (words.empty()) words.emplace_back("mogura");
  return mogura::cli::run_program(words);
}
