"""A test case with a server of its own, on a free port."""

from __future__ import annotations

import json
import urllib.request

from project import RUN_SECONDS, ProjectTest, Ran, wait_for
from running import find_address


class ServerTest(ProjectTest):
    def start_server(self, *arguments: str) -> None:
        """Starts it in the project's directory and waits until it answers."""
        runtime_info = self.place / "runtime-info.json"
        runtime_info.unlink(missing_ok=True)  # another server's
        self.server = self.start_running("server", "-n", "0", *arguments, "-X",
                                         f"server.runtime-info.path={runtime_info}")

        def find_endpoint() -> str | None:
            self.assertIsNone(self.server.process.poll(), self.server.stderr)
            address = find_address(runtime_info)
            return address and ":".join(map(str, address))

        self.endpoint = wait_for(find_endpoint, "the server's start")

    def ask(self, *arguments: str) -> Ran:
        """A command of the client that succeeds."""
        ran = self.run_program(*arguments, "-e", self.endpoint)
        self.assertEqual(ran.status, 0, ran.stderr)
        return ran

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://{self.endpoint}{path}", timeout=RUN_SECONDS) as answer:
            return answer.read()

    def start_attempt(self, project: str, workflow: str) -> str:
        """The number of a new attempt."""
        ran = self.ask("start", project, workflow, "--session", "2030-01-01", "--json")
        return json.loads(ran.stdout)["id"]

    def wait_for_attempt(self, attempt: str) -> None:
        wait_for(lambda: json.loads(self.get(f"/api/attempts/{attempt}"))["done"],
                 "the attempt's end")
