// Keeping secrets out of what people see: logs, errors, parameters (rest-api.md §6.12).
//
// A task's output may hold a secret in more forms than one, cut anywhere by the reading of a pipe.
// A SecretMask knows the forms; a MaskedTaskLog puts `***` in their place, holding back the end of
// the output for as long as it may be the beginning of a secret.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "value/value.h"

namespace mogura::secrets {

/// Shorter secrets are not masked: every other line would lose its words.
inline constexpr std::size_t kLeastMaskedBytes = 4;

class SecretMask {
 public:
  /// Hides the secret itself, each of its lines if it has several, and what base64, URLs and JSON
  /// make of it.
  void add(std::string_view secret);
  bool empty() const { return forms_.empty(); }

  std::string masked(std::string_view text) const;
  Value masked_value(const Value& value) const;

  /// The length of the text's end that more text could make part of a secret; masked() of what
  /// stands in front of it is final.
  std::size_t undecided_bytes(std::string_view text) const;

 private:
  struct Span {
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Span> hidden_spans(std::string_view text) const;
  void add_form(std::string form);

  std::vector<std::string> forms_;
};

/// The value with `mask` applied to all of its texts and the keys of its objects.
Value masked_texts(const Value& value, const std::function<std::string(std::string_view)>& mask);

/// Masks what a task logs and prints, on the way to `log`, which may be null: what `mask` hides
/// from the beginning, and what the task reads.
class MaskedTaskLog : public TaskLog {
 public:
  explicit MaskedTaskLog(std::shared_ptr<TaskLog> log, SecretMask mask = {})
      : log_(std::move(log)), mask_(std::move(mask)) {}
  ~MaskedTaskLog() override;

  void write(const LogRecord& record) override;
  void output(std::string_view bytes) override;
  void hide(std::string_view secret) override;
  std::string masked(std::string_view text) const override;

 private:
  void release() MOGURA_REQUIRES(mutex_);

  const std::shared_ptr<TaskLog> log_;
  mutable Mutex mutex_;
  SecretMask mask_ MOGURA_GUARDED_BY(mutex_);
  std::string held_ MOGURA_GUARDED_BY(mutex_);  // output that may be the beginning of a secret
};

}  // namespace mogura::secrets
