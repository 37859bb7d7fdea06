"""What tasks print can be read while they run, and afterwards whatever ends them."""

from __future__ import annotations

import signal
import zlib
from pathlib import Path

from project import wait_for
from server import ServerTest

HOLDING = """
    +a:
      sh>: echo one; echo two; while ! test -e {go}; do sleep 0.1; done; echo three
    """


def readable(path: Path) -> str:
    """What of a file that may be cut anywhere can be decoded."""
    return zlib.decompressobj(31).decompress(path.read_bytes()).decode()


class ServerLogs(ServerTest):
    def setUp(self) -> None:
        super().setUp()
        self.go = self.place / "go"
        self.write("w.dig", HOLDING.format(go=self.go))

    def log_file(self) -> Path | None:
        return next((self.place / "logs").rglob("+w+a@*.log.gz"), None)

    def start_task(self) -> str:
        self.ask("push", "p", "-r", "r")
        return self.start_attempt("p", "w")

    def wait_for_lines(self, text: str) -> None:
        wait_for(lambda: (file := self.log_file()) and text in readable(file), text, 5)

    def test_output_reaches_the_disk_unasked_and_survives_a_kill(self) -> None:
        self.start_server("--memory", "-O", str(self.place / "logs"))
        self.start_task()
        self.wait_for_lines("one\ntwo\n")
        self.server.signal(signal.SIGKILL)
        self.server.process.wait()
        self.wait_for_lines("one\ntwo\n")
        self.go.touch()
        self.assert_nothing_runs()

    def check_reading(self, *options: str) -> None:
        self.start_server("-o", str(self.place / "db"), *options)
        attempt = self.start_task()
        wait_for(lambda: self.ask("log", attempt).stdout.endswith("one\ntwo\n"), "the output", 5)
        self.go.touch()
        self.wait_for_attempt(attempt)
        self.assertTrue(self.ask("log", attempt).stdout.endswith("one\ntwo\nthree\n"))

    def test_readers_see_what_is_printed_by_now(self) -> None:
        self.check_reading("-O", str(self.place / "logs"))

    def test_readers_see_what_a_database_has(self) -> None:
        self.check_reading("-X", "log-server.type=database")

    def test_without_a_place_nothing_is_kept(self) -> None:
        self.start_server("--memory", "-X", "log-server.type=null")
        self.go.touch()
        attempt = self.start_task()
        self.wait_for_attempt(attempt)
        self.assertEqual(self.ask("log", attempt).stdout, "")
