#include "cli/init_examples.h"

#include <utility>

namespace mogura::cli {
namespace {

constexpr std::string_view kEchoWorkflow = R"(timezone: UTC

+setup:
  echo>: start ${session_time}

+disp_current_date:
  echo>: ${moment(session_time).utc().format('YYYY-MM-DD HH:mm:ss Z')}

+repeat:
  for_each>:
    order: [first, second, third]
    animal: [dog, cat]
  _parallel: true
  _do:
    echo>: ${order} ${animal}

+teardown:
  echo>: finish ${session_time}
)";

constexpr std::string_view kShWorkflow = R"(timezone: UTC

+setup:
  sh>: echo start ${session_time}

+disp_current_date:
  sh>: date

+repeat:
  for_each>:
    order: [first, second, third]
    animal: [dog, cat]
  _do:
    sh>: scripts/myscript.sh ${order} ${animal}

+teardown:
  sh>: echo finish ${session_time}
)";

constexpr std::string_view kShScript = R"(#!/bin/sh
# Called once for each order and animal.
echo "$(uname -a): $1 $2"
sleep 1
)";

constexpr std::string_view kRubyWorkflow = R"(timezone: UTC

_export:
  rb:
    require: scripts/myclass

+setup:
  rb>: MyClass.print_time

+repeat:
  for_each>:
    order: [first, second, third]
    animal: [dog, cat]
  _parallel: true
  _do:
    rb>: MyClass.say_something

+teardown:
  rb>: MyClass.print_time
)";

constexpr std::string_view kRubyScript =
    R"(# Tasks of the workflow: one method each. Digdag.env.params holds the parameters.
class MyClass
  def print_time
    puts "session time: #{Digdag.env.params['session_time']}"
  end

  def say_something
    puts "#{Digdag.env.params['order']} #{Digdag.env.params['animal']}"
  end
end
)";

constexpr std::string_view kPythonWorkflow = R"(timezone: UTC

_export:
  py:
    python: python3

+setup:
  py>: scripts.myclass.MyClass.print_time

+repeat:
  for_each>:
    order: [first, second, third]
    animal: [dog, cat]
  _do:
    py>: scripts.myclass.MyClass.say_something

+teardown:
  py>: scripts.myclass.MyClass.print_time
)";

constexpr std::string_view kPythonScript =
    R"(# Tasks of the workflow: one method each. Parameters arrive as arguments of the same names.
class MyClass(object):
    def print_time(self, session_time):
        print("session time: " + session_time)

    def say_something(self, order, animal):
        print(order + " " + animal)
)";

constexpr std::string_view kTdWorkflow = R"(timezone: UTC

_export:
  td:
    database: sample_datasets

+caution:
  echo>: "the next task needs the secret td.apikey"

+query:
  td>: queries/query.sql
  create_table: my_db.nasdaq_summary_${session_date_compact}
)";

constexpr std::string_view kTdQuery = R"(SELECT
  symbol,
  MIN(open) AS lowest,
  MAX(open) AS highest
FROM
  nasdaq
WHERE
  TD_TIME_RANGE(time, '2010-01-01', '2011-01-01')
GROUP BY
  symbol
)";

constexpr std::string_view kPostgresqlWorkflow = R"(timezone: UTC

_export:
  pg:
    host: localhost
    port: 5432
    database: sample
    user: sample

+caution:
  echo>: "the next tasks need the database above and the secret pg.password"

+create_src_table:
  pg>: queries/create_src_table.sql

+insert_data_to_src_table:
  pg>: queries/insert_data_to_src_table.sql

+summarize_src_table:
  pg>: queries/summarize_src_table.sql
  create_table: summarized_data
)";

constexpr std::string_view kCreateQuery = R"(CREATE TABLE IF NOT EXISTS src_table (
  name text NOT NULL,
  amount integer NOT NULL
)
)";

constexpr std::string_view kInsertQuery = R"(INSERT INTO src_table (name, amount) VALUES
  ('apple', 3),
  ('pear', 5),
  ('apple', 4)
)";

constexpr std::string_view kSummarizeQuery = R"(SELECT
  name,
  SUM(amount) AS total
FROM
  src_table
GROUP BY
  name
)";

}  // namespace

const std::string_view kExampleGitignore = "/.digdag-wrapper\n.digdag\n*.pyc\n";

std::optional<Example> find_example(std::string_view type) {
  if (type == "echo") return Example{kEchoWorkflow, {}};
  if (type == "sh") return Example{kShWorkflow, {{"scripts/myscript.sh", kShScript, true}}};
  if (type == "ruby") return Example{kRubyWorkflow, {{"scripts/myclass.rb", kRubyScript}}};
  if (type == "python") {
    return Example{kPythonWorkflow,
                   {{"scripts/__init__.py", ""}, {"scripts/myclass.py", kPythonScript}}};
  }
  if (type == "td") return Example{kTdWorkflow, {{"queries/query.sql", kTdQuery}}};
  if (type == "postgresql") {
    return Example{kPostgresqlWorkflow,
                   {{"queries/create_src_table.sql", kCreateQuery},
                    {"queries/insert_data_to_src_table.sql", kInsertQuery},
                    {"queries/summarize_src_table.sql", kSummarizeQuery}}};
  }
  return std::nullopt;
}

}  // namespace mogura::cli
