"""A PostgreSQL of the test's own, in a temporary directory and behind a socket in it.

PostgreSQL refuses to run as root; then it runs as the user `postgres`, who comes with its package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

START_SECONDS = 30
USER = "postgres"


def _programs() -> Path | None:
    """The newest version's folder; Debian keeps it off the PATH."""
    versions = [found.parent for found in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda folder: int(folder.parent.name), default=None)


def is_installed() -> bool:
    return _programs() is not None


class Postgres:
    """Serves within a `with` statement. Nothing of it is left behind."""

    def __enter__(self) -> Postgres:
        self.place = Path(tempfile.mkdtemp(prefix="mogura-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self.place, USER, USER)
        try:
            self._run("initdb", "-D", "data", "-U", USER, "-A", "trust", "-E", "UTF8",
                      "--locale=C.UTF-8", "--no-sync")
            self._serve()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_reason) -> None:
        if (self.place / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-m", "immediate", "-D", "data")
        shutil.rmtree(self.place, ignore_errors=True)

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

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(self._command(program, arguments), cwd=self.place, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{done.stdout}")

    def _serve(self) -> None:
        """Ready when it says so in its log."""
        settings = {"listen_addresses": "", "fsync": "off", "max_connections": "400",
                    "shared_buffers": "32MB", "unix_socket_directories": str(self.place)}
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
