#include "template/template.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "template/engine.h"
#include "template/js_text.h"
#include "template/names.h"
#include "template/reference.h"
#include "template/scanner.h"
#include "template/scope.h"
#include "value/config.h"

namespace mogura::tmpl {
namespace {

/// Engines that wait for the next text; more are made when more threads evaluate, and dropped
/// afterwards.
constexpr std::size_t kMaxIdleEngines = 16;

/// Members whose templates are for the tasks that they will become (language.md §11.1).
bool is_deferred(std::string_view key) {
  return key == "_do" || key == "_else_do";
}

ConfigError evaluation_error(std::string_view text, std::string_view error) {
  std::string message = "Failed to evaluate a variable ";
  return ConfigError(message.append(text).append(" (").append(error).append(")"));
}

}  // namespace

/// Engines with one library: taken by one thread for one text, and given back.
class EnginePool {
 public:
  EnginePool(Library library, std::size_t memory_limit_bytes)
      : library_(library), memory_limit_bytes_(memory_limit_bytes) {}

  std::unique_ptr<Engine> take() MOGURA_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Engine> engine = std::move(idle_.back());
        idle_.pop_back();
        return engine;
      }
    }
    return std::make_unique<Engine>(library_, memory_limit_bytes_);
  }

  void give_back(std::unique_ptr<Engine> engine) MOGURA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (idle_.size() < kMaxIdleEngines) idle_.push_back(std::move(engine));
  }

 private:
  const Library library_;
  const std::size_t memory_limit_bytes_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Engine>> idle_ MOGURA_GUARDED_BY(mutex_);
};

struct Evaluator::Impl {
  explicit Impl(Settings given) : settings(given) {}

  std::vector<Piece> pieces(std::string_view text) const {
    return scan(text, settings.extended_syntax ? Syntax::extended : Syntax::legacy);
  }

  std::string evaluate(std::string_view text, const Scope& scope);
  std::string run_script(std::string_view text, std::vector<Piece> pieces, const Scope& scope);

  std::optional<Value> evaluated(const Value& value, const Scope& scope, const Object& outer);
  std::optional<Value> evaluated_array(const Array& items, const Scope& scope, const Object& outer);
  std::optional<Object> evaluated_object(const Object& params, const Object& outer);

  const Settings settings;
  EnginePool plain{Library::none, settings.memory_limit_bytes};
  EnginePool with_moment{Library::moment, settings.memory_limit_bytes};
};

namespace {

/// The text without JavaScript; absent where an expression needs it.
std::optional<std::string> evaluate_natively(std::string_view text,
                                             const std::vector<Piece>& pieces, const Scope& scope) {
  std::string result;
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::literal) {
      append_literal(result, piece.text);
      continue;
    }
    const auto reference = parse_reference(piece.text);
    if (!reference) return std::nullopt;
    const Resolved resolved = resolve(*reference, scope);
    switch (resolved.kind) {
      case Resolved::Kind::value:
        append_result(result, *resolved.value);
        break;
      case Resolved::Kind::undefined:
        break;
      case Resolved::Kind::needs_script:
        return std::nullopt;
      case Resolved::Kind::failed: {
        // A syntax error further on comes before any error of evaluation.
        const bool all_plain = std::ranges::all_of(pieces, [](const Piece& other) {
          return other.kind == Piece::Kind::literal || parse_reference(other.text);
        });
        if (!all_plain) return std::nullopt;
        throw evaluation_error(text, resolved.error);
      }
    }
  }
  return result;
}

}  // namespace

std::string Evaluator::Impl::evaluate(std::string_view text, const Scope& scope) {
  std::vector<Piece> found = pieces(text);
  if (auto result = evaluate_natively(text, found, scope)) return *std::move(result);
  return run_script(text, std::move(found), scope);
}

std::string Evaluator::Impl::run_script(std::string_view text, std::vector<Piece> pieces,
                                        const Scope& scope) {
  const Names names = find_names(pieces);
  EnginePool& pool = names.moment ? with_moment : plain;
  const Program program{text, std::move(pieces), names};
  std::unique_ptr<Engine> engine = pool.take();
  auto result = engine->run(program, scope, settings.time_limit);
  pool.give_back(std::move(engine));
  if (!result) throw evaluation_error(text, result.error());
  return *std::move(result);
}

/// The value with its templates evaluated; absent where that changes nothing, so that the caller
/// goes on sharing the value. Strings see `scope`, objects inside have their own over `outer`.
std::optional<Value> Evaluator::Impl::evaluated(const Value& value, const Scope& scope,
                                                const Object& outer) {
  if (value.is_text()) {
    const std::string& text = value.as_text();
    if (text.find('$') == std::string::npos) return std::nullopt;
    return Value(evaluate(text, scope));
  }
  if (value.is_array()) return evaluated_array(value.as_array(), scope, outer);
  if (value.is_object()) return evaluated_object(value.as_object(), outer);
  return std::nullopt;
}

std::optional<Value> Evaluator::Impl::evaluated_array(const Array& items, const Scope& scope,
                                                      const Object& outer) {
  std::optional<Array> changed;
  for (std::size_t at = 0; at < items.size(); ++at) {
    std::optional<Value> item = evaluated(items[at], scope, outer);
    if (!item) continue;
    if (!changed) changed = items;
    (*changed)[at] = *std::move(item);
  }
  if (!changed) return std::nullopt;
  return Value(*std::move(changed));
}

std::optional<Object> Evaluator::Impl::evaluated_object(const Object& params, const Object& outer) {
  std::optional<Object> changed;
  for (const Object::Member& member : params) {
    if (is_deferred(member.key)) continue;
    const Object& own = changed ? *changed : params;
    const Scope scope(outer, own, *own.find(member.key));
    std::optional<Value> value = evaluated(member.value, scope, outer);
    if (!value) continue;
    if (!changed) changed = params;
    *changed->find(member.key) = *std::move(value);
  }
  return changed;
}

Settings settings_from(const Object& system_config) {
  const std::string engine =
      value::find_text(system_config, "eval.js-engine-type").value_or("graal");
  if (engine != "graal" && engine != "nashorn" && engine != "nashorn-graal-check") {
    throw ConfigError(
        "Parameter 'eval.js-engine-type' must be either of nashorn, graal, or "
        "nashorn-graal-check but got " +
        engine);
  }
  Settings settings;
  settings.extended_syntax =
      engine == "graal" &&
      value::find_boolean(system_config, "eval.extended-syntax").value_or(true);
  return settings;
}

Evaluator::Evaluator(Settings settings) : impl_(std::make_unique<Impl>(settings)) {}
Evaluator::~Evaluator() = default;

std::string Evaluator::evaluate(std::string_view text, const Object& scope) const {
  return impl_->evaluate(text, Scope(scope));
}

Object Evaluator::evaluate_all(const Object& outer, Object params) const {
  std::optional<Object> changed = impl_->evaluated_object(params, outer);
  return changed ? *std::move(changed) : std::move(params);
}

bool Evaluator::needs_script(std::string_view text) const {
  return std::ranges::any_of(impl_->pieces(text), [](const Piece& piece) {
    return piece.kind == Piece::Kind::expression && !parse_reference(piece.text);
  });
}

}  // namespace mogura::tmpl
