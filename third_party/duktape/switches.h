/* How Mogura builds Duktape: these switches end its duk_config.h (cmake/duktape.cmake).
 *
 * The language is ECMAScript 5. Time, memory, recursion and the time zone are in the hands of
 * src/template/, which defines the mogura_js_ functions (src/template/evaluation.h).
 */

#if defined(DUK_COMPILING_DUKTAPE)
#include <stddef.h>
extern int mogura_js_expired(void);
extern int mogura_js_spent(size_t bytes);
extern int mogura_js_stack_low(void);
extern double mogura_js_random(void);
extern double mogura_js_now(void);
extern int mogura_js_zone_offset(double utc_ms);
extern int mogura_js_offset_of_local(double local_ms);
extern double mogura_js_parse_date(const char *text);
extern const char *mogura_js_date_text(const int *parts, int offset_s, int local, int date, int time);
#endif

/* Limits. */
#define DUK_USE_INTERRUPT_COUNTER
#define DUK_USE_EXEC_TIMEOUT_CHECK(udata) mogura_js_expired()
#define MOGURA_EXPIRED_AT(step) (((step) &0xffff) == 0 && mogura_js_expired())
#define MOGURA_COMPARE(thr, a, b, bytes)                                                           \
	((mogura_js_spent(bytes) ? (void) duk_range_error((thr), "execution timeout") : (void) 0),  \
	 duk_memcmp((a), (b), (bytes)))
#define DUK_USE_NATIVE_STACK_CHECK() mogura_js_stack_low()

/* A heap is reset to the same image before each evaluation: its own generator would repeat. */
#define DUK_USE_GET_RANDOM_DOUBLE(udata) mogura_js_random()

/* Dates, in the zone of the evaluation and in JavaScript's usual text forms. */
#undef DUK_USE_DATE_TZO_GMTIME_R
#undef DUK_USE_DATE_PRS_STRPTIME
#undef DUK_USE_DATE_FMT_STRFTIME
#define DUK_USE_DATE_GET_NOW(thr) mogura_js_now()
#define DUK_USE_DATE_GET_LOCAL_TZOFFSET(utc_ms) mogura_js_zone_offset(utc_ms)
#define MOGURA_OFFSET_OF_LOCAL(local_ms) mogura_js_offset_of_local(local_ms)
#define DUK_USE_DATE_PARSE_STRING(thr, text) (duk_push_number((thr), mogura_js_parse_date(text)), 1)
#define DUK_USE_DATE_FORMAT_STRING(thr, parts, offset_s, flags)                                    \
	(duk_push_string((thr),                                                                    \
	                 mogura_js_date_text((parts), (offset_s),                                  \
	                                     ((flags) &DUK_DATE_FLAG_LOCALTIME) != 0,               \
	                                     ((flags) &DUK_DATE_FLAG_TOSTRING_DATE) != 0,           \
	                                     ((flags) &DUK_DATE_FLAG_TOSTRING_TIME) != 0)),         \
	 1)

/* Syntax newer than ECMAScript 5. What else is newer is removed from the heap by prelude.js. */
#undef DUK_USE_ES7_EXP_OPERATOR
#undef DUK_USE_ES6_UNICODE_ESCAPE
#undef DUK_USE_HTML_COMMENTS
#undef DUK_USE_SHEBANG_COMMENTS

/* Departures of Duktape's own from the standard. */
#undef DUK_USE_FUNC_FILENAME_PROPERTY
#undef DUK_USE_NONSTD_JSON_ESC_U2028_U2029
#undef DUK_USE_NONSTD_STRING_FROMCHARCODE_32BIT
#undef DUK_USE_NONSTD_GETTER_KEY_ARGUMENT
#undef DUK_USE_NONSTD_SETTER_KEY_ARGUMENT

/* Errors are reported by their message alone. */
#undef DUK_USE_TRACEBACKS
#undef DUK_USE_PC2LINE
#undef DUK_USE_AUGMENT_ERROR_CREATE
#undef DUK_USE_AUGMENT_ERROR_THROW
#undef DUK_USE_ERRCREATE
#undef DUK_USE_ERRTHROW
