"""A test case with a project directory and a home of its own, in which it runs the program."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import textwrap
import unittest
from dataclasses import dataclass
from pathlib import Path

import suite

RUN_SECONDS = 60


@dataclass
class Ran:
    """A command that ended."""

    status: int
    stdout: str
    stderr: str


class ProjectTest(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="mogura-e2e-"))
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        self.project = self.place / "project"
        self.home = self.place / "home"
        self.project.mkdir()
        self.home.mkdir()

    def write(self, name: str, text: str) -> Path:
        """A file of the project; the text may be indented as the test is."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.home),
                "TZ": "UTC", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **more}

    def start(self, *arguments: str, name: str = "mogura", **options) -> subprocess.Popen:
        """Starts the program, called by `name`, in the project. Its process group is killed with
        the test."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("env", self.environment())
        process = subprocess.Popen([name, *arguments], executable=suite.program(), text=True,
                                   errors="replace", cwd=options.pop("cwd", self.project),
                                   start_new_session=True, **options)
        self.addCleanup(self._end, process)
        return process

    def run_program(self, *arguments: str, name: str = "mogura", seconds: float = RUN_SECONDS,
                    **options) -> Ran:
        """Runs the program to its end."""
        process = self.start(*arguments, name=name, **options)
        stdout, stderr = process.communicate(timeout=seconds)
        return Ran(process.returncode, stdout, stderr)

    @staticmethod
    def _end(process: subprocess.Popen) -> None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
