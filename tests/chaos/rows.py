"""What must hold for the committed rows at any moment: the invariants of execution.md §24, and that
for whatever is unfinished somebody will do something."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from workload import FAN_LIMIT, MAX_ROUNDS, MAX_TASKS, PERIODS

BLOCKED, READY, RETRY_WAITING, GROUP_RETRY_WAITING, RUNNING, PLANNED, GROUP_ERROR, SUCCESS, \
    ERROR, CANCELED = range(10)
PROGRESSING = {READY, RETRY_WAITING, GROUP_RETRY_WAITING, RUNNING, PLANNED}
DONE = {GROUP_ERROR, SUCCESS, ERROR, CANCELED}
WAITING = {RETRY_WAITING, GROUP_RETRY_WAITING}
DELAYED_FLAGS = 2 | 4
# What limits do not count: alerts, monitors and error tasks.
GENERATED = re.compile(r"\^(failure-alert|sla|error)")
MICROS = 1_000_000  # sessions have seconds, schedules have these

SELECTS = {
    "sessions": "SELECT id, project_id, workflow_name, session_time, last_attempt_id, attempts "
                "FROM sessions",
    "attempts": "SELECT id, session_id, project_id, workflow_name, session_time, "
                "retry_attempt_name, attempt_index, cancel_requested, done, success, version, "
                "finished_at, wake_at, monitor_due, starts_after, resumed FROM attempts",
    "tasks": "SELECT attempt_id, position, full_name, name_offset, parent, barrier, is_group, "
             "state, flags, output, run, retry_at, updated_at FROM tasks "
             "ORDER BY attempt_id, position",
    "barriers": "SELECT attempt_id, position, members FROM barriers",
    "entries": "SELECT id, attempt_id, task, run, lease_id, epoch FROM queue_entries",
    "leases": "SELECT id, epoch FROM leases",
    "schedules": "SELECT project_id, workflow_name, session_time, run_time, last_session_time "
                 "FROM schedules",
    "revisions": "SELECT r.name AS name, p.name AS project, a.revision_id AS archive "
                 "FROM revisions AS r JOIN projects AS p ON p.id = r.project_id "
                 "LEFT JOIN archives AS a ON a.revision_id = r.id",
}


class Rows:
    """All rows of one moment."""

    def __init__(self, found: list[list[dict]]) -> None:
        tables = dict(zip(SELECTS, found))
        self.sessions = {row["id"]: row for row in tables["sessions"]}
        self.attempts = {row["id"]: row for row in tables["attempts"]}
        self.leases = {row["id"]: row["epoch"] for row in tables["leases"]}
        self.schedules = tables["schedules"]
        self.revisions = tables["revisions"]
        self.tasks: dict[int, list[dict]] = defaultdict(list)
        for row in tables["tasks"]:
            self.tasks[row["attempt_id"]].append(row)
        self.barriers = {(row["attempt_id"], row["position"]):
                         [int(member) for member in row["members"].split(",") if member]
                         for row in tables["barriers"]}
        self.entries: dict[int, list[dict]] = defaultdict(list)
        for row in tables["entries"]:
            self.entries[row["attempt_id"]].append(row)

    def unfinished(self) -> list[dict]:
        return [attempt for attempt in self.attempts.values() if not attempt["done"]]


def read(database) -> Rows | None:
    found = database.query(*SELECTS.values())
    return Rows(found) if found else None


def violations(rows: Rows) -> Iterator[str]:
    yield from _sessions(rows)
    yield from _schedules(rows)
    for attempt in rows.attempts.values():
        name = f"attempt {attempt['id']} ({attempt['workflow_name']})"
        for problem in _attempt(rows, attempt):
            yield f"{name}: {problem}"
    for attempt_id, entries in rows.entries.items():
        if attempt_id not in rows.attempts:
            yield f"Q2: queue entries of attempt {attempt_id}, which does not exist: {entries}"
    for attempt_id in {*rows.tasks, *(attempt for attempt, _ in rows.barriers)}:
        if attempt_id not in rows.attempts:
            yield f"I4: tasks of attempt {attempt_id}, which does not exist"


def changes(before: Rows, after: Rows) -> Iterator[str]:
    """What no step may do: done states absorb, and nothing about a done attempt changes."""
    for attempt_id, old in before.attempts.items():
        new = after.attempts.get(attempt_id)
        if new is None:
            yield f"attempt {attempt_id} is lost"
            continue
        if old["done"] and (new != old or before.tasks[attempt_id] != after.tasks[attempt_id]):
            yield f"I2: attempt {attempt_id} has changed after its end"
        if old["cancel_requested"] and not new["cancel_requested"]:
            yield f"attempt {attempt_id} is not killed any more"
        for task, now in zip(before.tasks[attempt_id], after.tasks[attempt_id]):
            if task["state"] in DONE and now["state"] != task["state"]:
                yield (f"T1: {task['full_name']} of attempt {attempt_id} went from "
                       f"{task['state']} to {now['state']}")
            if now["run"] < task["run"]:
                yield f"T9: {task['full_name']} of attempt {attempt_id} has forgotten runs"
            if _woke_early(task, now) and not new["cancel_requested"]:
                yield f"T9: {task['full_name']} of attempt {attempt_id} did not wait: {task} {now}"


def _woke_early(task: dict, now: dict) -> bool:
    """Whether a task that waited for a time has gone on before it."""
    went_on = now["state"] != task["state"] or now["run"] != task["run"]
    return task["state"] in WAITING and went_on and now["updated_at"] < task["retry_at"]


def _sessions(rows: Rows) -> Iterator[str]:
    indexes = defaultdict(list)
    for attempt in rows.attempts.values():
        indexes[attempt["session_id"]].append(attempt["attempt_index"])
    keys = Counter((row["project_id"], row["workflow_name"], row["session_time"])
                   for row in rows.sessions.values())
    yield from (f"I1: {count} sessions {key}" for key, count in keys.items() if count > 1)
    names = Counter((row["session_id"], row["retry_attempt_name"])
                    for row in rows.attempts.values())
    yield from (f"I1: {count} attempts {key}" for key, count in names.items() if count > 1)
    for session_id, session in rows.sessions.items():
        found = sorted(indexes.pop(session_id, []))
        if found != list(range(1, len(found) + 1)) or len(found) != session["attempts"]:
            yield f"I1: session {session_id} of {session['attempts']} has attempts {found}"
        if session["last_attempt_id"] not in rows.attempts:
            yield f"I1: session {session_id} ends with an attempt that does not exist"
    yield from (f"I1: attempts without session {left}" for left in indexes)


def _schedules(rows: Rows) -> Iterator[str]:
    times = {(row["project_id"], row["workflow_name"], row["session_time"])
             for row in rows.sessions.values()}
    for row in rows.schedules:
        last, name = row["last_session_time"], row["workflow_name"]
        if row["session_time"] % (PERIODS[name] * MICROS) or row["run_time"] != row["session_time"]:
            yield f"S3: {name} starts {row['session_time']} at {row['run_time']}"
        if last is None:
            continue
        if (row["project_id"], name, last // MICROS) not in times:
            yield f"S2: {name} has started the session {last}, which does not exist"
        if row["session_time"] <= last:
            yield f"S2: {name} starts {row['session_time']} after {last}"
        if row["session_time"] != last + PERIODS[name] * MICROS:
            yield f"S3: {name} starts {row['session_time']} next after {last}"


def _attempt(rows: Rows, attempt: dict) -> Iterator[str]:
    tasks = rows.tasks[attempt["id"]]
    if [task["position"] for task in tasks] != list(range(len(tasks))) or not tasks:
        yield "the positions of its tasks have gaps"
        return
    root = tasks[0]
    if bool(attempt["done"]) != (root["state"] in DONE):
        yield f"I2: done is {attempt['done']}, its root is {root['state']}"
    if bool(attempt["success"]) != (root["state"] == SUCCESS):
        yield f"I3: success is {attempt['success']}, its root is {root['state']}"
    if attempt["success"] and attempt["cancel_requested"]:
        yield "I3: it was killed and succeeded"
    if (attempt["finished_at"] is not None) != bool(attempt["done"]):
        yield "I2: finished_at and done differ"
    yield from _queue(rows, attempt, tasks)
    yield from _liveness(rows, attempt, tasks)
    yield from _tasks(rows, attempt, tasks)


def _liveness(rows: Rows, attempt: dict, tasks: list[dict]) -> Iterator[str]:
    entries = rows.entries[attempt["id"]]
    if attempt["done"]:
        if entries or attempt["wake_at"] is not None or attempt["monitor_due"] is not None:
            yield "I2: it is done, and has queue entries or timers"
        if any(task["state"] in PROGRESSING for task in tasks):
            yield "I2: it is done, and some task is not"
        return
    waits = attempt["starts_after"]
    if waits is not None:
        earlier = [one for one in rows.attempts.values() if one["session_id"] == waits]
        if all(one["done"] for one in earlier):
            yield "S4: it waits for a session that is done"
        if entries:
            yield "S4: it waits for a session, and its tasks are queued"
    elif not entries and attempt["wake_at"] is None:
        yield "L2: it is not done, and nobody will look at it"


def _queue(rows: Rows, attempt: dict, tasks: list[dict]) -> Iterator[str]:
    for entry in rows.entries[attempt["id"]]:
        task = tasks[entry["task"]]
        if task["state"] != RUNNING or task["run"] != entry["run"]:
            yield (f"Q1: {task['full_name']} is {task['state']} in run {task['run']}, and has a "
                   f"queue entry for run {entry['run']}")
        if (entry["lease_id"] is None) != (entry["epoch"] is None):
            yield f"Q2: half a claim: {entry}"
        if entry["lease_id"] is not None and rows.leases.get(entry["lease_id"]) != entry["epoch"]:
            yield f"Q3: claimed by nobody: {entry}"
    queued = {entry["task"] for entry in rows.entries[attempt["id"]]}
    for task in tasks:
        waits = task["state"] == RUNNING and task["position"] not in queued
        if waits and attempt["wake_at"] is None and attempt["starts_after"] is None:
            yield f"Q1: {task['full_name']} runs and is not queued"
        if task["state"] in WAITING and task["retry_at"] is None:
            yield f"L1: {task['full_name']} waits for no time"


def _tasks(rows: Rows, attempt: dict, tasks: list[dict]) -> Iterator[str]:
    children = defaultdict(list)
    for task in tasks[1:]:
        children[task["parent"]].append(task)
    for task in tasks:
        name, state = task["full_name"], task["state"]
        if task["parent"] is not None:
            if tasks[task["parent"]]["state"] in DONE and state in PROGRESSING:
                yield f"T3: {name} is in progress below a task that is done"
        elif task["position"] != 0:
            yield f"T3: {name} is a second root"
        if state == SUCCESS and task["flags"] & DELAYED_FLAGS:
            yield f"T5: {name} has failed, and succeeded"
        if state == ERROR and not (task["output"] and "error" in task["output"]):
            yield f"T4: {name} failed without an error"
        yield from _order(rows, attempt, tasks, task)
        yield from _group(task, children[task["position"]])
    for name, count in Counter(task["full_name"] for task in tasks).items():
        if count > MAX_ROUNDS:
            yield f"T6: {count} rounds of {name}"
    planned = {task["full_name"] for task in tasks if not GENERATED.search(task["full_name"])}
    if len(planned) > MAX_TASKS:
        yield f"I5: {len(planned)} tasks"
    alerts = [task for task in tasks if task["full_name"].endswith("^failure-alert")]
    failed = tasks[0]["state"] in (ERROR, GROUP_ERROR)
    if len(alerts) > 1 or (failed and not alerts):
        yield f"T6: {len(alerts)} failure alerts"


def _order(rows: Rows, attempt: dict, tasks: list[dict], task: dict) -> Iterator[str]:
    if task["barrier"] is None:
        return
    if (attempt["id"], task["barrier"]) not in rows.barriers:
        yield f"I4: what {task['full_name']} waits for is lost"
        return
    for member in rows.barriers[attempt["id"], task["barrier"]]:
        upstream = tasks[member]
        if upstream["parent"] != task["parent"] or member >= task["position"]:
            yield f"T7: {task['full_name']} waits for {upstream['full_name']}"
        if task["state"] != BLOCKED and upstream["state"] != SUCCESS:
            yield f"T2: {task['full_name']} did not wait for {upstream['full_name']}"


def _group(task: dict, children: list[dict]) -> Iterator[str]:
    newest = {child["full_name"]: child["state"] for child in children}
    if task["state"] == SUCCESS and any(state != SUCCESS for state in newest.values()):
        yield f"T4: {task['full_name']} succeeded with {newest}"
    if task["state"] == GROUP_ERROR and not {ERROR, GROUP_ERROR} & set(newest.values()):
        yield f"T4: {task['full_name']} failed with {newest}"
    in_progress = sum(child["state"] in PROGRESSING for child in children)
    if task["full_name"] == "+fan+each^sub" and in_progress > FAN_LIMIT:
        yield f"T8: {in_progress} children of {task['full_name']} at a time"
