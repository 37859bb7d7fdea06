// The words are read from left to right. A word that starts with a dash is an option and takes what
// its kind says from the words behind it, whatever they look like; `--` ends the options;
// everything else is positional. Values are taken apart only after they were found, so a value
// never changes what the words behind it mean.
#include "cli/arguments.h"

#include <charconv>
#include <limits>

#include "cli/spelling.h"

namespace mogura::cli {
namespace {

constexpr std::string_view kEndOfOptions = "--";

bool looks_like_option(std::string_view word) {
  return word.starts_with('-');
}

/// Pieces between commas; empty ones at the end are dropped, an empty text is one empty piece.
std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0;;) {
    const std::size_t comma = text.find(',', at);
    pieces.emplace_back(text.substr(at, comma - at));
    if (comma == std::string_view::npos) break;
    at = comma + 1;
  }
  while (!text.empty() && !pieces.empty() && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

/// `a=x,y,b=z` as a -> "x,y", b -> "z".
Pairs parse_pairs(std::string_view option, const std::string& value) {
  const ArgumentError refusal("Parameter " + std::string(option) +
                              " expected a value of the form a=b but got:" + value);
  if (value.find('=') == std::string::npos) throw refusal;
  Pairs pairs;
  for (const std::string& piece : split_at_commas(value)) {
    const std::size_t equals = piece.find('=');
    if (equals != std::string::npos) {
      pairs.emplace_back(piece.substr(0, equals), piece.substr(equals + 1));
    } else if (!pairs.empty()) {
      pairs.back().second += "," + piece;
    } else {
      throw refusal;
    }
  }
  return pairs;
}

std::int64_t parse_number(const Option& option, const std::string& value) {
  const bool is_long = option.kind == OptionKind::long_integer;
  std::string_view digits = value;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  const bool fits = is_long || (number >= std::numeric_limits<std::int32_t>::min() &&
                                number <= std::numeric_limits<std::int32_t>::max());
  if (error != std::errc() || stop != end || !fits) {
    throw ArgumentError("\"" + std::string(option.names.front()) + "\": couldn't convert \"" +
                        value + "\" to " + (is_long ? "a long" : "an integer"));
  }
  return number;
}

void check_credentials(const std::string& value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == value.size()) {
    throw ArgumentError("Expected format: username:password");
  }
}

std::pair<std::string, std::string> parse_property(const std::string& value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string::npos) {
    throw ArgumentError("Dynamic parameter expected a value of the form a=b but got:" + value);
  }
  return {value.substr(0, equals), value.substr(equals + 1)};
}

}  // namespace

std::string unquoted(std::string_view word) {
  // What Java's String.trim removes: everything up to the blank.
  while (!word.empty() && static_cast<unsigned char>(word.front()) <= ' ') word.remove_prefix(1);
  while (!word.empty() && static_cast<unsigned char>(word.back()) <= ' ') word.remove_suffix(1);
  if (word.size() > 1 && word.starts_with('"') && word.ends_with('"')) {
    word = word.substr(1, word.size() - 2);
  }
  return std::string(word);
}

class ArgumentParser {
 public:
  ArgumentParser(const std::vector<std::string>& words,
                 const std::vector<const OptionTable*>& tables, Face face)
      : words_(words), face_(face) {
    for (const OptionTable* table : tables) {
      for (const Option& option : *table) {
        if (option.mogura_only && face != Face::mogura) continue;
        for (const std::string_view name : option.names) {
          options_[name] = &option;
          result_.first_names_[name] = option.names.front();
        }
      }
    }
  }

  Arguments parse() {
    bool options_ended = false;
    while (at_ < words_.size()) {
      const std::string word = unquoted(words_[at_]);
      const bool was_empty = words_[at_].empty();
      ++at_;
      if (was_empty) continue;
      if (options_ended || !looks_like_option(word)) {
        result_.positionals_.push_back(word);
      } else if (word == kEndOfOptions) {
        options_ended = true;
      } else {
        take_option(word);
      }
    }
    return std::move(result_);
  }

 private:
  void take_option(const std::string& word) {
    if (const auto found = options_.find(word); found != options_.end()) {
      take_values(*found->second, word);
    } else if (const Option* property = property_option(word)) {
      store(*property, word.substr(property->names.front().size()));
    } else if (const std::size_t equals = word.find('=');
               face_ == Face::mogura && equals != std::string::npos) {
      take_joined(word, equals);
    } else {
      unknown_option(word, word);
    }
  }

  [[noreturn]] void unknown_option(const std::string& word, std::string_view name) const {
    std::string message = "Unknown option: " + word;
    if (face_ == Face::mogura) {
      std::vector<std::string> names;
      for (const auto& [known, option] : options_) names.emplace_back(known);
      message += did_you_mean(name, names);
    }
    throw ArgumentError(std::move(message));
  }

  /// `--name=value`.
  void take_joined(const std::string& word, std::size_t equals) {
    const auto found = options_.find(word.substr(0, equals));
    if (found == options_.end() || !found->second->takes_value()) {
      unknown_option(word, std::string_view(word).substr(0, equals));
    }
    store(*found->second, word.substr(equals + 1));
  }

  const Option* property_option(std::string_view word) const {
    for (const auto& [name, option] : options_) {
      if (option->kind == OptionKind::property && word.starts_with(name)) return option;
    }
    return nullptr;
  }

  void take_values(const Option& option, const std::string& typed) {
    if (option.kind == OptionKind::flag) {
      given(option);
      return;
    }
    if (option.kind == OptionKind::words) {
      if (at_ == words_.size()) expected_value(typed);
      Arguments::Given& all = given(option);
      while (at_ < words_.size() && !looks_like_option(unquoted(words_[at_]))) {
        for (std::string& piece : split_at_commas(unquoted(words_[at_]))) {
          all.texts.push_back(std::move(piece));
        }
        ++at_;
      }
      return;
    }
    if (at_ < words_.size() && words_[at_] == kEndOfOptions) ++at_;
    if (at_ == words_.size()) expected_value(typed);
    store(option, unquoted(words_[at_++]));
  }

  void store(const Option& option, const std::string& value) {
    Arguments::Given& all = given(option);
    switch (option.kind) {
      case OptionKind::integer:
      case OptionKind::long_integer:
        all.number = parse_number(option, value);
        break;
      case OptionKind::credentials:
        check_credentials(value);
        all.texts.push_back(value);
        break;
      case OptionKind::pairs:
        for (auto& pair : parse_pairs(option.names.front(), value)) {
          all.pairs.push_back(std::move(pair));
        }
        break;
      case OptionKind::property:
        all.pairs.push_back(parse_property(value));
        break;
      case OptionKind::words:
        for (std::string& piece : split_at_commas(value)) all.texts.push_back(std::move(piece));
        break;
      case OptionKind::flag:
      case OptionKind::text:
        all.texts.push_back(value);
        break;
    }
  }

  Arguments::Given& given(const Option& option) {
    const bool repeatable = option.kind == OptionKind::pairs || option.kind == OptionKind::words ||
                            option.kind == OptionKind::property;
    const std::string_view name = option.names.front();
    const auto [entry, is_first] = result_.given_.try_emplace(name);
    if (!is_first && !repeatable) {
      throw ArgumentError("Can only specify option " + std::string(name) + " once.");
    }
    return entry->second;
  }

  [[noreturn]] static void expected_value(const std::string& typed) {
    throw ArgumentError("Expected a value after parameter " + typed);
  }

  const std::vector<std::string>& words_;
  Face face_;
  std::map<std::string_view, const Option*, std::less<>> options_;
  std::size_t at_ = 0;
  Arguments result_;
};

Arguments parse_arguments(const std::vector<std::string>& words,
                          const std::vector<const OptionTable*>& tables, Face face) {
  return ArgumentParser(words, tables, face).parse();
}

const Arguments::Given* Arguments::find(std::string_view name) const {
  const auto first_name = first_names_.find(name);
  if (first_name == first_names_.end()) return nullptr;
  const auto found = given_.find(first_name->second);
  return found == given_.end() ? nullptr : &found->second;
}

bool Arguments::has(std::string_view name) const {
  return find(name) != nullptr;
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const Given* given = find(name);
  if (given == nullptr) return std::nullopt;
  return given->texts.front();
}

std::string Arguments::text_or(std::string_view name, std::string_view otherwise) const {
  return text(name).value_or(std::string(otherwise));
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) const {
  const Given* given = find(name);
  if (given == nullptr) return std::nullopt;
  return given->number;
}

Pairs Arguments::pairs(std::string_view name) const {
  const Given* given = find(name);
  return given == nullptr ? Pairs{} : given->pairs;
}

std::vector<std::string> Arguments::words(std::string_view name) const {
  const Given* given = find(name);
  return given == nullptr ? std::vector<std::string>{} : given->texts;
}

}  // namespace mogura::cli
