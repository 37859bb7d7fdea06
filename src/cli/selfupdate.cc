#include "cli/commands.h"

namespace mogura::cli {

int run_selfupdate(const Invocation& invocation) {
  require_positionals(invocation, 0, 1);
  const std::string url = invocation.arguments.text_or("-e", "http://dl.digdag.io");
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    throw Error("", "-e option must be an HTTP URL (http://HOST:PORT or https://HOST:PORT)");
  }
  throw Error("",
              "This program does not replace itself: update it the way it was installed, with "
              "your package manager or `git pull` and a new build.");
}

}  // namespace mogura::cli
