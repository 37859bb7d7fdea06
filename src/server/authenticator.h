// Whose request it is, from its `Authorization` header (rest-api.md §4.2).
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "server/caller.h"

namespace mogura::server {

/// The one user of the basic authenticator.
struct BasicUser {
  std::string name;
  std::string password;
  bool is_admin = false;
};

class Authenticator {
 public:
  /// Without a user everybody is let in, as nobody's admin.
  explicit Authenticator(std::optional<BasicUser> user) : user_(std::move(user)) {}

  bool lets_everybody_in() const { return !user_.has_value(); }
  /// The caller, or the message of a 401. Takes as long for a wrong name or password as for the
  /// right ones.
  std::expected<Caller, std::string> authenticate(
      const std::optional<std::string>& authorization) const;

 private:
  std::optional<BasicUser> user_;
};

}  // namespace mogura::server
