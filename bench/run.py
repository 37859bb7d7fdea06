#!/usr/bin/env python3
"""Measures a release build and prints a table.

    bench/run.py --build DIR [--write] [NAME ...]

Figures of whole runs are the median of several, each in a project directory of its own. What a
machine costs by itself (starting shells) is measured in the same run, by a loop of posix_spawn over
the same shell and script that `sh>` uses; compare such ratios, and figures of one run. With --write
the table goes to docs/performance.md as well, with the machine and the date.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from page import CORES, machine, replace_section

MEMORY = "/dev/shm"
RUNS = 9
SERIAL_TASKS = 40
PARALLEL_TASKS = 900
GENERATED = (1_000, 10_000, 100_000)


@dataclass
class Figure:
    what: str
    value: float
    unit: str
    goal: float | None = None
    more_is_better: bool = False

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        met = self.value >= self.goal if self.more_is_better else self.value <= self.goal
        return "met" if met else "MISSED"

    @property
    def goal_text(self) -> str:
        if self.goal is None:
            return ""
        return f"{'≥' if self.more_is_better else '≤'} {self.goal:g} {self.unit}"


@dataclass
class Run:
    seconds: float
    peak_mb: float


class Bench:
    def __init__(self, build: Path, folder: Path, disk: Path):
        """What is made in `folder`, in memory, and on `disk` stays there until the end: a file
        system may make new files slowly for minutes after many were removed."""
        self.build = build
        self.folder = folder
        self.disk = disk
        self.program = build / "mogura"
        self.measure = build / "bench" / "measure"

    def run(self, workflow: str, *arguments: str, on_disk: bool = False) -> Run:
        """One `mogura run` of the workflow in a fresh project."""
        folder = self._new_folder(on_disk)
        (folder / "w.dig").write_text(workflow)
        output = folder / "output"
        told = self._json(folder, "once", str(output), str(self.program), "run", "w.dig",
                          *arguments)
        if told["status"] != 0:
            raise SystemExit(f"bench: the run failed:\n{output.read_text()[-2000:]}")
        return Run(told["seconds"], told["peak_kb"] / 1024)

    def runs(self, workflow: str) -> list[Run]:
        return [self.run(workflow) for _ in range(RUNS)]

    def shells(self, count: int, workers: int) -> float:
        """Seconds for `count` shells that do nothing, started without Mogura."""
        folder = self._new_folder()
        (folder / "true.sh").write_text("true")
        return self._json(folder, "loop", str(count), str(workers), "/bin/sh",
                          "true.sh")["seconds"]

    def micro(self, name: str) -> dict[str, dict]:
        """The results of a micro benchmark by their names."""
        told = subprocess.run([self.build / "bench" / f"{name}_bench", "--benchmark_format=json"],
                              check=True, capture_output=True, text=True).stdout
        return {result["name"]: result for result in json.loads(told)["benchmarks"]}

    def files(self, count: int) -> float:
        """Seconds for as many files of the size of a task's state on the disk."""
        return self._json(self._new_folder(on_disk=True), "files", str(count))["seconds"]

    def _new_folder(self, on_disk: bool = False) -> Path:
        return Path(tempfile.mkdtemp(dir=self.disk if on_disk else self.folder))

    def _json(self, folder: Path, *arguments: str) -> dict:
        told = subprocess.run([str(self.measure), *arguments], cwd=folder, check=True,
                              capture_output=True, text=True).stdout
        return json.loads(told)


def median_ms(runs: list[Run]) -> float:
    return statistics.median(run.seconds for run in runs) * 1000


def in_a_row(command: str) -> str:
    return "".join(f"+t{n}:\n  {command}\n" for n in range(SERIAL_TASKS))


def start(bench: Bench) -> list[Figure]:
    """One echo>, from exec to exit."""
    runs = bench.runs("+a:\n  echo>: hello\n")
    return [Figure("run of one `echo>`", median_ms(runs), "ms", 30),
            Figure("its peak memory", max(run.peak_mb for run in runs), "MB", 20)]


def serial(bench: Bench) -> list[Figure]:
    """Tasks in a row."""
    echo = bench.runs(in_a_row("echo>: hello"))
    shell = bench.runs(in_a_row("sh>: 'true'"))
    bare_ms = statistics.median(bench.shells(SERIAL_TASKS, 1) for _ in range(RUNS)) * 1000
    each = (median_ms(shell) - bare_ms) / SERIAL_TASKS
    return [Figure(f"{SERIAL_TASKS} `echo>` in a row", median_ms(echo), "ms", 40),
            Figure(f"{SERIAL_TASKS} `sh>: true` in a row", median_ms(shell), "ms"),
            Figure(f"{SERIAL_TASKS} bare shells in a row", bare_ms, "ms"),
            Figure("each `sh>` above a bare shell", each, "ms", 10)]


def parallel(bench: Bench) -> list[Figure]:
    """Many commands at once, against a loop that does nothing else on all cores."""
    tasks = "".join(f"  +t{n}:\n    sh>: 'true'\n" for n in range(PARALLEL_TASKS))
    workflow = f"+all:\n  _parallel: true\n{tasks}"
    # In turn, so that both meet the machine in the same moods.
    pairs = [(bench.run(workflow).seconds, bench.shells(PARALLEL_TASKS, CORES))
             for _ in range(RUNS)]
    ours, bare = (statistics.median(seconds) for seconds in zip(*pairs))
    ratio = statistics.median(100 * shells / run for run, shells in pairs)
    return [Figure(f"{PARALLEL_TASKS} parallel `sh>: true`", PARALLEL_TASKS / ours, "tasks/s"),
            Figure("bare shells on all cores", PARALLEL_TASKS / bare, "shells/s"),
            Figure("ratio", ratio, "%", 80, more_is_better=True)]


def generated(bench: Bench) -> list[Figure]:
    """Tasks from one for_range>, from few to many."""
    figures = []
    for count in GENERATED:
        workflow = (f"+all:\n  for_range>: {{from: 0, to: {count}, step: 1}}\n"
                    "  _do:\n    echo>: hello\n")
        limit = ("-X", f"executor.task_max_run={10 * count}")
        run = bench.run(workflow, *limit)
        largest = count == GENERATED[-1]
        figures.append(Figure(f"{count} tasks of a `for_range>`", run.seconds, "s",
                              5 if largest else None))
        figures.append(Figure("each of them", run.seconds / count * 1e6, "µs"))
        if largest:
            bare = bench.run(workflow, *limit, "--no-save")
            disk = bench.run(workflow, *limit, on_disk=True)
            figures += [Figure("peak memory", run.peak_mb, "MB", 500),
                        Figure("the same without state files", bare.seconds, "s"),
                        Figure("the same with state files on the disk", disk.seconds, "s"),
                        Figure(f"{count} bare files on the disk", bench.files(count), "s")]
    return figures


def template(bench: Bench) -> list[Figure]:
    """Expressions in parameters."""
    found = bench.micro("template")

    def microseconds(name: str) -> float:
        return found[name]["cpu_time"] / 1000  # google-benchmark reports nanoseconds

    return [Figure("`${a.b}`", microseconds("reference"), "µs", 1),
            Figure("`${n + 1}`", microseconds("expression"), "µs", 40),
            Figure("a moment expression", microseconds("moment"), "µs", 300),
            Figure("growth over 10⁶ evaluations",
                   found["memory_growth/iterations:1"]["growth_kb"] / 1024, "MB", 1)]


def workflow(bench: Bench) -> list[Figure]:
    """Reading definitions."""
    found = bench.micro("workflow")
    return [Figure("reading YAML", found["read_yaml"]["bytes_per_second"] / 1e6, "MB/s"),
            Figure("compiling a workflow of 900 tasks", found["compile/900"]["cpu_time"] / 1e6,
                   "ms")]


SCENARIOS: list[Callable[[Bench], list[Figure]]] = [
    start, serial, parallel, generated, template, workflow]


def table(figures: list[Figure]) -> list[str]:
    return ["| figure | value | goal | |", "|---|---:|---:|---|",
            *(f"| {f.what} | {f.value:.4g} {f.unit} | {f.goal_text} | {f.verdict} |"
              for f in figures)]


def write_page(figures: list[Figure]) -> None:
    today = datetime.datetime.now(datetime.timezone.utc).date()
    lines = [f"Measured by `./dev bench --write` on {today}: {machine()}.", "",
             "Runs go from exec to exit in a fresh project on a file system in memory; `bare",
             "shells` are the same shell and script started by a loop of `posix_spawn` in the same",
             "measurement. No test asserts these figures: compare those of one run.", "",
             *table(figures)]
    replace_section("Performance", lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure a release build.")
    names = [scenario.__name__ for scenario in SCENARIOS]
    parser.add_argument("names", nargs="*", help="of " + ", ".join(names))
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="update docs/performance.md")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown or (options.write and options.names):
        parser.error(f"no such figures: {unknown}" if unknown else "--write takes all figures")

    figures = []
    with (tempfile.TemporaryDirectory(prefix="mogura-bench-", dir=MEMORY) as folder,
          tempfile.TemporaryDirectory(prefix="mogura-bench-") as disk):
        bench = Bench(options.build.resolve(), Path(folder), Path(disk))
        for scenario in SCENARIOS:
            if not options.names or scenario.__name__ in options.names:
                print(f"measuring {scenario.__name__}: {scenario.__doc__}", file=sys.stderr)
                figures += scenario(bench)
    print("\n".join(table(figures)))
    if options.write:
        write_page(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
