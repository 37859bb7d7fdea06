# The library mogura_duktape: Duktape from the sources that Debian's duktape-dev installs, with
# third_party/duktape/switches.h, built in the build tree.
#
# A few places of the source have no switch; they are edited here, and an edit that no longer finds
# its place stops the configuration.
set(MOGURA_DUKTAPE_SOURCE /usr/share/duktape CACHE PATH "Duktape's amalgamated sources")
set(duktape_dir ${PROJECT_BINARY_DIR}/third_party/duktape)

# duktape_edit(PLACE REPLACEMENT): replaces PLACE in duktape_source.
macro(duktape_edit place replacement)
  string(FIND "${duktape_source}" "${place}" duktape_at)
  if(duktape_at EQUAL -1)
    message(FATAL_ERROR "Duktape's source has changed, not found: ${place}")
  endif()
  string(REPLACE "${place}" "${replacement}" duktape_source "${duktape_source}")
endmacro()

# Brackets would end a list element and semicolons split one, so the text is only ever used quoted.
file(READ ${MOGURA_DUKTAPE_SOURCE}/duktape.c duktape_source)

# A regular expression gives up after about 0.1 s instead of 10 s.
duktape_edit("DUK_RE_EXECUTE_STEPS_LIMIT 1000000000L" "DUK_RE_EXECUTE_STEPS_LIMIT 10000000L")

# Native loops that allocate nothing look at the clock.
duktape_edit("(re_ctx->steps_count >= re_ctx->steps_limit)"
             "(re_ctx->steps_count >= re_ctx->steps_limit ||
              MOGURA_EXPIRED_AT(re_ctx->steps_count))")
duktape_edit("duk_memcmp((const void *) p, (const void *) q_start, (size_t) q_blen)"
             "MOGURA_COMPARE(thr, p, q_start, q_blen)")

# A failing allocation collects garbage once, not ten times.
duktape_edit("i < DUK_HEAP_ALLOC_FAIL_MARKANDSWEEP_LIMIT;" "i < 1;")

# Local times in the gaps and overlaps of a time zone follow the standard.
duktape_edit(
  "tzoff = DUK_USE_DATE_GET_LOCAL_TZOFFSET(d - tzoff * 1000L);"
  "tzoff = tzoffprev1 = MOGURA_OFFSET_OF_LOCAL(d);")

# Dates are read and written by the hooks alone, but for toISOString().
duktape_edit("if (duk__parse_string_iso8601_subset(thr, str) != 0) {" "if (0) {")
duktape_edit("(flags & DUK_DATE_FLAG_TOSTRING_LOCALE) {\n\t\t/* try locale"
             "(!(flags & DUK_DATE_FLAG_SEP_T)) {\n\t\t/* try locale")

# `const`, `{a}`, `{f() {}}`, `{[k]: v}` and `new.target` are newer than ECMAScript 5.
duktape_edit(
  "duk__parse_var_stmt(comp_ctx, res, DUK__EXPR_FLAG_REQUIRE_INIT /*expr_flags*/);"
  "DUK_ERROR_SYNTAX(comp_ctx->thr, DUK_STR_INVALID_TOKEN);")
foreach(syntax "\t\t} else if (comp_ctx->prev_token.t == DUK_TOK_IDENTIFIER &&"
               "\t\t\tif (comp_ctx->prev_token.t == DUK_TOK_LBRACKET) {"
               "\t\tif (comp_ctx->curr_token.t == DUK_TOK_PERIOD) {\n\t\t\t/* new.target"
               "syntax_error_newtarget:")
  duktape_edit("#if defined(DUK_USE_ES6)\n${syntax}" "#if 0\n${syntax}")
endforeach()
# So are `0o17` and `0b101`.
foreach(radix "DUK_ASC_LC_O) {\n\t\t\t\ts2n_radix = 8;" "DUK_ASC_LC_B) {\n\t\t\t\ts2n_radix = 2;")
  duktape_edit("z == ${radix}" "z == 0 && z == ${radix}")
endforeach()
duktape_edit(" | DUK_S2N_FLAG_ALLOW_AUTO_OCT_INT | DUK_S2N_FLAG_ALLOW_AUTO_BIN_INT;" ";")

file(READ ${MOGURA_DUKTAPE_SOURCE}/duk_config.h duktape_config)
file(READ ${PROJECT_SOURCE_DIR}/third_party/duktape/switches.h duktape_switches)
string(REPLACE "/* __OVERRIDE_DEFINES__ */" "${duktape_switches}"
       duktape_config "${duktape_config}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${PROJECT_SOURCE_DIR}/third_party/duktape/switches.h)

file(CONFIGURE OUTPUT ${duktape_dir}/duktape.c CONTENT "@duktape_source@" @ONLY)
file(CONFIGURE OUTPUT ${duktape_dir}/duk_config.h CONTENT "@duktape_config@" @ONLY)
file(COPY_FILE ${MOGURA_DUKTAPE_SOURCE}/duktape.h ${duktape_dir}/duktape.h ONLY_IF_DIFFERENT)

add_library(mogura_duktape STATIC ${duktape_dir}/duktape.c)
target_include_directories(mogura_duktape SYSTEM PUBLIC ${duktape_dir})
# Templates are as fast in a debug build as in a release: nobody debugs the engine itself.
target_compile_options(mogura_duktape PRIVATE -O2 -g1 -w)
target_link_libraries(mogura_duktape PUBLIC m)
