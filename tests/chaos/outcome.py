"""What must hold once everything has ended: of the requests that were answered, and of the commands
that ran."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from load import PROJECT, Seen
from workload import FAILING, Line
from rows import SUCCESS, Rows

# A command that begins so soon after its attempt was killed had been on its way.
KILL_SECONDS = 3.0
# Output that is so old is in the task's log, whatever happens; it is flushed each second.
FLUSH_SECONDS = 2.5
# Tasks below these are repeated by their group, so that their names stand for several tasks.
ROUNDS = "+rounds"


def requests(seen: Seen, rows: Rows) -> Iterator[str]:
    yield from (f"refused: {answer}" for answer in seen.refused)
    by_key = {(row["workflow_name"], row["session_time"], row["retry_attempt_name"]): number
              for number, row in rows.attempts.items()}
    for start in seen.starts:
        accepted = [attempt for status, attempt in start.answers if status == 200]
        stored = by_key.get((start.workflow, start.session, start.name))
        if len(accepted) > 1:
            yield f"accepted twice: {start}"
        if any(attempt != stored for attempt in accepted) or (start.answers and not stored):
            yield f"accepted and lost: {start}, stored is {stored}"
    yield from (f"backfilled and lost: attempt {lost}"
                for lost in seen.backfilled - set(rows.attempts))
    yield from (f"the kill of attempt {lost} is lost" for lost in seen.kills
                if not rows.attempts[lost]["cancel_requested"])
    names = [row["name"] for row in rows.revisions if row["project"] == PROJECT]
    for revision, answers in seen.pushes.items():
        if names.count(revision) > 1 or (answers and revision not in names):
            yield f"revision {revision}, answered {answers}, is there {names.count(revision)} times"
    yield from (f"revision {row['name']} has no archive" for row in rows.revisions
                if row["archive"] is None)


def ends(rows: Rows) -> Iterator[str]:
    """How each attempt ended; and the schedule has missed no second."""
    for number, attempt in rows.attempts.items():
        expected = attempt["workflow_name"] not in FAILING
        if not attempt["cancel_requested"] and bool(attempt["success"]) != expected:
            states = [(task["full_name"], task["state"]) for task in rows.tasks[number]]
            yield f"attempt {number} of {attempt['workflow_name']} ended wrongly: {states}"
    ticks = sorted(row["session_time"] for row in rows.sessions.values()
                   if row["workflow_name"] == "tick")
    if ticks and ticks != list(range(ticks[0], ticks[-1] + 1)):
        yield f"L3: the schedule has started {len(ticks)} of {ticks[-1] - ticks[0] + 1} sessions"


def commands(lines: list[Line], rows: Rows) -> Iterator[str]:
    began, ended = defaultdict(list), defaultdict(list)
    succeeded, killed = {}, {}
    for line in lines:
        key = line.attempt, line.task
        if line.what == "overlap":
            yield f"two runs at a time of {line.task} of attempt {line.attempt}"
        elif line.what == "begin":
            began[key].append(line)
            if key in succeeded and ROUNDS not in line.task:
                yield f"{line.task} of attempt {line.attempt} ran again after it had succeeded"
            if line.time > killed.get(line.attempt, line.time) + KILL_SECONDS:
                yield f"T10: {line.task} of attempt {line.attempt} ran after it was killed"
        elif line.what == "end":
            ended[key].append(line)
        elif line.what == "success":
            succeeded[key] = line
        elif line.what == "kill":
            killed.setdefault(line.attempt, line.time)
    for number in {attempt for attempt, _ in began} - set(rows.attempts):
        yield f"commands ran for attempt {number}, which does not exist"
    yield from _runs(rows, began, ended)


def _runs(rows: Rows, began: dict, ended: dict) -> Iterator[str]:
    """A task that succeeded has run to its end, unless it was taken over from another attempt."""
    for number, tasks in rows.tasks.items():
        for task in tasks:
            name = task["full_name"]
            runs_command = not task["is_group"] and name.rsplit("+", 1)[-1] in (
                "make", "use", "one", "after", "good", "inner", "two", "a")
            if not runs_command or task["state"] != SUCCESS:
                continue
            if task["run"] == 0 and began[number, name] and ROUNDS not in name:
                yield f"T11: {name} of attempt {number} was taken over, and ran"
            if task["run"] > 0 and not ended[number, name]:
                yield f"{name} of attempt {number} succeeded without having run"


def logs(lines: list[Line], folder: Path) -> Iterator[str]:
    """What commands printed is in the logs when it is old enough, however the server ended, and at
    the end all of it."""
    printed = _printed(folder)
    recent: list[Line] = []
    for line in lines:
        if line.what in ("begin", "end"):
            recent.append(line)
        elif line.what == "death":
            due = [one for one in recent if one.time < line.time - FLUSH_SECONDS]
            yield from (f"{one} is not in a log" for one in due if one.printed not in printed)
            recent.clear()
    yield from (f"{one} is not in a log" for one in recent if one.printed not in printed)


def _printed(folder: Path) -> set[str]:
    """The lines of all logs. A file may be cut off anywhere."""
    lines = set()
    for path in folder.rglob("*.log.gz"):
        text = zlib.decompressobj(31).decompress(path.read_bytes()).decode("utf-8", "replace")
        lines |= set(text.splitlines())
    return lines
