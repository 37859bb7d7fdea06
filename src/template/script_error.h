// The texts of JavaScript errors as users of Digdag know them (language.md §11.7).
#pragma once

#include <string>
#include <string_view>

namespace mogura::tmpl {

/// Duktape's text of an error, like `TypeError: cannot read property 'b' of undefined`, as Digdag's
/// engine words it. `text` is the template in which it happened.
std::string script_error_text(std::string_view error, std::string_view text);

}  // namespace mogura::tmpl
