"""A PostgreSQL of the test's own, in a temporary directory and behind a socket in it.

PostgreSQL refuses to run as root; then it runs as the user `postgres`, who comes with its package.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

START_SECONDS = 30
USER = "postgres"
QUICK = {"fsync": "off", "max_connections": "400", "shared_buffers": "32MB"}


def _programs() -> Path | None:
    """The newest version's folder; Debian keeps it off the PATH."""
    versions = [found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


def is_installed() -> bool:
    return _programs() is not None


class Postgres:
    """Serves within a `with` statement. Nothing of it is left behind."""

    def __init__(self, settings: dict[str, str] | None = None):
        """Without settings it is quick, and loses what it has when the machine goes down."""
        self.settings = QUICK if settings is None else settings

    def __enter__(self) -> Postgres:
        self.place = Path(tempfile.mkdtemp(prefix="mogura-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self.place, USER, USER)
        try:
            self._run("initdb", "-D", "data", "-U", USER, "-A", "trust", "-E", "UTF8",
                      "--locale=C.UTF-8", "--no-sync")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_reason) -> None:
        if (self.place / "data" / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.place, ignore_errors=True)

    def stop(self, how: str = "fast") -> None:
        """As an administrator does; what was committed is there again after a start()."""
        self._run("pg_ctl", "stop", "-m", how, "-D", "data")

    def kill_a_process(self, database: str, choose: Callable[[list[str]], str]) -> None:
        """Kills what serves one of the database's connections, as `kill -9` does, if there is
        any. PostgreSQL then ends all connections and recovers."""
        pids = self.ask("postgres", "SELECT pid FROM pg_stat_activity "
                        f"WHERE datname = '{database}' ORDER BY pid").split()
        try:
            if pids:
                os.kill(int(choose(pids)), signal.SIGKILL)
        except ProcessLookupError:
            pass  # it had ended

    def wait_until_idle(self, database: str) -> None:
        """Until it answers and nobody is connected: who has died may still be committing."""
        deadline = time.monotonic() + START_SECONDS
        connected = ("SELECT count(*) FROM pg_stat_activity "
                     f"WHERE datname = '{database}' AND backend_type = 'client backend'")
        while time.monotonic() < deadline:
            try:
                if self.ask("postgres", connected) == "0\n":
                    return
            except RuntimeError:
                pass  # it is recovering
            time.sleep(0.01)
        raise RuntimeError("PostgreSQL does not come to rest")

    def ask(self, database: str, statement: str) -> str:
        """Rows as lines, columns with `|` between them."""
        return self._run("psql", "-h", str(self.place), "-U", USER, "-d", database, "-XAtq",
                         "-v", "ON_ERROR_STOP=1", "-c", statement)

    def rows(self, database: str, select: str) -> list[dict]:
        found = self.ask(database, f"SELECT row_to_json(r) FROM ({select}) AS r")
        return [json.loads(line) for line in found.splitlines()]

    def create_database(self, name: str) -> None:
        self._run("createdb", "-h", str(self.place), "-U", USER, name)

    def properties(self, database: str) -> str:
        """The keys with which a server uses a database."""
        return (f"database.type = postgresql\ndatabase.host = {self.place}\n"
                f"database.user = {USER}\ndatabase.database = {database}\n")

    def _command(self, program: str, arguments: tuple[str, ...]) -> list[str]:
        folder = _programs()
        if not folder:
            raise RuntimeError("not installed: postgresql")
        become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
        return [*(become if os.geteuid() == 0 else []), str(folder / program), *arguments]

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(self._command(program, arguments), cwd=self.place, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{done.stdout}")
        return done.stdout

    def start(self) -> None:
        """Ready when it says so in its log."""
        settings = {**self.settings, "listen_addresses": "",
                    "unix_socket_directories": str(self.place)}
        options = tuple(word for pair in settings.items() for word in ("-c", "=".join(pair)))
        process = subprocess.Popen(self._command("postgres", ("-D", "data", *options)),
                                   cwd=self.place, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        ready, lines = threading.Event(), []

        def read_log() -> None:
            with process:
                for line in process.stderr:
                    if not ready.is_set():
                        lines.append(line)
                        if "ready to accept connections" in line:
                            ready.set()

        threading.Thread(target=read_log, daemon=True).start()
        if not ready.wait(START_SECONDS):
            process.kill()
            raise RuntimeError("PostgreSQL does not start:\n" + "".join(lines))
