#include "blob/archive_tree.h"

#include <deque>
#include <vector>

namespace mogura::blob {
namespace {

constexpr std::size_t kMaxNameBytes = 3'000;  // leaves room for a directory in front (PATH_MAX)
constexpr std::size_t kMaxPartBytes = 255;    // NAME_MAX
constexpr int kMaxLinksFollowed = 40;         // as Linux does
constexpr int kMaxSteps = 400;                // of one resolution: archives may hold many links

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : "/") + part;
  return path;
}

}  // namespace

std::optional<std::string> ArchiveTree::normalized(std::string_view name) {
  if (name.starts_with('/') || name.size() > kMaxNameBytes) return std::nullopt;
  std::vector<std::string> inside;
  for (std::string& part : parts_of(name)) {
    if (part.size() > kMaxPartBytes) return std::nullopt;
    if (part != "..") {
      inside.push_back(std::move(part));
    } else if (inside.empty()) {
      return std::nullopt;
    } else {
      inside.pop_back();
    }
  }
  return joined(inside);
}

bool ArchiveTree::make_parents(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos || add_directory(name.substr(0, slash));
}

bool ArchiveTree::add_directory(const std::string& name) {
  if (name.empty() || has_directory(name)) return true;
  if (entries_.contains(name) || links_.contains(name) || !make_parents(name)) return false;
  entries_.emplace(name, Kind::directory);
  if (made) made(name);
  return true;
}

bool ArchiveTree::add_file(const std::string& name) {
  if (name.empty() || has_directory(name) || !make_parents(name)) return false;
  links_.erase(name);
  entries_.emplace(name, Kind::file);
  return true;
}

bool ArchiveTree::add_link(const std::string& name, const std::string& target) {
  if (name.empty() || has_directory(name) || !make_parents(name)) return false;
  entries_.erase(name);
  links_[name] = target;
  return true;
}

bool ArchiveTree::has_directory(const std::string& name) const {
  const auto found = entries_.find(name);
  return found != entries_.end() && found->second == Kind::directory;
}

ArchiveTree::Leads ArchiveTree::resolve(const std::string& link) const {
  std::vector<std::string> at;
  std::vector<std::string> first = parts_of(link);
  std::deque<std::string> ahead(first.begin(), first.end());
  int followed = 0;
  for (int steps = 0; !ahead.empty(); ++steps) {
    if (steps == kMaxSteps) return Leads::outside;
    const std::string part = ahead.front();
    ahead.pop_front();
    if (part == "..") {
      if (at.empty()) return Leads::outside;
      at.pop_back();
      continue;
    }
    at.push_back(part);
    const std::string name = joined(at);
    const auto next = links_.find(name);
    if (next == links_.end()) continue;
    if (next->second.starts_with('/')) return Leads::outside;
    if (++followed > kMaxLinksFollowed) return Leads::nowhere;
    at.pop_back();
    const std::vector<std::string> target = parts_of(next->second);
    ahead.insert(ahead.begin(), target.begin(), target.end());
  }
  return at.empty() || entries_.contains(joined(at)) ? Leads::to_entry : Leads::nowhere;
}

}  // namespace mogura::blob
