"""A server for the cases: started on free ports of the loopback, asked over HTTP, and stopped."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import time
from pathlib import Path

PATIENCE = 90.0  # seconds that a step may take
STOP_SECONDS = 10
POLL_SECONDS = 0.05
BASE_PROPERTIES = """\
log-server.type = local
log-server.local.path = $WORK/logs
digdag.secret-encryption-key = MDEyMzQ1Njc4OTAxMjM0NQ==
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("DIGDAG", "MOGURA", "XDG_"))
            and name.lower() not in ("http_proxy", "https_proxy")}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "TZ": "UTC",
            "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class Server:
    """A running server with a home, a directory of logs and a database of its own.

    Without arguments that choose a database, and without `database.type` among its properties, it
    keeps everything in memory.
    """

    def __init__(self, binary: Path, properties: str, arguments: list[str], work: Path) -> None:
        self.binary, self.work = binary, work
        self.port, self.admin_port = free_port(), free_port()
        (work / "home").mkdir(parents=True)
        properties = properties.replace("$WORK", str(work))
        properties = properties.replace("$ADMIN_PORT", str(self.admin_port))
        (work / "server.properties").write_text(properties)
        command = [str(binary), "server", "--bind", "127.0.0.1", "--port", str(self.port),
                   "-c", str(work / "server.properties")]
        if not re.search(r"^database\.type", properties, re.M) and not arguments:
            command.append("--memory")
        command += [word.replace("$WORK", str(work)) for word in arguments]
        with open(work / "server.log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=work,
                                            env=clean_environment(work / "home"))
        self.version = self._await_version()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _await_version(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return json.loads(self.request("GET", "/api/version")[2])["version"]
            except (OSError, ValueError, http.client.HTTPException):
                time.sleep(POLL_SECONDS)
        self.stop()
        log = (self.work / "server.log").read_text(errors="replace")
        raise RuntimeError("the server did not come up:\n" + log[-4000:])

    def request(self, method: str, path: str, body: bytes | None = None,
                headers: dict[str, str] | None = None):
        """(status, headers, body); a path `admin:/…` goes to the admin listener."""
        port = self.port
        if path.startswith("admin:"):
            port, path = self.admin_port, path.removeprefix("admin:")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None or method in ("PUT", "POST"):
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
