"""Small trees that keep or break a rule, with what the rule must find in them."""

from __future__ import annotations

from dataclasses import dataclass, field

HEADER = "// What it is for.\n#pragma once\n"
ROOMS = {
    "CMakeLists.txt": "foreach(room base value net)\n",
    "src/base/CMakeLists.txt": "mogura_room(base LINKS fmt)\n",
    "src/value/CMakeLists.txt": "mogura_room(value USES base TEST_LINKS mogura_net)\n",
    "src/net/CMakeLists.txt": "mogura_room(net USES base LINKS curl)\n",
}


@dataclass(frozen=True)
class Example:
    files: dict[str, str]
    findings: list[tuple[str, int]] = field(default_factory=list)  # (path, line)


def good(path: str, text: str) -> Example:
    return Example({path: text})


def bad(path: str, text: str, *lines: int) -> Example:
    return Example({path: text}, [(path, line) for line in lines or (1,)])


def in_rooms(files: dict[str, str], *findings: tuple[str, int]) -> Example:
    return Example({**ROOMS, **files}, list(findings))


def body(lines: int) -> str:
    return "".join(f"  step({number});\n" for number in range(lines))


EXAMPLES: dict[str, list[Example]] = {
    "foreign_includes": [
        bad("src/value/a.cc", "#include <boost/asio.hpp>\n"),
        bad("src/cli/a.cc", "#include <string>\n\n#include <curl/curl.h>\n", 3),
        bad("src/value/a.cc", "#  include <sqlite3.h>\n"),
        bad("src/store/a.cc", "#include <duktape.h>\n"),
        bad("src/value/a.cc", "#include <yaml.h>\n"),
        bad("src/engine/a.cc", "#include <absl/time/time.h>\n"),
        bad("src/engine/a.cc", "#include <regex>\n"),
        bad("src/cli/a.cc", "#include <iostream>\n"),
        bad("src/cli/a.cc", '#include "options.h"\n'),
        good("src/net/a.cc", "#include <curl/curl.h>\n#include <boost/asio.hpp>\n"),
        good("src/store/sqlite/a.cc", "#include <sqlite3.h>\n"),
        good("src/value/a.cc", '#include "workflow/yaml.h"\n// #include <regex>\n'),
        good("src/main.cc", "#include <iostream>\n"),
    ],
    "banned_code": [
        bad("src/cli/a.cc", 'int a = system("ls");\n'),
        bad("src/cli/a.cc", 'int a = std::system(command);\n'),
        bad("src/cli/a.cc", 'FILE* f = popen("ls", "r");\n'),
        bad("src/agent/a.cc", "pid_t child = ::fork();\n"),
        bad("src/agent/a.cc", "posix_spawn(&pid, path, nullptr, nullptr, argv, envp);\n"),
        bad("src/value/a.cc", "std::regex re(x);\n"),
        bad("src/value/a.cc", "co_await f();\n"),
        bad("src/value/a_test.cc", "std::this_thread::sleep_for(1s);\n"),
        bad("src/value/a_test.cc", "sleep(1);\n"),
        bad("src/value/a_test.cc", "::usleep(1);\n"),
        bad("src/value/a.cc", 'printf("x");\n'),
        bad("src/value/a.cc", "std::fprintf(\n    stderr, x);\n"),
        bad("src/value/a.cc", 'std::cerr << "x";\n'),
        bad("src/value/a.cc", 'auto home = std::getenv("HOME");\n'),
        bad("src/agent/a.cc", "auto now = std::chrono::system_clock::now();\n"),
        bad("src/agent/a.cc", "std::mutex mutex_;\n"),
        bad("src/agent/a.cc", "std::lock_guard lock(m);\n"),
        bad("src/agent/a.cc", "using namespace std;\n"),
        bad("src/agent/a.cc", "#define MAX(a, b) 1\n"),
        bad("src/agent/a_test.cc", "TEST(A, DISABLED_b) {}\n"),
        good("src/calendar/a.h", "static TimeZone system();\nauto z = TimeZone::system();\n"),
        good("src/process/a.cc", "pid_t child = ::fork();\nstd::this_thread::sleep_for(1ms);\n"),
        good("src/agent/a.cc", 'log("system(1), popen(x)");  // std::regex, sleep(1)\n'),
        good("src/agent/a.cc", 'auto text = R"(printf("x");)";\n'),
        good("src/agent/a.cc", "snprintf(buffer, size, format);\nint n = 1'000;\n"),
        good("src/agent/a.cc", "void f() {\n  using namespace std::chrono;\n}\n"),
        good("src/agent/a_test.cc", 'auto home = getenv("HOME");\n'),
        good("src/agent/a.cc", "using namespace std::chrono_literals;\n#define MOGURA_X 1\n"),
        good("src/cli/a.cc", 'printf("x");\nauto home = getenv("HOME");\n'),
        good("src/agent/a.cc", "auto until = std::chrono::steady_clock::now();\n"),
        good("src/base/clock.h", HEADER + "auto now = std::chrono::system_clock::now();\n"),
    ],
    "pure_engine": [
        bad("src/engine/a.cc", "#include <thread>\n"),
        bad("src/engine/a.h", HEADER + '#include "base/mutex.h"\n', 3),
        bad("src/engine/a.cc", 'const Logger logger("x");\n'),
        good("src/engine/a_test.cc", "#include <random>\n"),
        good("src/agent/a.cc", "#include <thread>\n"),
        good("src/engine/a.cc", '#include <vector>\n#include "base/clock.h"\n'),
    ],
    "room_direction": [
        in_rooms({"src/base/a.cc": '#include "value/value.h"\n'}, ("src/base/a.cc", 1)),
        in_rooms({"src/value/a.cc": '#include "net/http.h"\n'}, ("src/value/a.cc", 1)),
        in_rooms({"src/value/a.cc": '#include "base/error.h"\n#include "value/a.h"\n'}),
        in_rooms({"src/value/a_test.cc": '#include "net/http.h"\n'}),
    ],
    "room_floors": [
        in_rooms({"src/base/CMakeLists.txt": "mogura_room(base USES\n  value)\n"},
                 ("src/base/CMakeLists.txt", 1)),
        in_rooms({"src/more/CMakeLists.txt": "mogura_room(more)\n"},
                 ("src/more/CMakeLists.txt", 1)),
        in_rooms({}),
    ],
    "rooms_tested": [
        in_rooms({"src/net/a.cc": "int a;\n"}, ("src/net/CMakeLists.txt", 1)),
        in_rooms({"src/net/a.cc": "int a;\n", "src/net/a_test.cc": "TEST(A, b) {}\n"}),
        in_rooms({"src/net/a.h": HEADER}),
    ],
    "header_form": [
        bad("src/base/a.h", "#pragma once\nint a;\n"),
        bad("src/base/a.h", "// What it is for.\nint a;\n"),
        bad("src/base/a.h", "#ifndef A\n#define A\n#endif\n", 1, 1),
        good("src/base/a.h", "// What it is for.\n//\n// More.\n\n#pragma once\nint a;\n"),
    ],
    "file_length": [
        bad("src/base/a.cc", "int a;\n" * 601, 600),
        good("src/base/a.cc", "int a;\n" * 600),
        good("docs/a.md", "text\n" * 601),
    ],
    "function_length": [
        bad("src/base/a.cc", "namespace a {\nint f(int b) {\n" + body(79) + "}\n}\n", 2),
        good("src/base/a.cc", "namespace a {\nint f(int b) {\n" + body(78) + "}\n}\n"),
        bad("src/base/a.cc", "A::A(int b) : b_{b}, c_(1) {\n" + body(80) + "}\n"),
        bad("src/base/a.h",
            "class A {\n void f() const {\n  if (x) {\n" + body(79) + "}\n}\n};\n", 2),
        bad("src/base/a.cc", "struct A f(int b) {\n" + body(80) + "}\n"),
        good("src/base/a.cc", "const Row kRows[] = {\n" + '    {"(a", f(1)},\n' * 100 + "};\n"),
        good("src/base/a.cc", "int f() {\n  return '{';\n}\nint g() {\n" + body(70) + "}\n"),
        bad("tests/a.py", "def f():\n" + "    pass\n" * 80),
    ],
    "line_form": [
        bad("src/base/a.cc", "\tint a;\n"),
        bad("src/base/a.cc", "int b;\nint a; \n", 2),
        bad("src/base/a.cc", "int " + "a" * 96 + ";\n"),
        good("src/base/a.cc", "int " + "a" * 95 + ";\n"),
        bad("dev", "#!/bin/bash\necho", 2),
        bad("docs/a.md", "text\n\n", 3),
        good("docs/a.md", "x" * 120 + "\n"),
        good("tests/conformance/cases/local/a/b.case", "text \t\n"),
    ],
    "leftover_words": [
        bad("src/base/a.cc", "// TO" "DO: more\n"),
        bad("docs/a.md", "This is Not Yet Implem" "ented.\n"),
        bad("tests/a.py", "x = 1  # a hack for n" "ow\n"),
        good("src/base/a.cc", "int stubborn = 1;  // for nowhere\n"),
    ],
    "machine_names": [
        bad("docs/a.md", "see /ro" "ot/notes\n"),
        bad("src/base/a_test.cc", 'open("/hom' 'e/ann");\n'),
        bad("cmake/a.cmake", "https://registry.npm" "js.org/moment\n"),
        good("docs/a.md", "see src/wo" "rk/ and $DIR/ro" "ot/x\n"),
    ],
    "threads_named": [
        bad("src/agent/a.cc", "std::thread thread(run);\n", 1, 1),
        Example({"src/agent/a.cc": "std::thread thread(run);\n", "docs/threads.md": "agent/a.cc\n"},
                [("src/agent/a.cc", 1)]),
        Example({"src/agent/a.cc": "std::thread thread(run);  // pthread_setname_np\n",
                 "docs/threads.md": "agent/a.cc\n"}),
        good("src/agent/a.cc", "std::this_thread::get_id();\n"),
        good("src/agent/a_test.cc", "std::thread thread(run);\n"),
    ],
    "working_links": [
        bad("README.md", "See [more](docs/more.md).\n"),
        Example({"docs/a.md": "[b](b.md#part), [top](../README.md), [web](https://x.org/y)\n",
                 "docs/b.md": "", "README.md": ""}),
    ],
}
