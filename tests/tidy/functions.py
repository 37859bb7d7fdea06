"""Finds the functions of a C++ file and how long they are, by following the braces.

A brace outside of any function opens a function if the declaration before it has parentheses, a
scope if it names a namespace, class or the like, and else an initializer. The sources are formatted
by clang-format, which puts a blank before a body and none before the braces of `member_{value}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree import SourceFile

_SCOPE = re.compile(r"^\s*(?:template\s*<[^{;]*>\s*)?(?:typedef\s+|static\s+|inline\s+)*"
                    r"(?:namespace|class|struct|union|enum|extern)\b")
_NAME = re.compile(r"([\w:~]+)\s*\(")


@dataclass(frozen=True)
class Function:
    name: str
    first_line: int  # from 1
    lines: int  # from its first to its last brace


def functions(file: SourceFile) -> Iterator[Function]:
    code = "\n".join("" if line.lstrip().startswith("#") else line for line in file.code_lines)
    declaration = ""  # what stands before the next brace
    depth_in_function = 0
    opened: list[str] = []  # what the open braces outside of functions are
    first_line = line = 1
    name = ""
    for place, char in enumerate(code):
        if char == "\n":
            line += 1
        if depth_in_function:
            depth_in_function += {"{": 1, "}": -1}.get(char, 0)
            if depth_in_function == 0:
                yield Function(name, first_line, line - first_line + 1)
            continue
        if char == "{":
            kind = _brace_kind(declaration, code[place - 1])
            if kind == "function":
                found = _NAME.search(declaration)
                name = found[1] if found else "?"
                depth_in_function, first_line, declaration = 1, line, ""
            else:
                opened.append(kind)
                declaration += "" if kind == "initializer" else ";"
        elif char == "}" and opened:
            if opened.pop() == "scope":
                declaration = ""
        elif char == ";" and "initializer" not in opened:
            declaration = ""
        else:
            declaration += char
        if declaration.endswith(";"):
            declaration = ""


def _brace_kind(declaration: str, before: str) -> str:
    text = declaration.strip()
    if text.endswith("=") or before not in " \n":
        return "initializer"
    if _SCOPE.match(text) and not re.search(r"\)\s*(?:const|noexcept|override|final)*$", text):
        return "scope"
    return "function" if "(" in text else "initializer"
