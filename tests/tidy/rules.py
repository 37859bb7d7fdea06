"""The house rules, each a function from the tree to what breaks it.

Formatting is clang-format's alone; the rules here are what it cannot see. A rule's first line of
documentation says what it wants.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from functions import functions
from tree import SourceFile, Tree, room_in

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 80
MAX_COLUMNS = {"c++": 100, "cmake": 100, "python": 100, "shell": 100, "markdown": 120}


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    message: str


Rule = Callable[[Tree], Iterator[Finding]]
RULES: list[Rule] = []


def rule(check: Rule) -> Rule:
    RULES.append(check)
    return check


TESTS = "tests"


@dataclass(frozen=True)
class Ban:
    """A pattern with the places that may have it: rooms, paths of files, or TESTS."""

    pattern: re.Pattern[str]
    message: str
    allowed: tuple[str, ...] = ()

    def permits(self, file: SourceFile) -> bool:
        return (file.room in self.allowed or file.path in self.allowed
                or (TESTS in self.allowed and file.is_test))


def ban(pattern: str, message: str, *allowed: str) -> Ban:
    return Ban(re.compile(pattern), message, allowed)


BANNED_INCLUDES = (
    ban(r"<boost/(?:asio|beast)", "Asio and Beast belong to net/", "net"),
    ban(r"<curl/", "curl belongs to net/", "net"),
    ban(r"<sqlite3\.h>", "SQLite belongs to store/sqlite", "store_sqlite"),
    ban(r"<(?:postgresql/)?libpq", "libpq belongs to store/postgres", "store_postgres"),
    ban(r"<duk(?:tape|_config)\.h>|\"duk(?:tape|_config)\.h\"", "Duktape belongs to template/",
        "template"),
    ban(r"<yaml\.h>", "libyaml belongs to workflow/", "workflow"),
    ban(r"<absl/|\"absl/", "Abseil belongs to calendar/", "calendar"),
    ban(r"<boost/json", "Boost.JSON belongs to value/", "value"),
    ban(r"<archive(?:_entry)?\.h>", "libarchive belongs to blob/", "blob"),
    ban(r"<(?:regex|coroutine|format|print)>", "not used here: slow, or broken in g++ 12"),
    ban(r"<iostream>", "streams are for src/main.cc", "src/main.cc"),
    ban(r"\"[^/\"]+\"", "name the room: \"room/header.h\""),
)

BANNED_CODE = (
    ban(r"(?<![\w.>:])(?:std::|::)?system\s*\(\s*[^)\s]", "system() starts a shell: use process/"),
    ban(r"\bpopen\s*\(", "popen() starts a shell: use process/"),
    ban(r"(?<![\w.>])v?fork\s*\(\s*\)", "children are started by process/", "process"),
    ban(r"\bposix_spawnp?\s*\(|(?<![\w.>])exec[vl]p?e?\s*\(", "children are started by process/",
        "process", "src/net/testing/peer.h"),
    ban(r"\bstd::regex\b", "std::regex is slow and recurses without limit"),
    ban(r"\bco_(?:await|return|yield)\b", "coroutines are miscompiled by g++ 12"),
    ban(r"\bsleep_(?:for|until)\b|(?<![\w.>:])(?:::)?(?:u|nano)?sleep\s*\(",
        "do not sleep: wait for a signal with a deadline", "process"),
    ban(r"(?<![\w.>])(?:std::|fmt::|::)?(?:v?f?printf|f?puts|print(?:ln)?)\s*\((?=[^)]|$)"
        r"|\bstd::(?:cout|cerr|clog)\b", "printing is for cli/; elsewhere there is the log",
        "cli", "src/main.cc", "sim/main.cc", "src/template/tools/compile_script.cc"),
    ban(r"\b(?:secure_)?getenv\s*\(|(?<![\w.>])environ\b", "cli/ reads the environment",
        TESTS, "cli", "src/main.cc", "src/calendar/time_zone.cc", "src/net/environment.cc",
        "src/secrets/local_secrets.cc"),
    ban(r"\bsystem_clock::now\b|\bgettimeofday\s*\(|\bCLOCK_REALTIME\b|(?<![\w.>:])time\(nullptr\)",
        "the time of day comes from a Clock", "src/base/clock.h"),
    ban(r"\bstd::(?:(?:recursive_|shared_)?mutex|condition_variable\w*|(?:lock|shared)_guard"
        r"|unique_lock|scoped_lock|shared_lock)\b", "use base/mutex.h, whose use clang checks",
        "src/base/mutex.h"),
    ban(r"^using namespace (?!std::(?:chrono_)?(?:string_view_)?literals)",
        "names are written with their namespace, at least outside of functions"),
    ban(r"^\s*#\s*define\s+(?!MOGURA_)", "macros are called MOGURA_…, and are few"),
    ban(r"\bDISABLED_\w", "a test runs or is removed"),
)

# The engine is values and functions: none of what would make two runs differ.
NOT_IN_ENGINE = ban(
    r"<(?:thread|mutex|condition_variable|future|fstream|filesystem|random|ctime|unistd\.h"
    r"|sys/.*)>|\"base/mutex\.h\"|\"template/", "engine/ is pure: no I/O, clock or threads")

LEFTOVERS = re.compile(
    r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|not (?:yet )?implem" r"ented|st" r"ub|place" r"holder"
    r"|for n" r"ow)\b", re.IGNORECASE)
HTTP_501 = '{501, "Not Implem' 'ented"},'
MACHINE_PATHS = re.compile(r"(?<![\w.~}$-])/(?:work|root|farm)/|/home/(?!me\b)\w")
REGISTRIES = re.compile(r"registry\.npmjs\.\w+|deb\.debian\.\w+|pypi\.\w+/|files\.pythonhosted")


def _includes(file: SourceFile) -> Iterator[tuple[int, str]]:
    """(line number, `<name>` or `"name"`) of each include."""
    for number, line in enumerate(file.lines, 1):
        found = re.match(r'\s*#\s*include\s+([<"][^>"]+[>"])', line)
        if found:
            yield number, found[1]


@rule
def foreign_includes(tree: Tree) -> Iterator[Finding]:
    """A foreign header is included by the one room that owns it."""
    for file in tree.cpp:
        for number, header in _includes(file):
            for banned in BANNED_INCLUDES:
                if banned.pattern.match(header) and not banned.permits(file):
                    yield Finding(file.path, number, f"{header}: {banned.message}")


@rule
def banned_code(tree: Tree) -> Iterator[Finding]:
    """Calls and names that belong to one place, or nowhere."""
    for file in tree.cpp:
        if not file.path.startswith(("src/", "sim/")):
            continue
        for number, line in enumerate(file.code_lines, 1):
            for banned in BANNED_CODE:
                if banned.pattern.search(line) and not banned.permits(file):
                    yield Finding(file.path, number, banned.message)


@rule
def pure_engine(tree: Tree) -> Iterator[Finding]:
    """Nothing in the engine reaches outside."""
    for file in tree.cpp:
        if file.room == "engine" and not file.is_test:
            for number, header in _includes(file):
                if NOT_IN_ENGINE.pattern.match(header):
                    yield Finding(file.path, number, f"{header}: {NOT_IN_ENGINE.message}")
            for number, line in enumerate(file.code_lines, 1):
                if re.search(r"\b(?:Logger|log_line)\b", line):
                    yield Finding(file.path, number, "engine/ is pure: it writes no log")


@rule
def room_direction(tree: Tree) -> Iterator[Finding]:
    """A room includes only the rooms that it declares."""
    for file in tree.cpp:
        room = tree.rooms.get(file.room or "")
        if not room:
            continue
        allowed = {room.name} | room.uses | (room.test_uses if file.is_test else frozenset())
        for number, header in _includes(file):
            other = room_in(header[1:])
            if header[0] == '"' and other and other not in allowed:
                yield Finding(file.path, number,
                              f"{room.name}/ includes {other}/ without naming it in CMakeLists.txt"
                              " (USES; for a test TEST_LINKS)")


@rule
def room_floors(tree: Tree) -> Iterator[Finding]:
    """A room uses only rooms below it, in the order of the top CMakeLists.txt."""
    for room in tree.rooms.values():
        where = f"src/{room.name}/CMakeLists.txt"
        if room.name not in tree.floors:
            yield Finding(where, 1, f"{room.name} is not in the list of rooms of CMakeLists.txt")
            continue
        below = tree.floors[:tree.floors.index(room.name)]
        for used in sorted(room.uses - set(below)):
            yield Finding(where, 1, f"{room.name} uses {used}, which is not below it")


@rule
def rooms_tested(tree: Tree) -> Iterator[Finding]:
    """Each room with sources has a test beside them."""
    for name in tree.rooms:
        sources = [file for file in tree.cpp if file.room == name and not file.is_header]
        if sources and not any(file.is_test for file in sources):
            yield Finding(f"src/{name}/CMakeLists.txt", 1, f"{name} has no *_test.cc")


@rule
def header_form(tree: Tree) -> Iterator[Finding]:
    """A header opens with what it is for, then `#pragma once`."""
    for file in tree.cpp:
        if not file.is_header:
            continue
        if not file.text.startswith("// "):
            yield Finding(file.path, 1, "begin with a comment that says what the header is for")
        first = next((line for line in file.lines if line and not line.startswith("//")), "")
        if first != "#pragma once":
            yield Finding(file.path, 1, "the first line of code is not `#pragma once`")


@rule
def file_length(tree: Tree) -> Iterator[Finding]:
    """No file of code is too long to be read at once."""
    for file in tree.styled:
        lines = file.text.count("\n")
        if file.kind in ("c++", "python", "shell", "cmake") and lines > MAX_FILE_LINES:
            yield Finding(file.path, MAX_FILE_LINES, f"{lines} lines, over {MAX_FILE_LINES}")


@rule
def function_length(tree: Tree) -> Iterator[Finding]:
    """A function fits a screen."""
    for file in tree.styled:
        if file.is_cpp:
            found = [(f.name, f.first_line, f.lines) for f in functions(file)]
        elif file.kind == "python":
            found = [(node.name, node.lineno, (node.end_lineno or 0) - node.lineno + 1)
                     for node in ast.walk(ast.parse(file.text))
                     if isinstance(node, ast.FunctionDef)]
        else:
            continue
        for name, line, length in found:
            if length > MAX_FUNCTION_LINES:
                yield Finding(file.path, line,
                              f"{name}: {length} lines, over {MAX_FUNCTION_LINES}")


@rule
def line_form(tree: Tree) -> Iterator[Finding]:
    """No tabs, trailing blanks or overlong lines; a file ends with its last line's end."""
    for file in tree.styled:
        widest = MAX_COLUMNS.get(file.kind)
        if file.kind == "other":
            continue
        for number, line in enumerate(file.lines, 1):
            if "\t" in line:
                yield Finding(file.path, number, "tab")
            if line != line.rstrip():
                yield Finding(file.path, number, "trailing blank")
            if widest and len(line) > widest and "http" not in line and not line.startswith("|"):
                yield Finding(file.path, number, f"{len(line)} columns, over {widest}")
        if file.text and not file.text.endswith("\n"):
            yield Finding(file.path, len(file.lines), "no end of line at the end")
        elif file.text.endswith("\n\n"):
            yield Finding(file.path, len(file.lines), "blank line at the end")


@rule
def leftover_words(tree: Tree) -> Iterator[Finding]:
    """Unfinished work is finished, not announced."""
    for file in tree.styled:
        for number, line in enumerate(file.lines, 1):
            found = LEFTOVERS.search(line)
            if found and line.strip() != HTTP_501:
                yield Finding(file.path, number, f"leftover word: {found[0]}")


@rule
def machine_names(tree: Tree) -> Iterator[Finding]:
    """The tree names no path or host of the machine that it was written on."""
    for file in tree.files:
        for number, line in enumerate(file.lines, 1):
            found = MACHINE_PATHS.search(line) or REGISTRIES.search(line)
            if found:
                yield Finding(file.path, number, f"machine name: {found[0]}")


@rule
def threads_named(tree: Tree) -> Iterator[Finding]:
    """A source that starts threads names them, and docs/threads.md names the source."""
    page = tree.by_path.get("docs/threads.md")
    for file in tree.cpp:
        if file.is_test or file.is_header or not file.room:
            continue
        first = next((number for number, line in enumerate(file.code_lines, 1)
                      if re.search(r"\bstd::j?thread\b(?!::)", line)), None)
        if first and "pthread_setname_np" not in file.text:
            yield Finding(file.path, first, "starts a thread without a name (pthread_setname_np)")
        if first and (not page or file.path.removeprefix("src/") not in page.text):
            yield Finding(file.path, first, "starts a thread that docs/threads.md misses")


@rule
def working_links(tree: Tree) -> Iterator[Finding]:
    """A link between documents leads to a file."""
    for file in tree.styled:
        if file.kind != "markdown":
            continue
        folder = file.path.rpartition("/")[0]
        for number, line in enumerate(file.lines, 1):
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", line):
                parts: list[str] = []
                for part in f"{folder}/{target}".split("/"):
                    parts = parts[:-1] if part == ".." else parts + [part] * (part not in ("", "."))
                path = "/".join(parts)
                if not any(p == path or p.startswith(path + "/") for p in tree.by_path):
                    yield Finding(file.path, number, f"link to nothing: {target}")
