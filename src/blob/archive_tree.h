// What the entries of an archive make together, before anything is written: which names are files,
// directories and links, and where each link leads once all of them are there.
//
// Comparing texts is not enough for the latter: with `deep/er/up -> ../..`, the link `out ->
// deep/er/up/../secret` stays inside by its letters and leaves by its meaning.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mogura::blob {

class ArchiveTree {
 public:
  enum class Leads { to_entry, nowhere, outside };

  /// The name without `.`, `..` and doubled slashes; empty for the root. Absent for a name that
  /// is absolute, leaves the root, or is longer than a file system takes.
  static std::optional<std::string> normalized(std::string_view name);

  /// These take normalized names. False where the name is taken by something else, or where
  /// something above it is no directory. A file may replace a file or a link, and so may a link.
  /// Directories above it that are not there yet are made; `made` is told of each new directory,
  /// the outermost first.
  bool add_directory(const std::string& name);
  bool add_file(const std::string& name);
  bool add_link(const std::string& name, const std::string& target);
  std::function<void(const std::string& directory)> made;

  bool has_directory(const std::string& name) const;
  /// By name.
  const std::map<std::string, std::string>& links() const { return links_; }
  /// Where the link leads at last; a link that is too tangled to tell leads outside.
  Leads resolve(const std::string& link) const;

 private:
  enum class Kind { directory, file };
  bool make_parents(const std::string& name);

  std::map<std::string, Kind> entries_;  // but links
  std::map<std::string, std::string> links_;
};

}  // namespace mogura::blob
