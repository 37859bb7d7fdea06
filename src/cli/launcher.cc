#include "cli/launcher.h"

#include "cli/files.h"

namespace mogura::cli {
namespace {

void add_java_option(Launch& launch, std::string_view option) {
  if (!option.starts_with("-D")) return;
  option.remove_prefix(2);
  const std::size_t equals = option.find('=');
  launch.properties.emplace_back(option.substr(0, equals), equals == std::string_view::npos
                                                               ? std::string_view()
                                                               : option.substr(equals + 1));
}

void add_java_options_of_file(Launch& launch, const std::string& path) {
  std::string text;
  try {
    text = read_file(path);
  } catch (const Error&) {
    throw LauncherError();
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of(" \t\r\n");
    add_java_option(launch, rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

Launch read_launcher_options(std::vector<std::string> words) {
  Launch launch;
  std::size_t at = 0;
  for (; at < words.size() && words[at].starts_with("-J"); ++at) {
    const std::string_view option = std::string_view(words[at]).substr(2);
    if (option == "+O" || option == "-O") {
      ++at;
      break;
    }
    if (!option.empty()) {
      add_java_option(launch, option);
    } else if (++at < words.size()) {
      add_java_options_of_file(launch, words[at]);
    } else {
      throw LauncherError();
    }
  }
  if (at > words.size()) at = words.size();
  launch.words.assign(std::make_move_iterator(words.begin() + static_cast<std::ptrdiff_t>(at)),
                      std::make_move_iterator(words.end()));
  return launch;
}

}  // namespace mogura::cli
