"""The databases that a server under chaos keeps its rows in, and how to look at them from
outside."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from postgres import Postgres


class SqliteDatabase:
    name = "sqlite"

    def __init__(self, place: Path) -> None:
        self._directory = place / "db"
        self._copy = place / "db-copy"

    def server_arguments(self) -> list[str]:
        return ["-o", str(self._directory)]

    def query(self, *selects: str) -> list[list[dict]] | None:
        """The rows of each, all from one moment; absent where there are no tables yet. The files
        are copied first: to open them is to repair them, which is the server's to do."""
        if not (self._directory / "mogura.db").exists():
            return None
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._directory, self._copy)
        (self._copy / "mogura.db-shm").unlink(missing_ok=True)
        connection = sqlite3.connect(self._copy / "mogura.db")
        connection.row_factory = sqlite3.Row
        try:
            found = connection.execute("SELECT count(*) FROM sqlite_schema "
                                       "WHERE name IN ('attempts', 'schedules')").fetchone()
            if found[0] < 2:
                return None
            return [[dict(row) for row in connection.execute(select)] for select in selects]
        finally:
            connection.close()

    def disturb(self, _random) -> None:
        """There is no process behind SQLite that could be killed."""

    def wait_until_ready(self) -> None:
        pass

    def close(self) -> None:
        pass


class PostgresDatabase:
    name = "postgres"
    _DATABASE = "chaos"

    def __init__(self, place: Path) -> None:
        self._postgres = Postgres().__enter__()
        self._postgres.create_database(self._DATABASE)
        self._properties = place / "server.properties"
        self._properties.write_text(self._postgres.properties(self._DATABASE), encoding="utf-8")

    def server_arguments(self) -> list[str]:
        return ["-c", str(self._properties)]

    def query(self, *selects: str) -> list[list[dict]] | None:
        """As SqliteDatabase.query(); the server is dead, so nothing changes meanwhile."""
        found = self._postgres.ask(self._DATABASE, "SELECT to_regclass('attempts') IS NOT NULL "
                                   "AND to_regclass('schedules') IS NOT NULL")
        if found != "t\n":
            return None
        return [self._postgres.rows(self._DATABASE, select) for select in selects]

    def disturb(self, random) -> None:
        self._postgres.kill_a_process(self._DATABASE, random.choice)

    def wait_until_ready(self) -> None:
        self._postgres.wait_until_idle(self._DATABASE)

    def close(self) -> None:
        self._postgres.__exit__()


DATABASES = {kind.name: kind for kind in (SqliteDatabase, PostgresDatabase)}
