// sh>, py>, rb> and embulk> with real commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "command/local.h"
#include "operators/operator_test_kit.h"
#include "process/supervisor.h"

namespace mogura::operators {
namespace {

namespace fs = std::filesystem;

class ScriptTest : public OperatorTest {
 protected:
  ScriptTest() : supervisor(process::Supervisor::Options{}) { supervisor.start(); }
  ~ScriptTest() override { supervisor.stop(); }

  /// Runs the task and its command to the end.
  TaskRun::Outcome execute(std::string_view local_json) {
    output.clear();
    auto outcome = run(local_json);
    const auto* asked = std::get_if<command::Request>(&outcome);
    if (asked == nullptr) return outcome;
    const command::Request command = *asked;
    std::promise<command::Finished> finished;
    try {
      executor.start(command,
                     {.output = [&](std::string_view bytes) { output += bytes; },
                      .finished = [&](command::Finished end) { finished.set_value(end); }});
    } catch (const Error& error) {
      return task->command_not_started(error);
    }
    auto result = finished.get_future();
    if (result.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      ADD_FAILURE() << "the command does not end: " << local_json;
      supervisor.stop();
    }
    return task->command_finished(result.get());
  }

  /// What the command printed, or the task's error message.
  std::string printed_by(std::string_view local_json) {
    const auto outcome = execute(local_json);
    return std::holds_alternative<Done>(outcome) ? output : message(outcome);
  }

  std::string stored_by(std::string_view local_json) {
    const auto outcome = execute(local_json);
    const auto* done = std::get_if<Done>(&outcome);
    return done == nullptr ? message(outcome) : value::to_json(done->result.store_params);
  }

  /// The message up to its first line of backtrace.
  static std::string headline(const std::string& text) {
    return text.substr(0, text.find("\n\tfrom "));
  }

  process::Supervisor supervisor;
  command::LocalExecutor executor{supervisor, command::read_environment(environ)};
  std::string output;
};

// sh>

TEST_F(ScriptTest, ShRunsItsTextAsAScript) {
  EXPECT_EQ(
      printed_by(
          R"({"sh>": "echo $0 | sed 's/[0-9]*.runner/N\\/runner/'; echo $#; false\necho on"})"),
      ".digdag/tmp/digdag-sh-7-N/runner.sh\n0\non\n");
  EXPECT_EQ(printed_by(R"({"sh>": "printf 'exact '; cat \"$0\""})"),
            R"(exact printf 'exact '; cat "$0")");
  EXPECT_EQ(printed_by(R"({"sh>": "read line || echo end of input"})"), "end of input\n");
}

TEST_F(ScriptTest, ShLeavesNoContentBehind) {
  execute(R"({"sh>": "touch $(dirname $0)/more"})");
  task.reset();
  for (const auto& entry : fs::recursive_directory_iterator(project.path() / ".digdag/tmp")) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(entry.file_size(), 1u) << entry.path();
  }
}

TEST_F(ScriptTest, ShFailsWithTheStatus) {
  EXPECT_EQ(message(execute(R"({"sh>": "exit 42"})")), "Command failed with code 42 (runtime)");
  EXPECT_EQ(message(execute(R"({"sh>": "sh -c 'kill -TERM $PPID'"})")),
            "Command failed with code 143 (runtime)");
}

TEST_F(ScriptTest, ShPassesParametersAsVariables) {
  request.config = object_of(R"({"t": "some text", "n": 12, "f": 1.50, "b": true,
                                 "o": {"a": 1, "l": ["x", null]}, "x-y": 1, "a.b": 2})");
  EXPECT_EQ(
      printed_by(
          R"({"own": "1", "sh>": "echo \"$t|$n|$f|$b|$o|$own|$_type\"; env | grep -c '^x-y='"})"),
      "Command failed with code 1 (runtime)");  // grep has found nothing
  EXPECT_EQ(output, "some text|12|1.5|true|{\"a\":1,\"l\":[\"x\",null]}|1|sh\n0\n");
}

TEST_F(ScriptTest, ShRefusesNullParameters) {
  request.config = object_of(R"({"n": null})");
  EXPECT_EQ(message(execute(R"({"sh>": "x"})")), "Parameter 'n' is required but null (config)");
  request.config = object_of(R"({"not-a-name": null})");
  EXPECT_EQ(printed_by(R"({"sh>": "echo x"})"), "x\n");
}

TEST_F(ScriptTest, ShTakesItsOwnEnvironment) {
  secret_store.values["my.key"] = "s3cret";
  request.config = object_of(R"({"X": "param", "v": "1"})");
  EXPECT_EQ(printed_by(R"({"_env": {"X": "env ${v}", "N": 5, "K": "pre ${secret:my.key}"},
                           "sh>": "echo \"$X|$N|$K\""})"),
            "env 1|5|pre s3cret\n");
  EXPECT_EQ(message(execute(R"({"_env": {"bad-name": "x"}, "sh>": "x"})")),
            "Invalid _env key name: bad-name (config)");
  EXPECT_EQ(message(execute(R"({"_env": {"X": "${secret:no.such}"}, "sh>": "x"})")),
            "Secret not found for key: 'no.such' (secret not found)");
  EXPECT_EQ(message(execute(R"({"_env": {"X": "${other:key}"}, "sh>": "x"})")),
            "Invalid parametrization: '${other:key}' (config)");
  EXPECT_EQ(message(execute(R"({"_env": "text", "sh>": "x"})")),
            "Parameter '_env' must be an object (config)");
}

TEST_F(ScriptTest, ShResolvesSecretsInItsTextAndShowsThemNowhere) {
  secret_store.values["my.key"] = "s3cret";
  EXPECT_EQ(printed_by(R"({"sh>": "echo ${secret:my.key}"})"), "s3cret\n");
  EXPECT_EQ(message(execute(R"({"sh>": "echo ${secret:no.such}"})")),
            "Secret not found for key: 'no.such' (secret not found)");
  for (const std::string& line : log->lines) EXPECT_FALSE(line.contains("s3cret")) << line;
}

TEST_F(ScriptTest, ShTakesAnotherShell) {
  EXPECT_EQ(printed_by(R"({"sh>": "echo $1 $-", "shell": ["/bin/sh", "-e"]})").substr(0, 1), "e");
  request.config = object_of(R"({"sh": {"shell": ["cat"]}})");
  EXPECT_EQ(printed_by(R"({"sh>": "the text"})"), "the text");
  request.config = {};
  EXPECT_EQ(message(execute(R"({"sh>": "x", "shell": "bash"})")),
            R"(Expected array type for key 'shell' but got "bash" (string) (config))");
  const std::string text = message(execute(R"({"sh>": "x", "shell": ["/nonexistent/shell"]})"));
  EXPECT_TRUE(text.contains("/nonexistent/shell")) << text;
  EXPECT_TRUE(text.contains("Set `shell:`")) << text;
}

TEST_F(ScriptTest, ShWorksInTheWorkingDirectory) {
  project.write("sub/data", "content\n");
  request.config = object_of(R"({"_workdir": "sub"})");
  EXPECT_EQ(printed_by(R"({"sh>": "basename $PWD; cat data; basename $0"})"),
            "sub\ncontent\nrunner.sh\n");
}

TEST_F(ScriptTest, ShNeedsATextAndAProject) {
  EXPECT_EQ(message(execute(R"({"sh>": null})")),
            "Parameter '_command' is required but not set (config)");
}

TEST_F(ScriptTest, CommandsStoreWhatTheyWriteToTheOutputFile) {
  EXPECT_EQ(
      stored_by(
          R"({"sh>": "echo rows=12 >> $MOGURA_OUTPUT; echo '{\"o\": [1]}' >> $MOGURA_OUTPUT"})"),
      R"({"rows":"12","o":[1]})");
  EXPECT_EQ(stored_by(R"({"sh>": "true"})"), "{}");
  EXPECT_EQ(stored_by(R"({"sh>": "rm -f $MOGURA_OUTPUT"})"), "{}");
  EXPECT_EQ(stored_by(R"({"sh>": "cd /; echo a=1 > $MOGURA_OUTPUT"})"), R"({"a":"1"})");
  EXPECT_EQ(stored_by(R"({"sh>": "echo nonsense > $MOGURA_OUTPUT"})"),
            "Line 1 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: nonsense");
  EXPECT_EQ(stored_by(R"({"sh>": "echo nonsense > $MOGURA_OUTPUT; exit 3"})"),
            "Command failed with code 3 (runtime)");
  const std::string refusal = stored_by(R"({"sh>": "head -c 2000000 /dev/zero > $MOGURA_OUTPUT"})");
  EXPECT_TRUE(refusal.starts_with("Failed to read $MOGURA_OUTPUT: ")) << refusal;
  EXPECT_TRUE(refusal.ends_with("/output: larger than 1048576 bytes")) << refusal;
}

// embulk>

class EmbulkTest : public ScriptTest {
 protected:
  EmbulkTest() {
    project.write("bin/embulk",
                  "#!/bin/sh\necho \"$1 $3\"; cat \"$2\"; test \"$FAIL\" = '' || exit 9\n");
    fs::permissions(project.path() / "bin/embulk", fs::perms::owner_all);
  }
  std::string task_with(const std::string& keys) const {
    return R"({"_env": {"FAIL": "${typeof FAIL == 'undefined' ? '' : FAIL}", "PATH": ")" +
           (project.path() / "bin").string() + R"(:/usr/bin:/bin"}, )" + keys + "}";
  }
};

TEST_F(EmbulkTest, RunsATemplateFileWithItsSecretsAsJson) {
  project.write("load.yml", "in: {type: ${kind}, '${secret:k}': '${secret:k}'}\n");
  secret_store.values["k"] = "s3cret";
  request.config = object_of(R"({"kind": "file"})");
  EXPECT_EQ(printed_by(task_with(R"("embulk>": "load.yml")")),
            "run \n{\"in\":{\"type\":\"file\",\"s3cret\":\"s3cret\"}}");
}

// operators.md §10.6
TEST_F(EmbulkTest, TakesTheLastOfRepeatedKeys) {
  project.write("load.yml", "{in: 1, out: {a: 0.5, a: .5}, in: 010}\n");
  EXPECT_EQ(printed_by(task_with(R"("embulk>": "load.yml")")),
            "run \n{\"in\":8,\"out\":{\"a\":0.5}}");
}

TEST_F(EmbulkTest, RunsItsConfigAsYaml) {
  EXPECT_EQ(printed_by(task_with(R"("embulk>": null, "config": {"in": {"type": "file"}})")),
            "run \nin:\n  type: \"file\"\n");
}

TEST_F(EmbulkTest, Fails) {
  project.write("broken.yml", "a: [\n");
  project.write("text.yml", "text\n");
  EXPECT_EQ(message(execute(R"({"embulk>": "broken.yml"})")), "Failed to parse yaml file (config)");
  EXPECT_EQ(message(execute(R"({"embulk>": "text.yml"})")), "Failed to parse yaml file (config)");
  EXPECT_EQ(message(execute(R"({"embulk>": null})")),
            "Parameter 'config' is required but not set (config)");
  request.config = object_of(R"({"FAIL": "1"})");
  EXPECT_EQ(message(execute(task_with(R"("embulk>": null, "config": {})"))),
            "Command failed with code 9 (runtime)");
}

// py>, for every Python that the machine has

class PythonTest : public ScriptTest, public testing::WithParamInterface<std::string> {
 protected:
  PythonTest() { request.config = object_of(R"({"python": ")" + GetParam() + R"("})"); }
  void write_tasks(const std::string& text) {
    project.write("tasks.py", "# coding: utf-8\nfrom __future__ import print_function\n" + text);
  }
};

std::vector<std::string> programs(const std::vector<std::string>& candidates) {
  std::vector<std::string> found;
  for (const std::string& candidate : candidates) {
    if (::access(candidate.c_str(), X_OK) == 0) found.push_back(candidate);
  }
  return found;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (const char c : info.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Installed, PythonTest,
                         testing::ValuesIn(programs({"/usr/bin/python2.7", "/usr/bin/python3",
                                                     "/usr/local/bin/python3"})),
                         test_name);

TEST_P(PythonTest, FillsArgumentsByName) {
  write_tasks("def hello(a, b, c='default'):\n    print(a, b, c)\n");
  EXPECT_EQ(printed_by(R"({"py>": "tasks.hello", "a": 1, "b": "own"})"), "1 own default\n");
  write_tasks("def hello(**kw):\n    print(kw['task'], kw['python'] != '', 'py>' in kw)\n");
  EXPECT_EQ(printed_by(R"({"py>": "tasks.hello", "task": 1})"), "1 True True\n");
  write_tasks("def hello(first, *rest):\n    print(first, rest)\n");
  EXPECT_EQ(printed_by(R"({"py>": "tasks.hello", "first": [1], "rest": 2})"), "[1] ()\n");
}

TEST_P(PythonTest, CallsMethodsOfNewInstances) {
  project.write("pkg/__init__.py", "");
  project.write("pkg/jobs.py",
                "from __future__ import print_function\n"
                "class Job(object):\n"
                "    def __init__(self, x):\n        self.x = x\n"
                "    def run(self, y):\n        print('run', self.x, y)\n"
                "    def go(self):\n        print('go', self.x)\n"
                "    @staticmethod\n    def still(y):\n        print('still', y)\n"
                "class Plain:\n"
                "    def run(self):\n        print('plain')\n"
                "class Child(Job):\n    pass\n"
                "class Bad(Exception):\n    def run(self):\n        print('no constructor')\n");
  const auto call = [&](const std::string& name) {
    return headline(printed_by(R"({"py>": ")" + name + R"(", "x": 5, "y": 6})"));
  };
  EXPECT_EQ(call("pkg.jobs.Job"), "run 5 6\n");
  EXPECT_EQ(call("pkg.jobs.Job.go"), "go 5\n");
  EXPECT_EQ(call("pkg.jobs.Job.still"), "still 6\n");
  EXPECT_EQ(call("pkg.jobs.Plain"), "plain\n");
  EXPECT_EQ(call("pkg.jobs.Child.go"), "go 5\n");
  EXPECT_EQ(call("pkg.jobs.Bad"), "no constructor\n");
}

TEST_P(PythonTest, TellsWhatIsMissing) {
  write_tasks(
      "import sys\n"
      "def f(needed):\n    pass\n"
      "class Job(object):\n    def run(self, wanted):\n        pass\n"
      "def raising():\n    raise ValueError(u'schlecht: \\xe4')\n"
      "def leaving():\n    sys.exit(0)\n");
  project.write("broken.py", "def f(:\n");
  project.write("importing.py", "import no_such_module\n");
  const auto error = [&](const std::string& name) {
    const std::string text = headline(message(execute(R"({"py>": ")" + name + R"("})")));
    const std::string prefix = "Python command failed with code 1\nError messages from python: ";
    EXPECT_TRUE(text.starts_with(prefix)) << text;
    return text.substr(std::min(prefix.size(), text.size()));
  };
  EXPECT_EQ(error("tasks.f"), "Method 'f' requires parameter 'needed' but not set (TypeError)");
  EXPECT_EQ(error("tasks.Job"),
            "Method 'Job.run' requires parameter 'wanted' but not set (TypeError)");
  EXPECT_EQ(error("tasks.nope"), "Module 'tasks' has no attribute 'nope' (AttributeError)");
  EXPECT_EQ(error("tasks"), "Empty module name (ValueError)");
  EXPECT_EQ(error("importing.f"), "Empty module name (ValueError)");
  EXPECT_EQ(error("tasks.raising"), "schlecht: ä (ValueError)");
  EXPECT_EQ(error("tasks.leaving"),
            "Failed to call python command with code:0 Possible cause: Invalid python module call, "
            "duplicate module name with standard library (SystemExit)");
  EXPECT_TRUE(error("broken.f").ends_with("(SyntaxError)"));
  EXPECT_TRUE(message(execute(R"({"py>": "tasks.raising"})")).contains(", in raising"));
}

TEST_P(PythonTest, PrefersTheStandardLibrary) {
  project.write("json.py", "raise Exception('shadowed')\n");
  write_tasks("import json\ndef f():\n    print(json.dumps([1]))\n");
  EXPECT_EQ(printed_by(R"({"py>": "tasks.f"})"), "[1]\n");
}

TEST_P(PythonTest, HandsOnWhatTheScriptStoresAndExports) {
  write_tasks(
      "import digdag, digdag_env\n"
      "def f():\n"
      "    digdag.env.store({'a': 1, 'o': {'x': [1, None]}}, b=2)\n"
      "    digdag.env.store(c=u'\\xe9')\n"
      "    digdag.env.export({'e': 1}, f=2)\n"
      "    digdag.env.set_state(ignored=1)\n"
      "    digdag_env.store_params['direct'] = digdag.env.params['own']\n");
  const auto outcome = execute(R"({"py>": "tasks.f", "own": "x"})");
  ASSERT_TRUE(std::holds_alternative<Done>(outcome)) << message(outcome);
  const engine::TaskResult& result = std::get<Done>(outcome).result;
  EXPECT_EQ(Value(result.store_params),
            value::parse_json(R"({"a":1,"o":{"x":[1,null]},"b":2,"c":"é","direct":"x"})"));
  EXPECT_EQ(Value(result.export_params), value::parse_json(R"({"e":1,"f":2})"));
  EXPECT_TRUE(result.reset_store_params.empty());
}

TEST_P(PythonTest, MakesSubtasks) {
  write_tasks(
      "import digdag\n"
      "def f():\n"
      "    digdag.env.add_subtask(g, v='one', task=1)\n"
      "    digdag.env.add_subtask({'echo>': 'two'}, x=2)\n"
      "    digdag.env.add_subtask(**{'echo>': 'three'})\n"
      "    digdag.env.add_subtask(Job)\n"
      "    digdag.env.add_subtask(Job.go)\n"
      "def g(v):\n    pass\n"
      "class Job(object):\n    def go(self):\n        pass\n");
  const auto outcome = execute(R"({"py>": "tasks.f"})");
  ASSERT_TRUE(std::holds_alternative<Done>(outcome)) << message(outcome);
  EXPECT_EQ(Value(std::get<Done>(outcome).result.subtask_config), value::parse_json(R"({
      "+subtask0": {"v": "one", "task": 1, "py>": "tasks.g"},
      "+subtask1": {"echo>": "two", "x": 2},
      "+subtask2": {"echo>": "three"},
      "+subtask3": {"py>": "tasks.Job"},
      "+subtask4": {"py>": "tasks.Job.go"}})"));
  write_tasks("import digdag\ndef f():\n    digdag.env.add_subtask({'x': object()})\n");
  EXPECT_TRUE(message(execute(R"({"py>": "tasks.f"})"))
                  .contains("Parameters must be serializable using JSON: "));
}

TEST_P(PythonTest, FailsOnResultsThatAreNoJson) {
  write_tasks("import digdag\ndef f():\n    digdag.env.store(v=object())\n");
  EXPECT_TRUE(message(execute(R"({"py>": "tasks.f"})")).contains("(TypeError)"));
  write_tasks("import digdag\ndef f():\n    digdag.env.store(v=float('nan'))\n");
  EXPECT_TRUE(message(execute(R"({"py>": "tasks.f"})")).contains("(ValueError)"));
}

TEST_P(PythonTest, ReadsItsOwnEnvironmentOnly) {
  request.config.set("p", "1");
  write_tasks("import os\ndef f():\n    print(os.environ.get('X'), os.environ.get('p'))\n");
  EXPECT_EQ(printed_by(R"({"py>": "tasks.f", "_env": {"X": "x${p}"}})"), "x1 None\n");
}

TEST_P(PythonTest, WritesToTheOutputFileToo) {
  write_tasks(
      "import digdag, os\n"
      "def f():\n"
      "    digdag.env.store(a=1, b=1)\n"
      "    open(os.environ['MOGURA_OUTPUT'], 'a').write('b=2')\n");
  EXPECT_EQ(Value(object_of(stored_by(R"({"py>": "tasks.f"})"))),
            value::parse_json(R"({"a":1,"b":"2"})"));
}

TEST_P(PythonTest, RunsAScriptInsteadOfAFunction) {
  const std::string script =
      "import json, sys\n"
      "v = json.load(open(sys.argv[1]))['params']['v']\n"
      "json.dump({'store_params': {'v': v, 'n': len(sys.argv)}}, open(sys.argv[2], 'w'))\n";
  EXPECT_EQ(stored_by(R"({"py>": null, "v": 5, "script": )" + value::json_quoted(script) + "}"),
            R"({"v":5,"n":3})");
  EXPECT_EQ(message(execute(R"({"py>": null, "script": "pass"})")),
            "output.json does not exist. Something unexpected error happened. Please check logs. "
            "(runtime)");
  EXPECT_EQ(message(execute(R"json({"py>": null, "script": "import sys; sys.exit(4)"})json")),
            "Python command failed with code 4\n\tCan't parse output.json. The command failed "
            "unexpectedly. Please check logs. (runtime)");
  EXPECT_EQ(message(execute(R"({"py>": null})")),
            "Parameter 'script' is required but not set (config)");
}

TEST_F(ScriptTest, PyChoosesItsInterpreter) {
  const std::string echo = R"("py>": "tasks.f", "python": )";
  EXPECT_EQ(message(execute("{" + echo + "3}")), "Invalid python: 3 (config)");
  EXPECT_EQ(message(execute("{" + echo + "{}}")), "Invalid python:  (config)");
  const std::string missing = message(execute("{" + echo + R"("no-such-python -O"})"));
  EXPECT_TRUE(missing.contains("no-such-python -O")) << missing;
  EXPECT_TRUE(missing.contains("Set `python:` to the interpreter")) << missing;
  project.write("tasks.py", "def f():\n    print(__debug__)\n");
  EXPECT_EQ(printed_by("{" + echo + R"(["python3", "-O"]})"), "False\n");
}

// rb>

class RubyTest : public ScriptTest {
 protected:
  void SetUp() override {
    if (::access("/usr/bin/ruby", X_OK) != 0) GTEST_SKIP() << "no Ruby";
    request.config = object_of(R"({"rb": {"require": "tasks"}})");
  }
  void write_tasks(const std::string& text) { project.write("tasks.rb", text); }
  std::string error_of(const std::string& name) {
    const std::string text = headline(message(execute(R"({"rb>": ")" + name + R"("})")));
    const std::string prefix = "Ruby command failed with code 1: ";
    EXPECT_TRUE(text.starts_with(prefix)) << text;
    return text.substr(std::min(prefix.size(), text.size()));
  }
};

TEST_F(RubyTest, FillsArgumentsByNameAndKind) {
  write_tasks(
      "def f(a, b = 'B', *rest, c:, d: 'D')\n  puts [a, b, rest, c, d].inspect\nend\n"
      "def g(x = 1, y = 2)\n  puts [x, y].inspect\nend\n"
      "def h(a, **rest)\n  puts a, rest[:o].inspect, rest.key?(:task_name)\nend\n");
  EXPECT_EQ(printed_by(R"({"rb>": "f", "a": 1, "c": 3, "rest": [9]})"),
            "[1, \"B\", [], 3, \"D\"]\n");
  EXPECT_EQ(printed_by(R"({"rb>": "f", "a": 1, "b": 2, "c": 3, "d": {"k": 1}})").substr(0, 12),
            "[1, 2, [], 3");
  EXPECT_EQ(printed_by(R"({"rb>": "g", "y": 5})"), "[5, 2]\n");
  EXPECT_EQ(printed_by(R"({"rb>": "h", "a": 1, "o": [2], "task_name": "t"})"), "1\n[2]\ntrue\n");
}

TEST_F(RubyTest, CallsInstanceAndClassMethods) {
  write_tasks(
      "module Jobs\n"
      "  class Job\n"
      "    def initialize(x)\n      @x = x\n    end\n"
      "    def go(y)\n      puts \"go #{@x} #{y}\"\n    end\n"
      "    def self.once(y:)\n      puts \"once #{y}\"\n    end\n"
      "  end\n"
      "  class Made\n"
      "    def self.new(y)\n      made = allocate\n      puts \"made #{y}\"\n      made\n    "
      "end\n"
      "    def go\n    end\n"
      "  end\n"
      "end\n");
  EXPECT_EQ(printed_by(R"({"rb>": "Jobs::Job.go", "x": 5, "y": 6})"), "go 5 6\n");
  EXPECT_EQ(printed_by(R"({"rb>": "::Jobs::Job.go", "x": 5, "y": 6})"), "go 5 6\n");
  EXPECT_EQ(printed_by(R"({"rb>": "Jobs::Job.once", "y": 6})"), "once 6\n");
  EXPECT_EQ(printed_by(R"({"rb>": "Jobs::Made.go", "y": 6})"), "made 6\n");
  EXPECT_EQ(error_of("Jobs::Job.go"),
            "Method 'Jobs::Job.new' requires parameter 'x' but not set (ArgumentError)");
  EXPECT_EQ(error_of("Jobs::Job.once"),
            "Method 'Jobs::Job.once' requires parameter 'y' but not set (ArgumentError)");
}

TEST_F(RubyTest, TellsWhatWentWrong) {
  write_tasks(
      "module Deep\n  class MyError < StandardError\n  end\nend\n"
      "def f\n  raise Deep::MyError, 'schlecht: ä'\nend\n"
      "def needs(k)\nend\n"
      "def leaves\n  exit 0\nend\n");
  EXPECT_EQ(error_of("f"), "schlecht: ä (Deep::MyError)");
  EXPECT_TRUE(message(execute(R"({"rb>": "f"})")).contains("tasks.rb:6:in "));
  EXPECT_TRUE(message(execute(R"({"rb>": "f"})")).contains("<main>"));
  EXPECT_EQ(error_of("needs"), "Method 'needs' requires parameter 'k' but not set (ArgumentError)");
  EXPECT_TRUE(error_of("nope").ends_with("(NameError)"));
  EXPECT_TRUE(error_of("Nope.go").ends_with("(NameError)"));
  EXPECT_EQ(error_of("leaves"), "exit (SystemExit)");
  write_tasks("raise 'while loading'\n");
  EXPECT_EQ(message(execute(R"({"rb>": "f"})")),
            "Ruby command failed with code 1\n\tCan't parse output.json. The command failed "
            "unexpectedly. Please check logs. (runtime)");
}

TEST_F(RubyTest, HandsOnWhatTheScriptStoresAndExports) {
  write_tasks(
      "def f\n"
      "  Digdag.env.store(a: 1, o: {\"x\" => [1, nil]})\n"
      "  Digdag.env.export(e: 'é')\n"
      "  Digdag.env.set_state(ignored: 1)\n"
      "  DigdagEnv::STORE_PARAMS['direct'] = Digdag.env.params['own']\n"
      "end\n");
  const auto outcome = execute(R"({"rb>": "f", "own": "x"})");
  ASSERT_TRUE(std::holds_alternative<Done>(outcome)) << message(outcome);
  const engine::TaskResult& result = std::get<Done>(outcome).result;
  EXPECT_EQ(value::to_json(result.store_params), R"({"a":1,"o":{"x":[1,null]},"direct":"x"})");
  EXPECT_EQ(value::to_json(result.export_params), R"({"e":"é"})");
}

TEST_F(RubyTest, MakesSubtasks) {
  write_tasks(
      "class Job\n  def go\n  end\n  def self.once\n  end\nend\n"
      "def g\nend\n"
      "def f\n"
      "  env = Digdag.env\n"
      "  env.add_subtask({\"echo>\" => \"x\"})\n"
      "  env.add_subtask(:g)\n"
      "  env.add_subtask(:g, {\"v\" => 1})\n"
      "  env.add_subtask(Job, :go, \"v\" => 2)\n"
      "  env.add_subtask(:Job, :once)\n"
      "end\n"
      "def bad\n  message = []\n"
      "  [[], [:g, 1], [1, :g], [:g, :'a.b'], [:Nope, :g], [Job, :nope], ['g'],\n"
      "   [{\"v\" => Float::NAN}], [1, 2, 3, 4]].each do |args|\n"
      "    begin\n      Digdag.env.add_subtask(*args)\n"
      "    rescue ArgumentError => e\n      puts e.message\n    end\n"
      "  end\nend\n");
  EXPECT_EQ(subtasks(execute(R"({"rb>": "f"})")),
            R"({"+subtask0":{"echo>":"x"},"+subtask1":{"rb>":"g"},"+subtask2":{"v":1,"rb>":"g"},)"
            R"("+subtask3":{"v":2,"rb>":"::Job.go"},"+subtask4":{"rb>":"::Job.once"}})");
  const std::string errors = printed_by(R"({"rb>": "bad"})");
  EXPECT_TRUE(
      errors.starts_with("wrong number of arguments (0 for 1..3 with the last argument is a Hash)\n"
                         "Second argument must be a Symbol but got 1\n"
                         "First argument must be a Class or Symbol but got 1\n"
                         "Method name can't include '.'\n"
                         "Could not find class named Nope\n"
                         "Class Job does not have method :nope\n"
                         "First argument must be a Class or Symbol but got \"g\"\n"
                         "Parameters must be serializable using JSON: "))
      << errors;
  EXPECT_TRUE(
      errors.ends_with("wrong number of arguments (4 for 1..3 with the last argument is a Hash)\n"))
      << errors;
}

TEST_F(RubyTest, RunsAScriptInsteadOfAMethod) {
  write_tasks("");
  const std::string script =
      "require 'json'\n"
      "File.write(ARGV[1], JSON.dump({'store_params' => {'n' => ARGV.length}}))\n";
  EXPECT_EQ(stored_by(R"({"rb>": null, "script": )" + value::json_quoted(script) + "}"),
            R"({"n":2})");
}

TEST_F(RubyTest, ChoosesItsInterpreter) {
  write_tasks("def f\n  puts $-w\nend\n");
  EXPECT_EQ(printed_by(R"({"rb>": "f", "ruby": ["ruby", "-w"]})"), "true\n");
  EXPECT_EQ(message(execute(R"({"rb>": "f", "ruby": 3})")), "Invalid ruby: 3 (config)");
  const std::string missing = message(execute(R"({"rb>": "f", "ruby": "no-such-ruby"})"));
  EXPECT_TRUE(missing.contains("no-such-ruby") && missing.contains("Set `ruby:`")) << missing;
}

}  // namespace
}  // namespace mogura::operators
