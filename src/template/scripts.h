// The scripts that every JavaScript heap starts with, as Duktape's bytecode; made by the build
// (cmake/moment.cmake).
#pragma once

#include <span>

namespace mogura::tmpl {

/// moment.js, which adds `moment` to the global object.
std::span<const unsigned char> moment_bytecode();
/// prelude.js, whose value is a function of the native functions and the global object.
std::span<const unsigned char> prelude_bytecode();

}  // namespace mogura::tmpl
