"""Killing attempts on a server: what runs, what waits, and what is asked twice."""

from __future__ import annotations

import time

from server import ServerTest

TASKS = 100
SECONDS = 20


class Kill(ServerTest):
    def start_many(self, *arguments: str) -> str:
        self.start_server("-m", *arguments)
        tasks = "".join(f"\n            +t{number}: {{sh>: sleep 600}}" for number in range(TASKS))
        self.write("many.dig", f"""
            _parallel: true{tasks}
            """)
        self.ask("push", "p")
        return self.start_attempt("p", "many")

    def test_ends_at_once_however_much_waits_for_a_place(self) -> None:
        attempt = self.start_many("--max-task-threads", "2")
        self.ask("kill", attempt)
        begun = time.monotonic()
        self.wait_for_attempt(attempt)
        self.assertLess(time.monotonic() - begun, SECONDS)
        self.assertNotIn("sleep", self.processes().values())

    def test_a_second_kill_finds_the_attempt_still_ending(self) -> None:
        attempt = self.start_many()
        self.ask("kill", attempt)
        self.ask("kill", attempt)
        self.wait_for_attempt(attempt)
        refused = self.run_program("kill", attempt, "-e", self.endpoint)
        self.assertEqual(refused.status, 1)
        self.assertIn("already killed or finished", refused.stderr)
