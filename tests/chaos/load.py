"""Clients that start, push, retry and kill while the server is killed under them, and remember each
request with its answer. No answer, or one of 500 and above, leaves open whether it was done."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

from workload import STARTED, Journal, archive

PROJECT = "load"
REQUEST_SECONDS = 20
PAUSE_SECONDS = 0.05  # between two requests of a client, on average
UNREACHABLE_SECONDS = 0.005
# While more attempts than this are unfinished, no more are started.
MAX_UNFINISHED = 40
FIRST_SESSION = datetime(2001, 1, 1, tzinfo=timezone.utc)


@dataclass
class Start:
    """A start of a named session, with all answers that were attempt numbers."""

    workflow: str
    session: int  # seconds since 1970
    name: str  # '' for a plain start
    answers: list[tuple[int, int]] = field(default_factory=list)  # (status, attempt)


@dataclass
class Seen:
    """What the clients have been told."""

    starts: list[Start] = field(default_factory=list)
    pushes: dict[str, list[int]] = field(default_factory=dict)  # revision: the answers' status
    kills: set[int] = field(default_factory=set)
    backfilled: set[int] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)  # answers that no request should have got


class Load:
    """Clients in threads; `address` is where the server listens, while it does."""

    def __init__(self, seed: int, journal: Journal, clients: int) -> None:
        self.seen = Seen()
        self.address: tuple[str, int] | None = None
        self.unfinished = 0
        self.answered = 0
        self._journal = journal
        self._lock = threading.Lock()
        self._next_session = 0
        self._next_revision = 0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(random.Random(f"{seed}/{one}"),))
                         for one in range(clients)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    # --- one client ---

    def _run(self, rng: random.Random) -> None:
        actions = {self._start: 8, self._repeat_start: 3, self._push: 1, self._retry: 3,
                   self._kill: 2, self._watch: 4, self._backfill: 0.3}
        while not self._stopping.is_set():
            if self.address is None:
                time.sleep(UNREACHABLE_SECONDS)
                continue
            action = rng.choices(list(actions), list(actions.values()))[0]
            try:
                action(rng)
            except (OSError, http.client.HTTPException, Unanswered):
                time.sleep(UNREACHABLE_SECONDS)
            time.sleep(rng.uniform(0, 2 * PAUSE_SECONDS))

    def ask(self, method: str, path: str, body: object = None, expected=(200,)):
        """The status and the decoded answer. Throws Unanswered, OSError, HTTPException."""
        address = self.address
        if address is None:
            raise Unanswered
        headers = {}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/gzip"
        elif body is not None:
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(*address, timeout=REQUEST_SECONDS)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status >= 500:
            raise Unanswered
        self.answered += 1
        if response.status not in expected:
            with self._lock:
                self.seen.refused.append(f"{method} {path}: {response.status} {content!r}")
            raise Unanswered
        return response.status, json.loads(content)

    def _workflow_id(self, name: str) -> str:
        query = urlencode({"project": PROJECT, "name": name})
        return self.ask("GET", f"/api/workflow?{query}")[1]["id"]

    def _any_start(self, rng: random.Random) -> Start | None:
        with self._lock:
            return rng.choice(self.seen.starts[-200:]) if self.seen.starts else None

    def _start(self, rng: random.Random) -> None:
        if self.unfinished > MAX_UNFINISHED:
            return
        workflow = rng.choice(STARTED)
        with self._lock:
            session = FIRST_SESSION + timedelta(minutes=self._next_session)
            self._next_session += 1
            start = Start(workflow, int(session.timestamp()), "")
            self.seen.starts.append(start)
        self._send(start)

    def _repeat_start(self, rng: random.Random) -> None:
        start = self._any_start(rng)
        if start is not None:
            self._send(start)

    def _retry(self, rng: random.Random) -> None:
        """A second attempt of a session, which takes over what has succeeded in the first."""
        of = self._any_start(rng)
        if of is None or of.name or not of.answers or self.unfinished > MAX_UNFINISHED:
            return
        attempt = of.answers[0][1]
        found = self.ask("GET", f"/api/attempts/{attempt}")[1]
        if not found["done"] or found["success"]:
            return
        retry = Start(of.workflow, of.session, f"retry-{rng.getrandbits(64):x}")
        with self._lock:
            self.seen.starts.append(retry)
        self._send(retry, {"mode": "failed", "attemptId": str(attempt)})

    def _send(self, start: Start, resume: dict | None = None) -> None:
        session = datetime.fromtimestamp(start.session, timezone.utc)
        body = {"workflowId": self._workflow_id(start.workflow),
                "sessionTime": session.isoformat(), "params": {}}
        if start.name:
            body["retryAttemptName"] = start.name
        if resume:
            body["resume"] = resume
        status, answer = self.ask("PUT", "/api/attempts", body, expected=(200, 409))
        with self._lock:
            start.answers.append((status, int(answer["id"])))

    def _push(self, rng: random.Random) -> None:
        with self._lock:
            again = [revision for revision, answers in self.seen.pushes.items() if not answers]
            if again and rng.random() < 0.7:
                revision = rng.choice(again)
            else:
                revision = f"r{self._next_revision}"
                self._next_revision += 1
            answers = self.seen.pushes.setdefault(revision, [])
        self.push(revision, answers)

    def push(self, revision: str, answers: list[int]) -> None:
        query = urlencode({"project": PROJECT, "revision": revision})
        status, _ = self.ask("PUT", f"/api/projects?{query}", archive(revision), (200, 409))
        answers.append(status)

    def _kill(self, rng: random.Random) -> None:
        start = self._any_start(rng)
        if start is None or not start.answers:
            return
        attempt = start.answers[-1][1]
        status, _ = self.ask("POST", f"/api/attempts/{attempt}/kill", {}, (200, 409))
        if status == 200:
            self._journal.note("kill", attempt)
            with self._lock:
                self.seen.kills.add(attempt)

    def _watch(self, rng: random.Random) -> None:
        """Notes which tasks have succeeded: they must not run again."""
        start = self._any_start(rng)
        if start is None or not start.answers:
            return
        attempt = start.answers[-1][1]
        _, answer = self.ask("GET", f"/api/attempts/{attempt}/tasks")
        for task in answer["tasks"]:
            if task["state"] == "success":
                self._journal.note("success", attempt, task["fullName"])

    def _schedule(self, workflow: str) -> dict:
        query = urlencode({"project": PROJECT, "workflow": workflow})
        found = self.ask("GET", f"/api/schedules?{query}")[1]["schedules"]
        return next(one for one in found if one["workflow"]["name"] == workflow)

    def _backfill(self, rng: random.Random) -> None:
        if self.unfinished > MAX_UNFINISHED:
            return
        schedule = self._schedule("daily")
        begin = datetime.now(timezone.utc) - timedelta(days=3)
        body = {"fromTime": begin.isoformat(), "dryRun": False, "count": 3,
                "attemptName": f"backfill-{rng.getrandbits(64):x}"}
        _, answer = self.ask("POST", f"/api/schedules/{schedule['id']}/backfill", body)
        with self._lock:
            self.seen.backfilled |= {int(one["id"]) for one in answer["attempts"]}

    def disable_schedules(self) -> None:
        for workflow in ("tick", "daily"):
            schedule = self._schedule(workflow)
            self.ask("POST", f"/api/schedules/{schedule['id']}/disable", {})


class Unanswered(Exception):
    """Nobody knows whether the request was done."""
