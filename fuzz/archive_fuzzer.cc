// Archives of projects: a tar file, or one in gzip. Whatever it holds, nothing appears outside of
// the directory that it is unpacked into, and no link in there leads out of it.
#include <filesystem>

#include "blob/project_archive.h"
#include "blob/temporary_directory.h"
#include "blob/testing/tar.h"
#include "fuzz/fuzz.h"

namespace {

namespace fs = std::filesystem;
using mogura::Error;
using mogura::fuzz::check;

bool lies_in(const fs::path& path, const fs::path& directory) {
  const fs::path relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

void check_directory(const fs::path& place, const fs::path& inside) {
  for (const fs::directory_entry& entry : fs::directory_iterator(place)) {
    check(entry.path() == inside, "nothing is written beside the directory");
  }
  using Walk = fs::recursive_directory_iterator;
  for (Walk entry(inside, fs::directory_options::skip_permission_denied); entry != Walk();) {
    if (entry->is_symlink()) {
      std::error_code endless;
      const fs::path target = fs::weakly_canonical(entry->path(), endless);
      check(endless || lies_in(target, inside), "a link leads to what is inside");
    }
    std::error_code closed;
    entry.increment(closed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return mogura::fuzz::try_input(bytes, size, [](std::string_view input) {
    static constexpr mogura::blob::ArchiveLimits kLimits{.max_total_bytes = 64u << 10,
                                                         .max_entries = 100};
    const bool is_gzip = input.starts_with("\x1f\x8b");
    const std::string archive = is_gzip ? std::string(input) : mogura::blob::testing::gzip(input);
    const mogura::blob::TemporaryDirectory place(fs::temp_directory_path());
    const fs::path inside = place.path() / "inside";
    fs::create_directory(inside);
    try {
      mogura::blob::read_pushed_project(archive, kLimits, inside / "check");
    } catch (const Error&) {
      // What is not to be pushed may be there all the same.
    }
    check(!fs::exists(inside / "check") || fs::is_empty(inside / "check"),
          "nothing is left of a check");
    try {
      mogura::blob::unpack_project(archive, inside);
    } catch (const Error&) {
      // What was unpacked before the error counts.
    }
    check_directory(place.path(), inside);
  });
}
