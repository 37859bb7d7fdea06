// for_each> (operators.md §3.4): a child for every combination of the variables' values, the last
// variable varying fastest.
//
// {a: [1, 2], b: [x, y]} makes +for-0=a=0=1&1=b=0=x, +for-0=a=0=1&1=b=1=y, +for-0=a=1=2&1=b=0=x,
// ...
//
// An empty list makes the product empty, and a further variable then starts it again: of
// {a: [], b: [1, 2]} two children with `b` alone remain. Workflows may rely on it.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "operators/factories.h"
#include "operators/fan_out.h"
#include "operators/utf16.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::operators {
namespace {

constexpr std::size_t kTagUnits = 8;

struct Variable {
  std::string name;
  std::string name_piece;  // `0=a=`
  Array values;
  std::vector<std::string> value_pieces;  // `1=2`
};

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  constexpr std::string_view kKept = ".-*_";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (alphanumeric || kKept.contains(c)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHexDigits[byte >> 4];
      encoded += kHexDigits[byte & 15];
    }
  }
  return encoded;
}

// The first 8 UTF-16 units, so encoded that most of them may stand in a task name.
std::string tag(const Value& value) {
  const std::u16string units = utf16(value.is_text() ? value.as_text() : value::to_json(value));
  return percent_encoded(utf8(std::u16string_view(units).substr(0, kTagUnits)));
}

class ForEach : public Operator {
 public:
  explicit ForEach(Context& context) : context_(context) {}

  Step run() override {
    FanOut children(context_.config);
    const std::vector<Variable> variables = read_variables();
    const std::span<const Variable> counting = those_that_count(variables);
    std::size_t combinations = counting.empty() ? 0 : 1;
    for (const Variable& variable : counting) combinations *= variable.values.size();
    children.reserve(combinations);
    for (std::size_t number = 0; number < combinations; ++number) {
      add_combination(counting, number, children);
    }
    Done done;
    done.result.subtask_config = std::move(children).subtasks();
    return done;
  }

 private:
  std::vector<Variable> read_variables() const {
    const Object command = value::parse_object(context_.config, "_command");
    std::vector<Variable> variables;
    std::int64_t product = 0;
    for (const auto& [name, value] : command) {
      Variable variable{.name = name,
                        .name_piece = std::to_string(variables.size()) + "=" + tag(name) + "=",
                        .values = value::parse_list(command, name),
                        .value_pieces = {}};
      product = checked_product(product, variable.values.size());
      for (std::size_t at = 0; at < variable.values.size(); ++at) {
        variable.value_pieces.push_back(std::to_string(at) + "=" + tag(variable.values[at]));
      }
      variables.push_back(std::move(variable));
    }
    return variables;
  }

  // The number of combinations so far; it never exceeds the limit, so it cannot overflow.
  std::int64_t checked_product(std::int64_t product, std::size_t count) const {
    const std::int64_t limit = context_.environment.max_tasks;
    const auto factor = static_cast<std::int64_t>(count);
    if (factor > limit / std::max<std::int64_t>(product, 1)) {
      throw ConfigError("Too many for_each subtasks. Limit: " + std::to_string(limit));
    }
    return product == 0 ? factor : product * factor;
  }

  // The variables behind the last one with an empty list.
  static std::span<const Variable> those_that_count(const std::vector<Variable>& variables) {
    std::size_t first = variables.size();
    while (first > 0 && !variables[first - 1].values.empty()) --first;
    return std::span(variables).subspan(first);
  }

  // Child number `number`: its digits, in a mixed radix of the lists' sizes, are the choices.
  static void add_combination(std::span<const Variable> variables, std::size_t number,
                              FanOut& children) {
    std::vector<std::size_t> choices(variables.size());
    for (std::size_t at = variables.size(); at-- > 0;) {
      choices[at] = number % variables[at].values.size();
      number /= variables[at].values.size();
    }
    std::string name = "+for-";
    Object values;
    for (std::size_t at = 0; at < variables.size(); ++at) {
      const Variable& variable = variables[at];
      name.append(at == 0 ? "" : "&")
          .append(variable.name_piece)
          .append(variable.value_pieces[choices[at]]);
      values.set(variable.name, variable.values[choices[at]]);
    }
    children.add(name, values);
  }

  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_for_each(Context& context) {
  return std::make_unique<ForEach>(context);
}

}  // namespace mogura::operators
