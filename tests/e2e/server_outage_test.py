"""A server whose database goes away, or whose disk is full: it says so, and goes on where it was as
soon as it can."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from postgres import Postgres, is_installed
from project import wait_for
from server import ServerTest

ANSWER_SECONDS = 10
# Its agent holds its tasks for so long without the database.
LEASE_SECONDS = 10


class OutageTest(ServerTest):
    def status(self, method: str, path: str, body: dict | None = None) -> int:
        request = urllib.request.Request(f"http://{self.endpoint}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def lines(self, name: str) -> list[str]:
        path = self.place / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def push_holding(self) -> None:
        """A workflow whose first command runs until there is a file `go`."""
        self.write("w.dig", f"""
            +hold:
              sh>: |
                exec 9>>{self.place}/lock; flock -n 9 || echo overlap >> {self.place}/runs
                echo run >> {self.place}/runs
                until test -e {self.place}/go; do sleep 0.05; done
                echo end >> {self.place}/runs
            +then: {{sh>: echo then >> {self.place}/runs}}
            """)
        self.ask("push", "p", "-r", "r")


@unittest.skipUnless(is_installed(), "not installed: postgresql")
class DatabaseAway(OutageTest):
    def setUp(self) -> None:
        super().setUp()
        self.postgres = Postgres().__enter__()
        self.addCleanup(self.postgres.__exit__)
        self.postgres.create_database("mogura")
        config = self.place / "server.properties"
        config.write_text(self.postgres.properties("mogura"), encoding="utf-8")
        self.start_server("-c", str(config), "-O", str(self.place / "logs"))
        self.push_holding()
        self.attempt = self.start_attempt("p", "w")
        wait_for(lambda: self.lines("runs"), "the command")

    def assert_says_so(self) -> None:
        self.assertEqual(self.status("GET", "/health/live"), 200)
        self.assertEqual(self.status("GET", "/health/ready"), 503)
        self.assertEqual(self.status("GET", "/api/attempts"), 503)
        self.assertEqual(self.status("GET", "/api/version"), 200)
        start = {"workflowId": "1", "sessionTime": "2031-01-01T00:00:00Z", "params": {}}
        self.assertEqual(self.status("PUT", "/api/attempts", start), 503)

    def assert_ends_well(self, seconds: float = 40) -> None:
        wait_for(lambda: self.status("GET", "/health/ready") == 200, "readiness", seconds)
        wait_for(lambda: json.loads(self.get(f"/api/attempts/{self.attempt}"))["success"],
                 "the attempt's end", seconds)

    def test_a_command_that_runs_meanwhile_goes_on(self) -> None:
        self.postgres.stop()
        self.assert_says_so()
        (self.place / "go").touch()
        wait_for(lambda: self.lines("runs") == ["run", "end"], "the command's end")
        self.postgres.start()
        self.assert_ends_well()
        self.assertEqual(self.lines("runs"), ["run", "end", "then"])

    def test_a_command_runs_again_when_that_takes_longer_than_its_agents_lease(self) -> None:
        self.postgres.stop("immediate")
        time.sleep(LEASE_SECONDS + 2)
        self.assert_says_so()
        self.postgres.start()
        wait_for(lambda: self.lines("runs") == ["run", "run"], "the command's second run", 40)
        (self.place / "go").touch()
        self.assert_ends_well()
        self.assertEqual(self.lines("runs"), ["run", "run", "end", "then"])

    def test_requests_that_wait_hold_up_nobody(self) -> None:
        self.postgres.stop()
        asking = [subprocess.Popen(["curl", "-s", "-o", "/dev/null", "-m", "60",
                                    f"http://{self.endpoint}/api/attempts"]) for _ in range(100)]
        self.addCleanup(lambda: [(one.kill(), one.wait()) for one in asking])
        began = time.monotonic()
        self.assertEqual(self.status("GET", "/health/live"), 200)
        self.assertLess(time.monotonic() - began, ANSWER_SECONDS)
        self.postgres.start()
        (self.place / "go").touch()
        self.assert_ends_well()


class DiskFull(OutageTest):
    """Both the database and the logs of tasks lie on it."""

    def setUp(self) -> None:
        super().setUp()
        self.disk = Path(tempfile.mkdtemp(prefix="mogura-disk-"))
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", self.disk], check=False,
            capture_output=True).returncode == 0
        if not mounted:
            self.disk.rmdir()
            self.skipTest("a disk of its own takes the right to mount one")
        self.addCleanup(lambda: (subprocess.run(["umount", "-l", self.disk], check=True),
                                 self.disk.rmdir()))

    def fill(self) -> None:
        with (self.disk / "filling").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def test_goes_on_when_there_is_room_again(self) -> None:
        self.start_server("-o", str(self.disk / "db"), "-O", str(self.disk / "logs"))
        self.push_holding()
        attempt = self.start_attempt("p", "w")
        wait_for(lambda: self.lines("runs"), "the command")
        self.fill()
        start = {"workflowId": "1", "sessionTime": "2031-01-01T00:00:00Z", "params": {}}
        wait_for(lambda: self.status("PUT", "/api/attempts", start) in (503, 409), "a refusal")
        self.assertEqual(self.status("GET", "/health/live"), 200)
        self.assertEqual(self.status("GET", "/api/attempts"), 200, "reading needs no room")
        (self.place / "go").touch()
        wait_for(lambda: "end" in self.lines("runs"), "the command's end")
        (self.disk / "filling").unlink()
        wait_for(lambda: json.loads(self.get(f"/api/attempts/{attempt}"))["success"],
                 "the attempt's end", 40)
        self.assertNotIn("overlap", self.lines("runs"))
        self.assertIn(self.status("PUT", "/api/attempts", start), (200, 409))
