"""The server's process, which is killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from running import find_address, marked_processes
from workload import MAX_TASKS

START_SECONDS = 60
STOP_SECONDS = 60
# An agent that has died keeps its tasks for so long: the least that the server takes.
SETTINGS = ("-X", "agent.heartbeat-interval=1", "-X", "agent.lock-retention-time=2",
            "-X", f"executor.task_max_run={MAX_TASKS}",
            "-X", "digdag.secret-encryption-key=MDEyMzQ1Njc4OTAxMjM0NQ==")
MARK = "CHAOS"


class Server:
    def __init__(self, program: Path, place: Path, database, **environment: str) -> None:
        self._program = program
        self._place = place
        self._database = database
        self._environment = environment
        self._info = place / "runtime-info.json"
        self.log = place / "server.log"
        self.task_logs = place / "logs"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Returns when the process runs, which is before it listens."""
        self._info.unlink(missing_ok=True)
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(self._place),
                       "TZ": "UTC", "LANG": "C.UTF-8", MARK: str(self._place)}
        sanitizers = {name: text for name, text in os.environ.items() if "SAN_" in name}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "server", "-n", "0", "-O", str(self.task_logs), *SETTINGS,
                 "-X", f"server.runtime-info.path={self._info}",
                 "-X", f"tmpdir={self._place}/tmp", *self._database.server_arguments()],
                cwd=self._place, env=environment | sanitizers | self._environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        return self._process.pid

    def find_address(self) -> tuple[str, int] | None:
        """Absent while it does not listen. Throws where it has ended by itself."""
        if self._process.poll() is not None:
            raise AssertionError(f"the server ended by itself: {self.tail()}")
        return find_address(self._info)

    def wait_for_address(self) -> tuple[str, int]:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if address := self.find_address():
                return address
            time.sleep(0.002)
        raise AssertionError(f"the server does not start: {self.tail()}")

    def kill(self) -> None:
        """As `kill -9` does. Returns when it is gone, and with it all that it had started."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        status = self._process.wait()
        assert status == -signal.SIGKILL, f"it had ended by itself: {self.tail()}"
        self.wait_until_nothing_runs()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(STOP_SECONDS)
        self.wait_until_nothing_runs()

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._place / "tmp", ignore_errors=True)

    def wait_until_nothing_runs(self, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while left := marked_processes(f"{MARK}={self._place}"):
            assert time.monotonic() < deadline, f"orphans: {left}"
            time.sleep(0.002)

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
