"""Runs the unittest classes of a folder in parallel and prints what tests/run.py reads.

A suite's `run` is three lines:

    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
    import suite
    sys.exit(suite.main(Path(__file__).parent))

Every `*_test.py` in the folder belongs to it. The tests find the program under test in
suite.program(); project.py has what most of them need besides.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import sys
import unittest
from pathlib import Path

_PROGRAM = "MOGURA_UNDER_TEST"


def program() -> Path:
    """The program under test, as --bin names it."""
    return Path(os.environ[_PROGRAM])


class _Outcome(unittest.TestResult):
    """Counts, and keeps what is to be printed."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0
        self.lines: list[str] = []

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.passed += 1

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.lines.append(f"skipped {test.id()}: {reason}")

    def addFailure(self, test, err) -> None:
        super().addFailure(test, err)
        self.lines.append(f"FAILED {test.id()}\n{self.failures[-1][1]}")

    def addError(self, test, err) -> None:
        super().addError(test, err)
        self.lines.append(f"FAILED {test.id()}\n{self.errors[-1][1]}")

    def addSubTest(self, test, subtest, err) -> None:
        super().addSubTest(test, subtest, err)
        if err:
            where = self.failures if issubclass(err[0], test.failureException) else self.errors
            self.lines.append(f"FAILED {subtest.id()}\n{where[-1][1]}")

    def addExpectedFailure(self, test, err) -> None:
        self.addFailure(test, err)

    def counts(self) -> tuple[int, int, int]:
        return self.passed, len(self.failures) + len(self.errors), len(self.skipped)


def _classes(folder: Path, only: list[str]) -> list[str]:
    """The names of the test classes, `module.Class`."""
    found: list[str] = []

    def collect(tests: unittest.TestSuite) -> None:
        for test in tests:
            if isinstance(test, unittest.TestSuite):
                collect(test)
            else:
                name = ".".join(test.id().split(".")[:2])
                if name not in found:
                    found.append(name)

    collect(unittest.defaultTestLoader.discover(str(folder), "*_test.py", str(folder)))
    return [name for name in found if not only or any(word in name for word in only)]


def _run_class(folder: str, name: str) -> tuple[tuple[int, int, int], list[str]]:
    if folder not in sys.path:
        sys.path.insert(0, folder)
    outcome = _Outcome()
    unittest.defaultTestLoader.loadTestsFromName(name).run(outcome)
    return outcome.counts(), outcome.lines


def main(folder: Path) -> int:
    sys.dont_write_bytecode = True
    parser = argparse.ArgumentParser(description=f"Run the tests in {folder}.")
    parser.add_argument("only", nargs="*", help="classes or modules whose name contains this")
    parser.add_argument("--bin", type=Path, required=True, help="the program under test")
    parser.add_argument("--build", type=Path, help="the build directory")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 2))
    options = parser.parse_args()

    os.environ[_PROGRAM] = str(options.bin.resolve())
    place = str(folder.resolve())
    totals = [0, 0, 0]
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        names = _classes(Path(place), options.only)
        for counts, lines in pool.map(_run_class, [place] * len(names), names):
            totals = [total + count for total, count in zip(totals, counts)]
            for line in lines:
                print(line, flush=True)
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] else 0
