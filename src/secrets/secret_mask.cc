#include "secrets/secret_mask.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "value/json.h"

namespace mogura::secrets {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kLeastLineBytes = 8;  // of a line of a longer secret

std::string url_encoded(std::string_view text, std::string_view blank) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
  std::string encoded;
  for (const char c : text) {
    if (c == ' ') {
      encoded += blank;
    } else if (kPlain.contains(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

void SecretMask::add_form(std::string form) {
  if (form.size() < kLeastMaskedBytes || std::ranges::find(forms_, form) != forms_.end()) return;
  forms_.push_back(std::move(form));
}

void SecretMask::add(std::string_view secret) {
  const std::string_view text = without_line_end(secret);
  // Settings that are kept as secrets, not what anybody hides.
  if (text.size() < kLeastMaskedBytes || text == "true" || text == "false") return;
  add_form(std::string(text));
  add_form(to_base64(text));
  add_form(to_base64(secret));
  add_form(url_encoded(text, "+"));
  add_form(url_encoded(text, "%20"));
  const std::string quoted = value::json_quoted(text);
  add_form(quoted.substr(1, quoted.size() - 2));
  if (!text.contains('\n')) return;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = without_line_end(rest.substr(0, end));
    if (line.size() >= kLeastLineBytes) add_form(std::string(line));
    rest.remove_prefix(end);
  }
}

/// In order, none touching another.
std::vector<SecretMask::Span> SecretMask::hidden_spans(std::string_view text) const {
  std::vector<Span> found;
  for (const std::string& form : forms_) {
    for (std::size_t at = text.find(form); at != std::string_view::npos;
         at = text.find(form, at + 1)) {
      found.push_back({at, at + form.size()});
    }
  }
  std::ranges::sort(found, {}, &Span::begin);
  std::vector<Span> joined;
  for (const Span& span : found) {
    if (!joined.empty() && span.begin <= joined.back().end) {
      joined.back().end = std::max(joined.back().end, span.end);
    } else {
      joined.push_back(span);
    }
  }
  return joined;
}

std::string SecretMask::masked(std::string_view text) const {
  std::string shown;
  std::size_t at = 0;
  for (const Span& span : hidden_spans(text)) {
    shown += text.substr(at, span.begin - at);
    shown += kMask;
    at = span.end;
  }
  return shown.append(text.substr(at));
}

Value SecretMask::masked_value(const Value& value) const {
  if (empty()) return value;
  return masked_texts(value, [this](std::string_view text) { return masked(text); });
}

Value masked_texts(const Value& value, const std::function<std::string(std::string_view)>& mask) {
  if (value.is_text()) return Value(mask(value.as_text()));
  if (value.is_array()) {
    Array elements;
    for (const Value& element : value.as_array()) elements.push_back(masked_texts(element, mask));
    return Value(std::move(elements));
  }
  if (value.is_object()) {
    Object members;
    for (const auto& [key, member] : value.as_object()) {
      members.set(mask(key), masked_texts(member, mask));
    }
    return Value(std::move(members));
  }
  return value;
}

std::size_t SecretMask::undecided_bytes(std::string_view text) const {
  std::size_t undecided = 0;
  for (const std::string& form : forms_) {
    for (std::size_t size = std::min(form.size() - 1, text.size()); size > undecided; --size) {
      if (text.ends_with(std::string_view(form).substr(0, size))) undecided = size;
    }
  }
  // A secret that reaches into that end is not cut in two.
  const std::vector<Span> spans = hidden_spans(text);
  for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
    const std::size_t decided = text.size() - undecided;
    if (span->begin < decided && decided < span->end) undecided = text.size() - span->begin;
  }
  return undecided;
}

MaskedTaskLog::~MaskedTaskLog() {
  MutexLock lock(mutex_);
  release();
}

/// Hands on what was held back: nothing follows it that could complete a secret.
void MaskedTaskLog::release() {
  if (log_ && !held_.empty()) log_->output(mask_.masked(held_));
  held_.clear();
}

void MaskedTaskLog::write(const LogRecord& record) {
  MutexLock lock(mutex_);
  release();
  if (!log_) return;
  const std::string text = mask_.masked(record.text);
  LogRecord shown = record;
  shown.text = text;
  log_->write(shown);
}

void MaskedTaskLog::output(std::string_view bytes) {
  MutexLock lock(mutex_);
  if (!log_) return;
  if (mask_.empty()) {
    log_->output(bytes);
    return;
  }
  held_ += bytes;
  const std::size_t decided = held_.size() - mask_.undecided_bytes(held_);
  if (decided > 0) log_->output(mask_.masked(std::string_view(held_).substr(0, decided)));
  held_.erase(0, decided);
}

void MaskedTaskLog::hide(std::string_view secret) {
  MutexLock lock(mutex_);
  mask_.add(secret);
}

std::string MaskedTaskLog::masked(std::string_view text) const {
  MutexLock lock(mutex_);
  return mask_.masked(text);
}

}  // namespace mogura::secrets
