"""A server that is measured, and a client of it."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import signal
import subprocess
import tarfile
import time
from pathlib import Path

START_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")


def archive(files: dict[str, str]) -> bytes:
    """A project as `push` sends it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


class Server:
    """Works in a directory of its own, with these settings."""

    def __init__(self, program: Path, place: Path, settings: str, *arguments: str):
        self.place = place
        self.info = place / "runtime-info.json"
        self.info.unlink(missing_ok=True)  # another server's
        (place / "server.properties").write_text(
            settings + f"server.runtime-info.path = {self.info}\n")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [program, "server", "-n", "0", "-c", "server.properties", *arguments], cwd=place,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(place / "log").open("wb"), start_new_session=True)
        self.connection = self._connect(began + START_SECONDS)
        self.get("/api/version")
        self.start_seconds = time.monotonic() - began

    def _connect(self, deadline: float) -> http.client.HTTPConnection:
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                address = json.loads(self.info.read_text())["local_addresses"][0]
                return http.client.HTTPConnection(address["host"], address["port"], timeout=60)
            time.sleep(0.001)
        raise SystemExit("bench: no server:\n" + (self.place / "log").read_text()[-2000:])

    def call(self, method: str, path: str, body: bytes | None = None,
             media: str = "application/json") -> dict:
        self.connection.request(method, path, body, {"Content-Type": media} if body else {})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"bench: {method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content or b"null")

    def get(self, path: str) -> dict:
        return self.call("GET", path)

    def push(self, project: str, files: dict[str, str]) -> str:
        """The id of the project."""
        return self.call("PUT", f"/api/projects?project={project}&revision=r", archive(files),
                         "application/gzip")["id"]

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
