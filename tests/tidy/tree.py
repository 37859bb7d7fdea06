"""The project's files as the rules see them: read from disk, or from a dict in the rules' tests."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__", ".digdag"}
# Recorded data, and what is made to fit into other people's sources: not ours to style.
FOREIGN_FOLDERS = ("tests/conformance/cases/", "fuzz/corpus/", "third_party/")
KINDS = {".cc": "c++", ".h": "c++", ".cmake": "cmake", ".py": "python", ".md": "markdown",
         ".dig": "dig", ".yml": "yaml", ".json": "json"}
NAMES = {"CMakeLists.txt": "cmake", "dev": "shell"}
# Rooms whose folders are rooms as well.
ROOMS_WITH_ROOMS = ("store",)

_NOT_CODE = re.compile(
    r'(?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\((?:.|\n)*?\)(?P=mark)")'
    r"|(?P<comment>//(?:\\\n|[^\n])*|/\*(?:.|\n)*?\*/)"
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<number>\b\d[\w'.]*)"
    r"|(?P<char>'(?:\\.|[^'\\\n])+')")


@dataclass(frozen=True)
class SourceFile:
    path: str  # from the root of the project, with `/`
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def kind(self) -> str:
        name = self.path.rsplit("/", 1)[-1]
        if name in NAMES:
            return NAMES[name]
        if self.text.startswith("#!"):
            return "python" if "python" in self.lines[0] else "shell"
        return KINDS.get(os.path.splitext(name)[1], "other")

    @cached_property
    def code_lines(self) -> list[str]:
        """The lines of a C++ file without what stands in comments and literals."""
        return blank_literals(self.text).split("\n")

    @property
    def is_header(self) -> bool:
        return self.path.endswith(".h")

    @property
    def is_cpp(self) -> bool:
        return self.kind == "c++"

    @property
    def is_test(self) -> bool:
        return self.path.endswith("_test.cc") or not self.path.startswith("src/")

    @property
    def room(self) -> str | None:
        """The folder below src/ that the file is in, as the room's CMakeLists.txt calls it."""
        return room_in(self.path.removeprefix("src/")) if self.path.startswith("src/") else None


def room_in(path: str) -> str | None:
    """The room of a path below src/: `value`, or `store_sqlite` for a room inside another one."""
    parts = path.split("/")[:-1]
    if parts and parts[0] in ROOMS_WITH_ROOMS:
        return "_".join(parts[:2])
    return parts[0] if parts else None


def blank_literals(text: str) -> str:
    """C++ text with comments and literals blanked; each line keeps its length."""

    def blank(match: re.Match[str]) -> str:
        found = match.group(0)
        if match["number"]:
            return found
        blanked = re.sub(r"[^\n]", " ", found)
        return f'"{blanked[1:-1]}"' if match["string"] else blanked

    return _NOT_CODE.sub(blank, text)


@dataclass(frozen=True)
class Room:
    """What a room's CMakeLists.txt declares."""

    name: str
    uses: frozenset[str]
    test_uses: frozenset[str]


class Tree:
    """All files that the rules look at, by path."""

    def __init__(self, texts: dict[str, str]):
        self.files = [SourceFile(path, text) for path, text in sorted(texts.items())]
        self.by_path = {file.path: file for file in self.files}

    @classmethod
    def from_disk(cls, root: Path) -> Tree:
        texts = {}
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
            for name in names:
                path = Path(folder) / name
                try:
                    texts[path.relative_to(root).as_posix()] = path.read_text("utf-8")
                except (UnicodeDecodeError, FileNotFoundError):
                    continue  # not text, or an editor's file that is gone
        return cls(texts)

    @property
    def styled(self) -> list[SourceFile]:
        """The files that the style is for."""
        return [file for file in self.files if not file.path.startswith(FOREIGN_FOLDERS)]

    @property
    def cpp(self) -> list[SourceFile]:
        return [file for file in self.styled if file.is_cpp]

    @cached_property
    def rooms(self) -> dict[str, Room]:
        found = {}
        for file in self.files:
            declared = re.search(r"mogura_room\((\w+)([^)]*)\)", file.text)
            if file.kind == "cmake" and file.room and declared:
                lists = _keyword_lists(declared[2])
                links = {name.removeprefix("mogura_") for name in lists.get("TEST_LINKS", [])
                         if name.startswith("mogura_")}
                found[file.room] = Room(declared[1], frozenset(lists.get("USES", [])),
                                        frozenset(links))
        return found

    @cached_property
    def floors(self) -> list[str]:
        """The rooms from the ground up, as the top CMakeLists.txt lists them."""
        top = self.by_path.get("CMakeLists.txt")
        listed = re.search(r"foreach\(room ([^)]*)\)", top.text) if top else None
        return [name.replace("/", "_") for name in listed[1].split()] if listed else []


def _keyword_lists(arguments: str) -> dict[str, list[str]]:
    """CMake arguments by keyword: `USES a b LINKS c` is {"USES": ["a", "b"], "LINKS": ["c"]}."""
    lists: dict[str, list[str]] = {}
    keyword = ""
    for word in arguments.split():
        if word.isupper():
            keyword = word
        lists.setdefault(keyword, [])
        if not word.isupper():
            lists[keyword].append(word)
    return lists
