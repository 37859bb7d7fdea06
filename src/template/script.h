// One evaluation inside of an Engine, step by step: values go in, programs are compiled and called,
// results come out.
//
// Duktape reports errors by longjmp, which passes over C++ destructors. So its calls are made from
// functions whose own variables need no destruction; what needs one belongs to the Script, which
// outlives them all.
#pragma once

#include <duktape.h>

#include <string>
#include <string_view>

#include "template/engine.h"

namespace mogura::tmpl {

struct Script {
  const Program& program;
  const Scope& scope;
  std::size_t max_result_bytes;
  std::string result;
  std::string error;
  /// Texts on their way into Duktape.
  std::string source;
  std::string converted;

  /// Evaluates the program into `result`; a function for duk_safe_call().
  static duk_ret_t evaluate(duk_context* ctx, void* script);
  /// Writes the error on the stack's top to `error`; a function for duk_safe_call().
  static duk_ret_t describe_error(duk_context* ctx, void* script);

 private:
  void push_text(duk_context* ctx, std::string_view utf8);
  void push_value(duk_context* ctx, const Value& value);
  void put_member(duk_context* ctx, duk_idx_t object, std::string_view key, const Value& value);
  void push_scope(duk_context* ctx);
  void put_parameter(duk_context* ctx, duk_idx_t object, std::string_view name, const Value& value);
  void compile(duk_context* ctx, std::string_view expression);
  void append_result(duk_context* ctx);
};

/// Adds to the object on the stack's top the functions that prelude.js needs.
void push_native_functions(duk_context* ctx);

}  // namespace mogura::tmpl
