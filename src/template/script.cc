// Each expression of a text becomes a function of its own,
//
//   function () { with (this) return ((EXPRESSION)) }
//
// that is called with the scope as `this`. All of them are compiled before the first one is called,
// so a syntax error anywhere evaluates nothing, as if the text were one program.
#include "template/script.h"

#include "template/evaluation.h"
#include "template/java_regex.h"
#include "template/js_text.h"

namespace mogura::tmpl {
namespace {

std::string_view text_at(duk_context* ctx, duk_idx_t index) {
  duk_size_t size = 0;
  const char* text = duk_get_lstring(ctx, index, &size);
  return {text, size};
}

/// The outcome of a native function, kept where longjmp does not pass over it.
struct NativeOutcome {
  std::string text;
  bool failed = false;
};

NativeOutcome& native_outcome() {
  thread_local NativeOutcome outcome;
  outcome.text.clear();
  outcome.failed = false;
  return outcome;
}

template <class T>
void fail(NativeOutcome& outcome, std::expected<T, std::string>& result) {
  outcome.failed = true;
  outcome.text = std::move(result.error());
}

duk_ret_t throw_text(duk_context* ctx, const NativeOutcome& outcome) {
  duk_push_error_object(ctx, DUK_ERR_ERROR, "%s", outcome.text.c_str());
  return duk_throw(ctx);
}

void compute_matches(NativeOutcome& outcome, std::string_view text, std::string_view pattern) {
  auto result = java_matches(text, pattern);
  if (!result) return fail(outcome, result);
  outcome.text = *result ? "true" : "";
}

duk_ret_t native_matches(duk_context* ctx) {
  NativeOutcome& outcome = native_outcome();
  compute_matches(outcome, text_at(ctx, 0), text_at(ctx, 1));
  if (outcome.failed) return throw_text(ctx, outcome);
  duk_push_boolean(ctx, !outcome.text.empty());
  return 1;
}

void compute_replace(NativeOutcome& outcome, duk_context* ctx) {
  auto result = java_replace(text_at(ctx, 0), text_at(ctx, 1), text_at(ctx, 2),
                             duk_get_boolean(ctx, 3) ? Replace::all : Replace::first);
  if (!result) return fail(outcome, result);
  outcome.text = std::move(*result);
}

duk_ret_t native_replace(duk_context* ctx) {
  NativeOutcome& outcome = native_outcome();
  compute_replace(outcome, ctx);
  if (outcome.failed) return throw_text(ctx, outcome);
  duk_push_lstring(ctx, outcome.text.data(), outcome.text.size());
  return 1;
}

/// Deletes a property, also one that cannot be deleted by a script.
duk_ret_t native_remove(duk_context* ctx) {
  duk_dup(ctx, 1);
  duk_def_prop(ctx, 0, DUK_DEFPROP_FORCE | DUK_DEFPROP_SET_CONFIGURABLE);
  duk_del_prop(ctx, 0);
  return 0;
}

}  // namespace

void Script::push_text(duk_context* ctx, std::string_view utf8) {
  if (is_plain_utf8(utf8)) {
    duk_push_lstring(ctx, utf8.data(), utf8.size());
    return;
  }
  converted = to_cesu8(utf8);
  duk_push_lstring(ctx, converted.data(), converted.size());
}

void Script::push_value(duk_context* ctx, const Value& value) {
  constexpr duk_idx_t kSlotsPerLevel = 8;
  duk_require_stack(ctx, kSlotsPerLevel);
  if (Evaluation::current()->stack_low()) duk_range_error(ctx, "C stack depth limit");
  switch (value.type()) {
    case value::Type::null:
      duk_push_null(ctx);
      break;
    case value::Type::boolean:
      duk_push_boolean(ctx, value.as_boolean());
      break;
    case value::Type::integer:
    case value::Type::big_integer:
    case value::Type::real:
      duk_push_number(ctx, js_number(value));
      break;
    case value::Type::text:
      push_text(ctx, value.as_text());
      break;
    case value::Type::array: {
      const duk_idx_t array = duk_push_array(ctx);
      duk_uarridx_t index = 0;
      for (const Value& item : value.as_array()) {
        push_value(ctx, item);
        duk_put_prop_index(ctx, array, index++);
      }
      break;
    }
    case value::Type::object: {
      const duk_idx_t object = duk_push_object(ctx);
      for (const Object::Member& member : value.as_object()) {
        put_member(ctx, object, member.key, member.value);
      }
      break;
    }
  }
}

void Script::put_member(duk_context* ctx, duk_idx_t object, std::string_view key,
                        const Value& value) {
  push_text(ctx, key);
  push_value(ctx, value);
  if (key == "__proto__") {
    // A member like any other, as JSON.parse() makes it, not the prototype.
    duk_def_prop(ctx, object, DUK_DEFPROP_HAVE_VALUE | DUK_DEFPROP_SET_WEC | DUK_DEFPROP_FORCE);
  } else {
    duk_put_prop(ctx, object);
  }
}

void Script::put_parameter(duk_context* ctx, duk_idx_t object, std::string_view name,
                           const Value& value) {
  if (!is_program_name(name)) put_member(ctx, object, name, value);
}

void Script::push_scope(duk_context* ctx) {
  const duk_idx_t object = duk_push_object(ctx);
  if (program.names.any_parameter) {
    scope.for_each([&](std::string_view name, const Value& value) {
      put_parameter(ctx, object, name, value);
    });
    return;
  }
  for (const std::string_view name : program.names.parameters) {
    if (const Value* value = scope.find(name)) put_parameter(ctx, object, name, *value);
  }
}

void Script::compile(duk_context* ctx, std::string_view expression) {
  // The program's own names, for the rare text that has one of them (language.md §11.4).
  constexpr std::string_view kOwnNames =
      "var __t,__p='',__j=Array.prototype.join;function print(){}";
  source = "function(){";
  if (program.names.program_names) source += kOwnNames;
  source.append("with(this)return((").append(expression).append("))}");
  if (!is_plain_utf8(source)) source = to_cesu8(source);
  duk_compile_lstring(ctx, DUK_COMPILE_FUNCTION, source.data(), source.size());
}

void Script::append_result(duk_context* ctx) {
  if (duk_is_null_or_undefined(ctx, -1)) return;
  if (!duk_is_string(ctx, -1)) duk_json_encode(ctx, -1);
  // JSON.stringify() gives undefined for a function, which is joined as text.
  append_utf8(result, duk_is_undefined(ctx, -1) ? "undefined" : text_at(ctx, -1));
  if (result.size() > max_result_bytes) duk_range_error(ctx, "the result is too large");
}

duk_ret_t Script::evaluate(duk_context* ctx, void* script) {
  Script& self = *static_cast<Script*>(script);
  self.push_scope(ctx);
  const duk_idx_t scope = duk_get_top_index(ctx);
  const duk_idx_t functions = duk_push_array(ctx);
  duk_uarridx_t count = 0;
  for (const Piece& piece : self.program.pieces) {
    if (piece.kind == Piece::Kind::literal) continue;
    self.compile(ctx, piece.text);
    duk_put_prop_index(ctx, functions, count++);
  }
  duk_uarridx_t next = 0;
  for (const Piece& piece : self.program.pieces) {
    if (piece.kind == Piece::Kind::literal) {
      append_literal(self.result, piece.text);
      continue;
    }
    duk_get_prop_index(ctx, functions, next++);
    duk_dup(ctx, scope);
    duk_call_method(ctx, 0);
    self.append_result(ctx);
    duk_pop(ctx);
  }
  return 0;
}

duk_ret_t Script::describe_error(duk_context* ctx, void* script) {
  duk_to_string(ctx, -1);
  append_utf8(static_cast<Script*>(script)->error, text_at(ctx, -1));
  return 0;
}

void push_native_functions(duk_context* ctx) {
  duk_push_object(ctx);
  duk_push_c_function(ctx, native_remove, 2);
  duk_put_prop_string(ctx, -2, "remove");
  duk_push_c_function(ctx, native_matches, 2);
  duk_put_prop_string(ctx, -2, "matches");
  duk_push_c_function(ctx, native_replace, 4);
  duk_put_prop_string(ctx, -2, "replace");
}

}  // namespace mogura::tmpl
