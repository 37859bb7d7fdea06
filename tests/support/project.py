"""A test case with a project directory and a home of its own, in which it runs the program."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import textwrap
import time
import unittest
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import suite
from running import marked_processes

RUN_SECONDS = 60
POLL_SECONDS = 0.01
# All processes of a test carry its directory in this variable of their environment.
MARK = "MOGURA_TEST"


@dataclass
class Ran:
    """A command that ended."""

    status: int
    stdout: str
    stderr: str


def wait_for(condition: Callable[[], object], what: str, seconds: float = RUN_SECONDS):
    """Waits until the condition is true, and returns what it is."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(POLL_SECONDS)
    return result


class Running:
    """A program that was started; what it prints goes to files."""

    def __init__(self, process: subprocess.Popen, place: Path) -> None:
        self.process = process
        self._stdout = place / "stdout"
        self._stderr = place / "stderr"

    @property
    def stdout(self) -> str:
        return self._stdout.read_text(encoding="utf-8", errors="replace")

    @property
    def stderr(self) -> str:
        return self._stderr.read_text(encoding="utf-8", errors="replace")

    def wait_for_output(self, text: str) -> None:
        wait_for(lambda: text in self.stdout or self.process.poll() is not None,
                 f"output of {text!r}")
        if text not in self.stdout:
            raise AssertionError(f"no {text!r} in {self.stdout!r}\n{self.stderr}")

    def signal(self, number: int) -> None:
        """To the program alone; its commands hear of it from the program."""
        self.process.send_signal(number)

    def end(self, seconds: float = RUN_SECONDS) -> Ran:
        """Waits for its end."""
        return Ran(self.process.wait(seconds), self.stdout, self.stderr)


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
        sanitizer = {name: text for name, text in os.environ.items()
                     if name.startswith(("ASAN_", "TSAN_", "UBSAN_"))}
        return {**sanitizer,
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self.home),
                "TZ": "UTC", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                MARK: str(self.place), **more}

    def start(self, *arguments: str, name: str = "mogura", **options) -> subprocess.Popen:
        """Starts the program, called by `name`, in the project. Its process group is killed with
        the test."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        options.setdefault("env", self.environment())
        options.setdefault("text", True)
        options.setdefault("errors", "replace" if options["text"] else None)
        process = subprocess.Popen([name, *arguments], executable=suite.program(),
                                   cwd=options.pop("cwd", self.project), start_new_session=True,
                                   **options)
        self.addCleanup(self._end, process)
        return process

    def run_program(self, *arguments: str, name: str = "mogura", seconds: float = RUN_SECONDS,
                    **options) -> Ran:
        """Runs the program to its end."""
        process = self.start(*arguments, name=name, **options)
        stdout, stderr = process.communicate(timeout=seconds)
        return Ran(process.returncode, stdout, stderr)

    def start_running(self, *arguments: str, **options) -> Running:
        """Starts the program, to be looked at while it runs."""
        place = Path(tempfile.mkdtemp(dir=self.place))
        with (place / "stdout").open("wb") as out, (place / "stderr").open("wb") as err:
            return Running(self.start(*arguments, stdout=out, stderr=err, **options), place)

    def processes(self) -> dict[int, str]:
        """What this test started and still runs, directly or not: process number and program."""
        return marked_processes(f"{MARK}={self.place}")

    def assert_nothing_runs(self, seconds: float = 10) -> None:
        """Nothing that this test started is left, soon."""
        wait_for(lambda: not self.processes(), f"the end of {self.processes()}", seconds)

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
