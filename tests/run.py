#!/usr/bin/env python3
"""Runs all tests of a build, in parallel, and adds up what they say.

    tests/run.py --build DIR [--jobs N] [NAME ...]

There are two kinds of suites:

* test programs that CMake declares with add_test(): the rooms' GoogleTest programs and the
  simulator. Every test case counts;
* executables `tests/NAME/run`, and `tests/NAME/run_PART` for the suite `NAME-PART`; NAME alone
  means all of them. Each is called with `--bin PROGRAM --build DIR`, prints a line
  `skipped CASE: REASON` for each case that it skips, and ends with the line
  `N passed, N failed, N skipped`.

A suite that passed shows as one line; the output of one that failed is shown in full. The last line
is the sum. With CI=true in the environment a case that was skipped because something is "not
installed" has failed.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITE_SECONDS = 900
CLOSING_LINE = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")
SKIPPED_LINE = re.compile(r"^skipped (.+?): (.+)$")
# The suites that take longest begin first. The style of the sources and the fuzzers do not depend
# on how the program was built: they belong to the release build only.
LONGEST_FIRST = ("fuzz", "conformance", "conformance-server", "chaos", "e2e", "tidy")
RELEASE_ONLY = ("fuzz", "tidy")


@dataclass
class Suite:
    name: str
    command: list[str]
    is_program: bool  # a test program of the build, not a tests/NAME/run

    @property
    def folder(self) -> str:
        return self.name.partition("-")[0]


@dataclass
class Result:
    suite: Suite
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: list[tuple[str, str]] = field(default_factory=list)  # (case, why it was skipped)
    output: str = ""
    seconds: float = 0


def test_programs(build: Path) -> list[Suite]:
    """What CMake declared with add_test()."""
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True,
                             capture_output=True, text=True).stdout
    return [Suite(test["name"], test["command"], True) for test in json.loads(listing)["tests"]
            if "command" in test]


def script_suites(build: Path) -> list[Suite]:
    release = build.name == "release"
    return [Suite(script.parent.name + script.name.removeprefix("run").replace("_", "-"),
                  [str(script), "--bin", str(build / "mogura"), "--build", str(build)], False)
            for script in sorted([*ROOT.glob("tests/*/run"), *ROOT.glob("tests/*/run_*")])
            if release or script.parent.name not in RELEASE_ONLY]


def run_suite(suite: Suite, scratch: Path) -> Result:
    """Runs the suite to its end or its time limit; whatever it left running is killed."""
    report = scratch / f"{suite.name}.xml"
    log = scratch / f"{suite.name}.log"
    environment = dict(os.environ, GTEST_OUTPUT=f"xml:{report}", PYTHONDONTWRITEBYTECODE="1")
    began = time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(suite.command, cwd=ROOT, env=environment, stdout=sink,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            status: int | None = process.wait(SUITE_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
    result = Result(suite, output=log.read_bytes().decode("utf-8", "replace"),
                    seconds=time.monotonic() - began)
    if suite.is_program and report.exists():
        count_report(result, report)
    else:
        count_output(result)
    if status != 0 and not result.failed:
        result.failed = 1
        result.output += (f"ended with status {status}\n" if status is not None
                          else f"still running after {SUITE_SECONDS} s\n")
    return result


def count_report(result: Result, report: Path) -> None:
    """Counts the cases in a GoogleTest report."""
    for case in ElementTree.parse(report).iter("testcase"):
        skip = case.find("skipped")
        if case.find("failure") is not None:
            result.failed += 1
        elif skip is not None:
            result.skipped += 1
            reason = (skip.get("message") or "").split("\n", 1)[-1].replace("\n", " ").strip()
            result.reasons.append((f"{case.get('classname')}.{case.get('name')}", reason))
        elif case.get("status") == "run":
            result.passed += 1


def count_output(result: Result) -> None:
    """Reads the suite's own closing line and drops it from its output."""
    lines = result.output.rstrip("\n").split("\n")
    closing = CLOSING_LINE.match(lines[-1])
    if not closing:
        result.failed = 1
        result.output += "ended without a line `N passed, N failed, N skipped`\n"
        return
    result.passed, result.failed, result.skipped = map(int, closing.groups())
    result.reasons = [found.groups() for line in lines if (found := SKIPPED_LINE.match(line))]
    result.output = "".join(line + "\n" for line in lines[:-1])


def refuse_avoidable_skips(result: Result) -> None:
    for case, reason in list(result.reasons):
        if reason.startswith("not installed"):
            result.reasons.remove((case, reason))
            result.skipped -= 1
            result.failed += 1
            result.output += f"FAILED {case}: {reason}\n"


def show(result: Result) -> None:
    word = "FAILED" if result.failed else "ok"
    print(f"{word:7} {result.suite.name:18} {result.passed:5} passed, {result.failed:3} failed, "
          f"{result.skipped:3} skipped  {result.seconds:6.1f} s")
    if result.failed:
        print("".join(f"    {line}\n" for line in result.output.splitlines()), end="")
    for case, reason in result.reasons:
        print(f"skipped {result.suite.name}/{case}: {reason}")
    sys.stdout.flush()


def choose(suites: list[Suite], names: list[str]) -> list[Suite]:
    unknown = set(names) - {suite.name for suite in suites} - {suite.folder for suite in suites}
    if unknown:
        raise SystemExit(f"tests/run.py: no such suite: {', '.join(sorted(unknown))}; there are "
                         + ", ".join(suite.name for suite in suites))
    chosen = [suite for suite in suites
              if not names or suite.name in names or suite.folder in names]
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    return sorted(chosen, key=lambda suite: order.get(suite.name, len(order)))


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the tests of a build.")
    parser.add_argument("names", nargs="*", help="rooms and suites; all without any")
    parser.add_argument("--build", type=Path, required=True, help="the build directory")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    options = parser.parse_args()

    build = options.build.resolve()
    suites = choose(test_programs(build) + script_suites(build), options.names)
    totals = Result(Suite("all", [], False))
    with tempfile.TemporaryDirectory(prefix="mogura-tests-") as scratch, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = [pool.submit(run_suite, suite, Path(scratch)) for suite in suites]
        for finished in concurrent.futures.as_completed(running):
            result = finished.result()
            if os.environ.get("CI") == "true":
                refuse_avoidable_skips(result)
            show(result)
            totals.passed += result.passed
            totals.failed += result.failed
            totals.skipped += result.skipped
    print(f"{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main())
