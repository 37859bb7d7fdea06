// The makers of all operators, by family (operators.md §1.1). The registry binds them to names.
//
// A maker takes the context of one execution and may throw where the operator reads its parameters
// before anything is retried ("C" in operators.md §1.1). The operator keeps a reference to the
// context, which outlives it.
#pragma once

#include <memory>

#include "operators/operator.h"

namespace mogura::operators {

// Control (operators.md §3).
std::unique_ptr<Operator> make_call(Context& context);
std::unique_ptr<Operator> make_require(Context& context);
std::unique_ptr<Operator> make_loop(Context& context);
std::unique_ptr<Operator> make_for_each(Context& context);
std::unique_ptr<Operator> make_for_range(Context& context);
std::unique_ptr<Operator> make_if(Context& context);
std::unique_ptr<Operator> make_fail(Context& context);
std::unique_ptr<Operator> make_echo(Context& context);
std::unique_ptr<Operator> make_wait(Context& context);
std::unique_ptr<Operator> make_notify(Context& context);

// Scripts (operators.md §4).
std::unique_ptr<Operator> make_sh(Context& context);
std::unique_ptr<Operator> make_py(Context& context);
std::unique_ptr<Operator> make_rb(Context& context);
std::unique_ptr<Operator> make_embulk(Context& context);

// Network (operators.md §5).
std::unique_ptr<Operator> make_http(Context& context);
std::unique_ptr<Operator> make_http_call(Context& context);
std::unique_ptr<Operator> make_mail(Context& context);

}  // namespace mogura::operators
