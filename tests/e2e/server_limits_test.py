"""Limits of a server that many ask at once."""

from __future__ import annotations

import concurrent.futures
import json
import urllib.error
import urllib.request
from collections import Counter

from project import RUN_SECONDS, wait_for
from server import ServerTest

LIMIT = 3
CLIENTS = 8
STARTS = 40


class AttemptLimit(ServerTest):
    def start_one(self, day: int) -> int | str:
        """The attempt's number, or why there is none."""
        body = {"workflowId": "1", "sessionTime": f"2030-{1 + day // 28:02}-{1 + day % 28:02}"
                "T00:00:00Z", "params": {}}
        request = urllib.request.Request(f"http://{self.endpoint}/api/attempts",
                                         json.dumps(body).encode(), method="PUT",
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=RUN_SECONDS) as answer:
                return int(json.load(answer)["id"])
        except urllib.error.HTTPError as error:
            self.assertEqual(error.code, 400)
            return json.load(error)["message"].partition(",")[0]

    def unfinished(self) -> set[int]:
        attempts = json.loads(self.get("/api/attempts?page_size=100"))["attempts"]
        return {int(attempt["id"]) for attempt in attempts if not attempt["done"]}

    def test_no_more_attempts_run_than_may(self) -> None:
        self.start_server("-o", "db", "-X", f"executor.attempt_max_run={LIMIT}")
        self.write("w.dig", f"+a: {{sh>: until test -e {self.place}/go; do sleep 0.05; done}}")
        self.ask("push", "p", "-r", "r")
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(self.start_one, range(STARTS)))
        started = {answer for answer in answers if isinstance(answer, int)}
        self.assertEqual(self.unfinished(), started, "what was refused is not there")
        # Those that ask at the same time may not see one another (execution.md §24, I5).
        self.assertGreaterEqual(len(started), LIMIT)
        self.assertLessEqual(len(started), LIMIT + CLIENTS - 1)
        refused = Counter(answer for answer in answers if isinstance(answer, str))
        self.assertEqual(set(refused), {f"Too many attempts running. Limit: {LIMIT}"})
        (self.place / "go").touch()
        wait_for(lambda: not self.unfinished(), "the attempts' end")
        self.assertIsInstance(self.start_one(STARTS), int, "there is room again")
