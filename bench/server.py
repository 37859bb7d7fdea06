#!/usr/bin/env python3
"""Measures a server from outside, through its REST API, on a PostgreSQL of its own.

    bench/server.py --build DIR [--vs PROGRAM] [--write] [NAME ...]

PostgreSQL has its default settings, so commits are durable, and shares the machine. What shells
cost by themselves is measured in the same run. With --vs another server of the API, such as
Digdag's, is measured in turn. With --write the table goes to docs/performance.md.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from api import Server  # noqa: E402
from page import CORES, machine, replace_section  # noqa: E402
from postgres import Postgres  # noqa: E402

DURABLE = {"shared_preload_libraries": "pg_stat_statements", "max_connections": "100"}
RUNS = 3
PAIRS = 9  # of a run and shells by themselves
IDLE_SECONDS = 30
SAMPLES = 20


@dataclass
class Figure:
    what: str
    value: float
    unit: str
    goal: str = ""
    digdag: str = ""  # as measured once on such a machine


class Bench:
    def __init__(self, program: Path, measure: Path, postgres: Postgres, folder: Path):
        self.program = program
        self.measure = measure
        self.postgres = postgres
        self.folder = folder

    def empty_database(self) -> None:
        self.postgres.ask("postgres", "DROP DATABASE IF EXISTS bench WITH (FORCE)")
        self.postgres.create_database("bench")

    @contextlib.contextmanager
    def server(self) -> Iterator[Server]:
        server = Server(self.program, Path(tempfile.mkdtemp(dir=self.folder)),
                        self.postgres.properties("bench"))
        try:
            yield server
        finally:
            server.stop()

    def statements(self) -> int:
        return int(self.postgres.ask("postgres", "SELECT coalesce(sum(calls), 0) "
                                     "FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid "
                                     "WHERE datname = 'bench'"))

    @staticmethod
    def push(server: Server, definition: str) -> str:
        """The id of a new project's workflow."""
        project = server.push(f"p{uuid.uuid4().hex}", {"w.dig": definition})
        return server.get(f"/api/projects/{project}/workflows")["workflows"][0]["id"]

    @staticmethod
    def start(server: Server, workflow: str, number: int) -> str:
        session = datetime.datetime(2001, 1, 1) + datetime.timedelta(days=number)
        request = {"workflowId": workflow, "sessionTime": f"{session.isoformat()}+00:00",
                   "params": {}}
        return server.call("PUT", "/api/attempts", json.dumps(request).encode())["id"]

    @staticmethod
    def wait(server: Server, attempt: str) -> None:
        while not (answer := server.get(f"/api/attempts/{attempt}"))["done"]:
            time.sleep(0.02)
        if not answer["success"]:
            raise SystemExit(f"bench: attempt {attempt} failed")

    def run(self, server: Server, workflow: str, number: int) -> None:
        self.wait(server, self.start(server, workflow, number))

    def rate(self, definition: str, attempts: int, tasks: int) -> tuple[float, float]:
        """Tasks a second, and statements a task, of attempts that are started together."""
        with self.server() as server:
            workflow = self.push(server, definition)
            self.run(server, workflow, 0)
            before, began = self.statements(), time.monotonic()
            for attempt in [self.start(server, workflow, 1 + n) for n in range(attempts)]:
                self.wait(server, attempt)
            seconds = time.monotonic() - began
            count = attempts * tasks
            return count / seconds, (self.statements() - before) / count

    def shells(self, count: int) -> float:
        """A second, on all cores."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        (place / "true.sh").write_text("true")
        told = subprocess.run([self.measure, "loop", str(count), str(CORES), "/bin/sh", "true.sh"],
                              cwd=place, check=True, capture_output=True, text=True).stdout
        return count / json.loads(told)["seconds"]


def parallel(count: int, task: str) -> str:
    return "_parallel: true\n" + in_a_row(count, task)


def in_a_row(count: int, task: str) -> str:
    return "".join(f"+t{n}:\n  {task}\n" for n in range(count))


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def start(bench: Bench) -> list[Figure]:
    """From exec to the first answer."""
    seconds, memory = [], []
    for _ in range(1 + RUNS):  # the first one makes the tables
        with bench.server() as server:
            seconds.append(server.start_seconds)
            memory.append(server.memory_mb())
    return [Figure("start", statistics.median(seconds[1:]) * 1000, "ms", "≤ 100 ms", "1.3–1.5 s"),
            Figure("memory then", statistics.median(memory), "MB", "≤ 30 MB", "151 MB")]


def idle(bench: Bench) -> list[Figure]:
    """Nothing to do."""
    with bench.server() as server:
        time.sleep(5)  # what a start leaves to do
        before, cpu = bench.statements(), server.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        used = (server.cpu_seconds() - cpu) / IDLE_SECONDS * 100
        asked = (bench.statements() - before) / IDLE_SECONDS
    return [Figure("idle", used, "% CPU", "≤ 0.2 % CPU", "0.6–0.8 %"),
            Figure("statements when idle", asked, "/s", "≤ 0.2 /s", "5.9 /s")]


def first(bench: Bench) -> list[Figure]:
    """From `PUT /api/attempts` to the task's first instruction."""
    delays = []
    with bench.server() as server:
        times = server.place / "times"
        workflow = bench.push(server, f"+t:\n  sh>: date +%s%N >> {times}\n")
        for number in range(1 + SAMPLES):
            began = time.time()
            bench.run(server, workflow, number)
            delays.append(int(times.read_text().split()[-1]) / 1e6 - began * 1000)
    return [Figure("request to first instruction, p50", quantile(delays[1:], .5), "ms", "≤ 15 ms",
                   "1 140 ms"),
            Figure("the same, p99", quantile(delays[1:], .99), "ms", "", "1 250 ms")]


def chain(bench: Bench) -> list[Figure]:
    """From one task's end to the next one's start."""
    with bench.server() as server:
        times = server.place / "times"
        workflow = bench.push(server, in_a_row(40, f"sh>: date +%s%N >> {times}"))
        for number in range(1 + RUNS):
            bench.run(server, workflow, number)
        at = [int(text) / 1e6 for text in times.read_text().split()]
    hops = [after - before for number, (before, after) in enumerate(zip(at, at[1:]), start=1)
            if number > 40 and number % 40]
    return [Figure("hop, p50", quantile(hops, .5), "ms", "≤ 8 ms", "1 020 ms"),
            Figure("hop, p99", quantile(hops, .99), "ms", "≤ 25 ms", "1 130 ms")]


def echo(bench: Bench) -> list[Figure]:
    """What the executor does by itself."""
    wide, wide_sql = bench.rate(parallel(900, "echo>: hello"), 1, 900)
    rows, rows_sql = bench.rate(in_a_row(40, "echo>: hello"), 60, 40)
    return [Figure("900 parallel `echo>`", wide, "tasks/s", "≥ 5000 tasks/s", "160–210"),
            Figure("statements for each", wide_sql, "", "≤ 0.5", "30"),
            Figure("60 attempts of 40 `echo>` in a row", rows, "tasks/s", "≥ 5000 tasks/s",
                   "150–237"),
            Figure("statements for each", rows_sql, "", "≤ 0.5", "36")]


def sh(bench: Bench) -> list[Figure]:
    """Commands, against a loop that starts the same shell on all cores."""
    pairs = [(bench.rate(parallel(900, "sh>: 'true'"), 1, 900), bench.shells(900))
             for _ in range(PAIRS)]
    rates, bare = [rate for (rate, _), _ in pairs], [shells for _, shells in pairs]
    many, many_sql = bench.rate(parallel(40, "sh>: 'true'"), 20, 40)
    ratio = statistics.median(100 * rate / shells for (rate, _), shells in pairs)
    return [Figure("900 parallel `sh>`", statistics.median(rates), "tasks/s", "", "126–179"),
            Figure("statements for each", pairs[0][0][1], "", "≤ 3", "31"),
            Figure("bare shells on all cores", statistics.median(bare), "shells/s"),
            Figure("ratio", ratio, "%", "≥ 70 %"),
            Figure("20 attempts of 40 parallel `sh>`", many, "tasks/s", "", "159–176"),
            Figure("statements for each", many_sql, "", "≤ 3", "30")]


SCENARIOS: list[Callable[[Bench], list[Figure]]] = [start, idle, first, chain, echo, sh]


def table(figures: list[Figure], others: list[Figure]) -> list[str]:
    beside = "the other" if others else "Digdag"
    texts = ([f"{other.value:.4g} {other.unit}" for other in others]
             or [figure.digdag for figure in figures])
    return [f"| figure | value | goal | {beside} |", "|---|---:|---:|---:|",
            *(f"| {f.what} | {f.value:.4g} {f.unit} | {f.goal} | {text} |"
              for f, text in zip(figures, texts))]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure a server on PostgreSQL.")
    names = [scenario.__name__ for scenario in SCENARIOS]
    parser.add_argument("names", nargs="*", help="of " + ", ".join(names))
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--vs", type=Path, help="another server of the API")
    parser.add_argument("--write", action="store_true", help="update docs/performance.md")
    options = parser.parse_args()

    build = options.build.resolve()
    figures: list[Figure] = []
    others: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="mogura-bench-") as folder, Postgres(DURABLE) as own:
        own.ask("postgres", "CREATE EXTENSION pg_stat_statements")
        benches = [(Bench(build / "mogura", build / "bench" / "measure", own, Path(folder)),
                    figures)]
        if options.vs:
            benches.append((Bench(options.vs.resolve(), build / "bench" / "measure", own,
                                  Path(folder)), others))
        for scenario in SCENARIOS:
            for bench, found in benches:
                if not options.names or scenario.__name__ in options.names:
                    print(f"measuring {scenario.__name__}: {scenario.__doc__}", file=sys.stderr)
                    bench.empty_database()
                    found += scenario(bench)
    lines = table(figures, others)
    print("\n".join(lines))
    if options.write:
        today = datetime.datetime.now(datetime.timezone.utc).date()
        replace_section("A server on PostgreSQL", [
            f"Measured by `./dev bench server --write` on {today}: {machine()}. PostgreSQL has its",
            "default settings, so commits are durable, and shares the machine. Digdag's figures",
            "are of version 0.10.6 on such a machine; compare ratios, not figures of two runs.",
            "", *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
