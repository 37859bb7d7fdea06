// Addresses in mail parameters: `ann@example.com`, `Ann Example <ann@example.com>`,
// `"Example, Ann" <ann@example.com>`, `ann@example.com (Ann)` (operators.md §5.3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace mogura::operators {

struct MailAddress {
  std::string address;  // bare, as the envelope has it
  std::string name;     // as people read it; empty for none
};

/// One address. Throws ConfigError "Invalid address", with the reason as its cause, for anything
/// else: lists, groups, blanks, line ends.
MailAddress parse_mail_address(std::string_view text);

/// The address as a header has it: the name quoted or encoded.
std::string header_address(const MailAddress& address);
/// Several of them, folded after each comma.
std::string header_addresses(const std::vector<MailAddress>& addresses);

}  // namespace mogura::operators
