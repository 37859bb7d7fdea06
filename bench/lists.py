#!/usr/bin/env python3
"""Measures the lists of a server whose PostgreSQL holds many attempts.

    bench/lists.py --bin build/release/mogura [--attempts N] [--folder DIR] [--write]

PostgreSQL is started in a folder of its own, filled set-wise without its indexes, and started again
with its default settings; then one client asks for each list in turn, at places that differ from
request to request. Nothing is left behind. With --write the table goes to docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
from api import Server  # noqa: E402
from page import PAGE, machine, replace_section  # noqa: E402
from postgres import Postgres  # noqa: E402

PROJECTS = 100
WORKFLOWS = 10  # in each project
PAST_DAY = 1_500_000_000  # the first session's time; the others follow minute by minute
TASKS_OF_NEWEST = 1_000_000
REQUESTS = 200
GOAL_MS = 100
FILLING = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
           "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
           "max_wal_size": "8GB", "shared_buffers": "1GB", "maintenance_work_mem": "512MB"}
DATABASE = "lists"
WORKFLOW_TEXT = "timezone: UTC\nschedule: {daily>: 00:00:00}\n+t1: {echo>: a}\n"

DROPPED = ("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND "
           "tablename IN ('sessions', 'attempts', 'attempt_params') AND NOT EXISTS "
           "(SELECT 1 FROM pg_constraint WHERE conindid = indexname::regclass)")
PROJECT = f"1 + i % {PROJECTS}"
WORKFLOW = f"'w' || (i / {PROJECTS}) % {WORKFLOWS}"
TIME = f"{PAST_DAY} + i * 60"
RUNS = "i % 10000 = 9"
FAILED = "i % 100 = 3"
FILL = [
    "INSERT INTO sessions (id, site_id, project_id, workflow_name, session_time, session_uuid, "
    f"last_attempt_id, attempts) SELECT i, 0, {PROJECT}, {WORKFLOW}, {TIME}, "
    "gen_random_uuid(), i, 1 FROM n",
    "INSERT INTO attempts (id, session_id, site_id, project_id, project_name, workflow_name, "
    "revision, timezone, session_time, session_uuid, retry_attempt_name, attempt_index, params, "
    "max_tasks, cancel_requested, done, success, created_at, finished_at) SELECT i, i, 0, "
    f"{PROJECT}, 'p' || ({PROJECT}), {WORKFLOW}, 'r1', 'UTC', {TIME}, gen_random_uuid(), '', 1, "
    f"'{{\"day\":\"d' || i % 10000 || '\"}}', 1000, 0, CASE WHEN {RUNS} THEN 0 ELSE 1 END, "
    f"CASE WHEN {RUNS} OR {FAILED} THEN 0 ELSE 1 END, ({TIME}) * 1000000, "
    f"CASE WHEN {RUNS} THEN NULL ELSE ({TIME} + 5) * 1000000 END FROM n",
    "INSERT INTO attempt_params (attempt_id, name, value, site_id, project_id, session_time, "
    f"session_id) SELECT i, 'day', 'd' || i % 10000, 0, {PROJECT}, {TIME}, i FROM n",
]
FILL_TASKS = ("INSERT INTO tasks (attempt_id, position, full_name, name_offset, parent, is_group, "
              "state, flags, run, updated_at) SELECT i, t, CASE WHEN t = 0 THEN '+w' ELSE '+w+t' "
              "|| t END, 0, CASE WHEN t > 0 THEN 0 END, CASE WHEN t = 0 THEN 1 ELSE 0 END, 5, "
              "0, 1, "
              f"({TIME}) * 1000000 FROM n, generate_series(0, 2) AS t")


def fill(postgres: Postgres, attempts: int) -> None:
    """Set-wise, without the indexes meanwhile."""
    def run(statement: str) -> None:
        postgres.ask(DATABASE, statement)

    indexes = postgres.rows(DATABASE, DROPPED)
    for index in indexes:
        run(f"DROP INDEX {index['indexname']}")
    numbers = f"WITH n(i) AS (SELECT generate_series(1::bigint, {attempts})) "
    for statement in FILL:
        run(f"SET session_replication_role = replica; {numbers}{statement}")
    first = max(1, attempts - TASKS_OF_NEWEST)
    run(f"WITH n(i) AS (SELECT generate_series({first}::bigint, {attempts})) {FILL_TASKS}")
    for index in indexes:
        run(index["indexdef"])
    for sequence in ("session_ids", "attempt_ids"):
        run(f"SELECT setval('{sequence}', {attempts})")
    run("VACUUM ANALYZE")
    run("CHECKPOINT")


@dataclass
class List:
    what: str
    path: str  # with {project}, {workflow}, {id}, {time}, {day} to be replaced


LISTS = [
    List("projects", "/api/projects?count=100"),
    List("workflows of the site", "/api/workflows?count=100&last_id={project}"),
    List("revisions of a project", "/api/projects/{project}/revisions"),
    List("workflows of a project", "/api/projects/{project}/workflows"),
    List("schedules", "/api/schedules?last_id={project}"),
    List("sessions, the newest", "/api/sessions?page_size=100"),
    List("sessions, anywhere", "/api/sessions?page_size=100&last_id={id}"),
    List("sessions of a project", "/api/projects/{project}/sessions?page_size=100&last_id={id}"),
    List("sessions of a workflow",
         "/api/projects/{project}/sessions?workflow={workflow}&page_size=100&last_id={id}"),
    List("attempts of a session", "/api/sessions/{id}/attempts"),
    List("last attempts, the newest", "/api/attempts?page_size=100"),
    List("last attempts, anywhere", "/api/attempts?page_size=100&last_id={id}"),
    List("all attempts", "/api/attempts?include_retried=true&page_size=100&last_id={id}"),
    List("attempts of a workflow", "/api/attempts?project=p{project}&workflow={workflow}"
         "&include_retried=true&page_size=100&last_id={id}"),
    List("tasks of an attempt", "/api/attempts/{id}/tasks"),
    List("search: times", "/api/sessions/search?to={time}"),
    List("search: times in a project", "/api/sessions/search?project=p{project}&to={time}"),
    List("search: times of a workflow",
         "/api/sessions/search?project=p{project}&workflow={workflow}&to={time}"),
    List("search: running", "/api/sessions/search?state=running&to={time}"),
    List("search: failed", "/api/sessions/search?state=error&to={time}"),
    List("search: failed in a project",
         "/api/sessions/search?project=p{project}&state=error&to={time}"),
    List("search: a parameter", "/api/sessions/search?param=day%3D{day}"),
    List("search: a parameter in a project",
         "/api/sessions/search?project=p{project}&param=day%3D{day}"),
    List("search: nothing is found",
         "/api/sessions/search?state=killed&to={time}"),
    List("what retention would delete",
         "/api/projects/{project}/retention/expired?max_sessions=50000"),
]


def filled_in(path: str, attempts: int) -> str:
    number = random.randrange(1, attempts)
    when = datetime.datetime.fromtimestamp(PAST_DAY + number * 60, datetime.timezone.utc)
    return path.format(project=random.randrange(1, PROJECTS + 1),
                       workflow=f"w{random.randrange(WORKFLOWS)}", id=number,
                       time=when.strftime("%Y-%m-%dT%H:%M:%SZ"), day=f"d{number % 10000}")


def measure(server: Server, attempts: int) -> list[str]:
    rows = ["| list | p50 | p99 | goal of the p99 | |", "|---|---:|---:|---:|---|"]
    for one in LISTS:
        times = []
        for _ in range(REQUESTS):
            path = filled_in(one.path, attempts)
            began = time.monotonic()
            server.get(path)
            times.append((time.monotonic() - began) * 1000)
        p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
        verdict = "met" if p99 <= GOAL_MS else "MISSED"
        rows.append(f"| {one.what} | {p50:.2f} ms | {p99:.2f} ms | ≤ {GOAL_MS} ms | {verdict} |")
        print(rows[-1], flush=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=Path, required=True, help="the program mogura")
    parser.add_argument("--attempts", type=int, default=10_000_000)
    parser.add_argument("--folder", help="where the database goes for the time (15 GB)")
    parser.add_argument("--write", action="store_true", help=f"update {PAGE.name}")
    options = parser.parse_args()
    random.seed(1)
    tempfile.tempdir = options.folder
    with tempfile.TemporaryDirectory() as place, Postgres(FILLING) as postgres:
        postgres.create_database(DATABASE)

        def start() -> Server:
            return Server(options.bin.resolve(), Path(place), postgres.properties(DATABASE),
                          "--disable-executor-loop", "--disable-local-agent", "--disable-scheduler")

        server = start()
        for number in range(1, PROJECTS + 1):
            server.push(f"p{number}", {f"w{n}.dig": WORKFLOW_TEXT for n in range(WORKFLOWS)})
        server.stop()
        began = time.monotonic()
        fill(postgres, options.attempts)
        print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
        postgres.stop()
        postgres.settings = {}
        postgres.start()
        server = start()
        before = server.memory_mb()
        rows = measure(server, options.attempts)
        after = server.memory_mb()
        server.stop()
    memory = (f"Memory of the server: {before:.1f} MB before the first request, {after:.1f} MB "
              f"after {len(LISTS) * REQUESTS} of them.")
    print(memory)
    if options.write:
        today = datetime.date.today().isoformat()
        replace_section("Lists", [
            f"Measured by `bench/lists.py --write` on {today}: {machine()}.", "",
            f"PostgreSQL with its default settings holds {options.attempts:,} attempts of as many "
            f"sessions in {PROJECTS} projects;", f"one client asks, {REQUESTS} requests for each "
            "list at places that differ.", "", *rows, "", memory])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
