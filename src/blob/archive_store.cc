#include "blob/archive_store.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "base/log.h"
#include "blob/project_archive.h"
#include "store/uuid.h"

namespace mogura::blob {
namespace {

using Kind = ArchiveProblem::Kind;

constexpr Logger kArchiveStoreLog("mogura.ArchiveStore");

constexpr std::size_t kPlacesAtOnce = 100;
// Files that are being written are younger, whatever the clocks of the machines say.
constexpr std::chrono::hours kLeftoverAfter{24};

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw RuntimeError("SHA-256 is not available");
  }
  return {digest.begin(), digest.begin() + size};
}

std::string in_hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string fresh_path(const std::string& digest) {
  const std::string name = in_hexadecimal(digest);
  return name.substr(0, 2) + "/" + name + "-" + store::new_uuid() + ".tar.gz";
}

ArchiveProblem problem_with(const store::Revision& revision, Kind kind, std::string_view what) {
  return {kind, fmt::format("Archive of project id={} revision='{}' {}", revision.project.value,
                            revision.name, what)};
}

// The texts of runtime.md §7.2.
ArchiveProblem missing_in_database(const store::Revision& revision) {
  return {Kind::missing,
          fmt::format("Archive data for project id={} revision='{}' is not found in database",
                      revision.project.value, revision.name)};
}
ArchiveProblem missing_file(const store::Revision& revision) {
  return {Kind::missing, fmt::format("Archive file for project id={} revision='{}' is not found",
                                     revision.project.value, revision.name)};
}

bool is_as_pushed(const store::Revision& revision, std::string_view archive) {
  if (revision.archive_digest) return sha256(archive) == *revision.archive_digest;
  return !revision.archive_md5 || md5(archive) == *revision.archive_md5;
}

}  // namespace

store::Pushed ArchiveStore::push(store::Push push, const std::string& bytes, Instant now) {
  push.archive_type = options_.type;
  push.archive_md5 = md5(bytes);
  push.archive_digest = sha256(bytes);
  const auto files = options_.files.find(options_.type);
  if (files != options_.files.end()) {
    return push_with_file(std::move(push), *files->second, bytes, now);
  }
  push.archive = bytes;
  return database_.push(push, now);
}

store::Pushed ArchiveStore::push_with_file(store::Push push, ArchiveFiles& files,
                                           const std::string& bytes, Instant now) {
  const std::string& digest = *push.archive_digest;
  push.archive_path = database_.note_archive(push.archive_type, digest, fresh_path(digest), now);
  files.put(*push.archive_path, bytes);
  try {
    return database_.push(push, now);
  } catch (const store::ArchivePlaceLost&) {
    // Whoever erased the file may have done so before it was written.
    database_.give_up_archive(push.archive_type, digest, *push.archive_path, now);
    throw;
  }
}

std::expected<std::string, ArchiveProblem> ArchiveStore::read(const store::Revision& revision) {
  auto archive = find(revision);
  if (archive && !is_as_pushed(revision, *archive)) {
    return std::unexpected(problem_with(revision, Kind::damaged, "is damaged"));
  }
  return archive;
}

std::expected<std::string, ArchiveProblem> ArchiveStore::find(const store::Revision& revision) {
  if (revision.archive_type == "none") {
    return std::unexpected(problem_with(revision, Kind::not_kept, "is not stored"));
  }
  if (revision.archive_type == "db") {
    auto archive = database_.find_archive(revision.id);
    if (!archive) return std::unexpected(missing_in_database(revision));
    return *std::move(archive);
  }
  const auto files = options_.files.find(revision.archive_type);
  if (files == options_.files.end() || !revision.archive_path) {
    return std::unexpected(problem_with(
        revision, Kind::out_of_reach,
        "is in a storage that this server is not set up for: " + revision.archive_type));
  }
  auto archive = files->second->get(*revision.archive_path);
  if (!archive) return std::unexpected(missing_file(revision));
  return *std::move(archive);
}

void ArchiveStore::clean_up(Instant now) {
  for (const auto& [type, files] : options_.files) {
    clean_up(type, *files, now - options_.cleanup_after);
    files->erase_leftovers(now - kLeftoverAfter);
  }
}

void ArchiveStore::clean_up(const std::string& type, ArchiveFiles& files, Instant before) {
  std::size_t erased = 0;
  for (std::optional<std::string> after = ""; after;) {
    const store::CondemnedArchives condemned =
        database_.condemn_archives(type, before, *after, kPlacesAtOnce);
    for (const store::CondemnedArchive& archive : condemned.archives) {
      try {
        files.erase(archive.path);
      } catch (const Error& error) {
        kArchiveStoreLog.error("An archive cannot be erased: {}", error.message());
        continue;
      }
      database_.forget_archive(type, archive);
      ++erased;
    }
    after = condemned.next;
  }
  if (erased > 0) kArchiveStoreLog.info("{} archives that no revision has are erased", erased);
}

std::string archive_identity(const store::Revision& revision) {
  if (revision.archive_digest) return *revision.archive_digest;
  return "revision " + std::to_string(revision.id.value);
}

}  // namespace mogura::blob
