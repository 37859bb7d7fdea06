"""A server whose database answers nothing, as if its machine had gone without a word."""

from __future__ import annotations

import json
import os
import time
import unittest

from gate import Gate
from postgres import Postgres, is_installed
from project import wait_for
from server import ServerTest

# How long the database is silent where leases live longer than that; 60 takes the real minute.
SILENCE_SECONDS = int(os.environ.get("SILENCE_SECONDS", "4"))
RESUME_SECONDS = 8
# As short as a lease can be.
SHORT_LEASE = ("-X", "agent.heartbeat-interval=1", "-X", "agent.lock-retention-time=2")


@unittest.skipUnless(is_installed(), "not installed: postgresql")
class SilentDatabase(ServerTest):
    def setUp(self) -> None:
        super().setUp()
        self.postgres = Postgres().__enter__()
        self.addCleanup(self.postgres.__exit__)
        self.postgres.create_database("mogura")
        self.gate = Gate(self.postgres.place).__enter__()
        self.addCleanup(self.gate.__exit__)
        text = self.postgres.properties("mogura")
        self.direct = self.place / "direct.properties"
        self.direct.write_text(text, encoding="utf-8")
        self.gated = self.place / "gated.properties"
        self.gated.write_text(text.replace(str(self.postgres.place), str(self.gate.place)),
                              encoding="utf-8")

    def lines(self) -> list[str]:
        path = self.place / "runs"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def push_holding(self) -> None:
        """Commands that run until there is a file `go`, and that do not care for SIGTERM."""
        self.write("w.dig", f"""
            +hold:
              sh>: |
                trap '' TERM
                exec 9>>{self.place}/lock-$session_uuid
                flock -n 9 || echo overlap >> {self.place}/runs
                echo run >> {self.place}/runs
                until test -e {self.place}/go; do sleep 0.05; done
                echo end >> {self.place}/runs
            +then: {{sh>: echo then >> {self.place}/runs}}
            """)
        self.ask("push", "p", "-r", "r")

    def succeeded(self, attempt: str) -> bool:
        return json.loads(self.get(f"/api/attempts/{attempt}"))["success"]

    def test_commands_are_gone_before_others_run_their_tasks(self) -> None:
        self.start_server("-c", str(self.gated), "-O", str(self.place / "logs"), *SHORT_LEASE)
        self.push_holding()
        attempt = self.start_attempt("p", "w")
        wait_for(lambda: self.lines(), "the command")
        cut_off = self.server
        self.start_server("-c", str(self.direct), "-O", str(self.place / "logs"), *SHORT_LEASE)
        self.gate.shut()
        wait_for(lambda: len(self.lines()) > 1, "the command's second run")
        (self.place / "go").touch()
        wait_for(lambda: self.succeeded(attempt), "the attempt's end")
        self.assertEqual(self.lines(), ["run", "run", "end", "then"])
        self.gate.open()
        wait_for(lambda: "runs out" in cut_off.stderr, "a word about that")
        self.assertIsNone(cut_off.process.poll(), "it goes on")

    def test_nothing_is_lost_and_no_lease_runs_out_where_it_lives_longer(self) -> None:
        lease = SILENCE_SECONDS * 3 // 2
        self.start_server("-c", str(self.gated), "-O", str(self.place / "logs"),
                          "-X", f"agent.heartbeat-interval={lease // 3}",
                          "-X", f"agent.lock-retention-time={lease}")
        self.push_holding()
        attempts = [self.start_attempt_of_day(day) for day in range(1, 6)]
        wait_for(lambda: len(self.lines()) == len(attempts), "the commands")
        self.gate.shut()
        (self.place / "go").touch()
        wait_for(lambda: self.lines().count("end") == len(attempts), "the commands' end")
        time.sleep(SILENCE_SECONDS)
        self.assertNotIn("then", self.lines(), "nobody knows of their end")
        self.assertEqual(self.get("/health/live"), b'{"status":"up"}')
        self.gate.open()
        wait_for(lambda: all(map(self.succeeded, attempts)), "the attempts' end", RESUME_SECONDS)
        expected = {"run": len(attempts), "end": len(attempts), "then": len(attempts)}
        self.assertEqual({line: self.lines().count(line) for line in self.lines()}, expected)

    def start_attempt_of_day(self, day: int) -> str:
        ran = self.ask("start", "p", "w", "--session", f"2030-01-{day:02}", "--json")
        return json.loads(ran.stdout)["id"]
