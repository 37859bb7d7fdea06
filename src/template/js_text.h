// Values as JavaScript writes them (language.md §11.4), and texts on their way into JavaScript.
#pragma once

#include <string>
#include <string_view>

#include "value/value.h"

namespace mogura::tmpl {

/// The number that JavaScript makes of a number: integers beyond 2^53 lose their last digits.
double js_number(const Value& number);

/// `1`, `0.1`, `1e+21`, `-0` as `0`, `NaN`: the number as String() writes it.
std::string js_number_text(double number);

/// What an expression with this value leaves in the text: null nothing, text itself, anything else
/// its JSON.
void append_result(std::string& out, const Value& value);

/// Whether the bytes are UTF-8 without characters beyond U+FFFF: the same in CESU-8.
bool is_plain_utf8(std::string_view bytes);

/// UTF-8 as CESU-8, where a character beyond U+FFFF is two surrogates of three bytes each, and each
/// byte that is no UTF-8 as U+FFFD.
std::string to_cesu8(std::string_view utf8);

/// The other way; half a pair of surrogates becomes `?`.
void append_utf8(std::string& out, std::string_view cesu8);

}  // namespace mogura::tmpl
