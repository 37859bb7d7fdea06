// The operators by name (operators.md §1.1).
#include <array>

#include "operators/factories.h"
#include "operators/services.h"

namespace mogura::operators {
namespace {

const std::array kKinds = {
    // Control operators that only compute run inside the executor's transaction.
    OperatorKind{.name = "echo",
                 .make = make_echo,
                 .runs_inline = true,
                 .needs_files = false,
                 .reads = {"_command"}},
    OperatorKind{.name = "fail",
                 .make = make_fail,
                 .runs_inline = true,
                 .needs_files = false,
                 .reads = {"_command"}},
    OperatorKind{.name = "if",
                 .make = make_if,
                 .runs_inline = true,
                 .needs_files = false,
                 .reads = {"_command", "_do", "_else_do"}},
    OperatorKind{
        .name = "loop", .make = make_loop, .runs_inline = true, .needs_files = false, .reads = {}},
    OperatorKind{.name = "for_each",
                 .make = make_for_each,
                 .runs_inline = true,
                 .needs_files = false,
                 .reads = {}},
    OperatorKind{.name = "for_range",
                 .make = make_for_range,
                 .runs_inline = true,
                 .needs_files = false,
                 .reads = {}},
    OperatorKind{
        .name = "call", .make = make_call, .generic_retry = true, .runs_inline = true, .reads = {}},
    OperatorKind{.name = "require",
                 .make = make_require,
                 .generic_retry = true,
                 .needs_files = false,
                 .reads = {}},
    OperatorKind{.name = "wait",
                 .make = make_wait,
                 .needs_files = false,
                 .reads = {"_command", "blocking", "poll_interval"}},
    OperatorKind{
        .name = "notify", .make = make_notify, .needs_files = false, .reads = {"_command"}},

    OperatorKind{.name = "sh", .make = make_sh, .generic_retry = true, .reads = {}},
    OperatorKind{.name = "py", .make = make_py, .generic_retry = true, .reads = {}},
    OperatorKind{.name = "rb", .make = make_rb, .generic_retry = true, .reads = {}},
    OperatorKind{.name = "embulk", .make = make_embulk, .generic_retry = true, .reads = {}},

    OperatorKind{.name = "http", .make = make_http, .generic_retry = true, .reads = {}},
    OperatorKind{.name = "http_call", .make = make_http_call, .generic_retry = true, .reads = {}},
    OperatorKind{.name = "mail", .make = make_mail, .generic_retry = true, .reads = {}},
};

}  // namespace

const OperatorKind* find_operator(std::string_view name) {
  for (const OperatorKind& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return find_service_operator(name);
}

}  // namespace mogura::operators
