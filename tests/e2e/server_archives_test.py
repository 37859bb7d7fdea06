"""Archives of projects that a server keeps in files: what becomes of them from push to deletion,
and when the server is killed in between."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import unittest
from pathlib import Path

from postgres import Postgres, is_installed
from project import wait_for
from server import ServerTest


class ArchivesTest(ServerTest):
    def setUp(self) -> None:
        super().setUp()
        self.archives = self.place / "archives"

    def start_with_files(self, *arguments: str) -> None:
        settings = {"archive.type": "local", "archive.local.path": self.archives}
        self.start_server(*arguments, *self.options(settings))

    @staticmethod
    def options(settings: dict) -> list[str]:
        return [word for key, value in settings.items() for word in ("-X", f"{key}={value}")]

    # What nobody has is erased within seconds.
    TIDY = {"archive.cleanup_after": "1s", "retention.interval": "1s"}

    def files(self) -> list[Path]:
        return sorted(self.archives.glob("*/*.tar.gz"))


class Files(ArchivesTest):
    def test_an_archive_is_run_and_downloaded_from_its_file(self) -> None:
        self.start_with_files("-o", str(self.place / "db"))
        self.write("w.dig", f"+a:\n  sh>: cat data > {self.place}/seen\n")
        data = self.write("data", "as pushed\n")
        self.ask("push", "shop", "-r", "r1")
        os.utime(data, (1, 1))
        pushed = self.ask("push", "shop", "-r", "r2").stdout
        self.assertIn("archive type: local", pushed)
        self.assertEqual(len(self.files()), 1, "the same files are the same archive")
        self.wait_for_attempt(self.start_attempt("shop", "w"))
        self.assertEqual((self.place / "seen").read_text(encoding="utf-8"), "as pushed\n")
        self.ask("download", "shop", "-o", str(self.place / "copy"))
        copy = self.place / "copy" / "data"
        self.assertEqual(copy.read_text(encoding="utf-8"), "as pushed\n")

    def test_the_file_of_a_deleted_project_goes(self) -> None:
        self.start_with_files("-m", *self.options({**self.TIDY, "retention.max_age": "1s"}))
        self.write("w.dig", "+a:\n  echo>: kept\n")
        self.ask("push", "kept", "-r", "r1")
        self.write("w.dig", "+a:\n  echo>: gone\n")
        self.ask("push", "gone", "-r", "r1")
        kept, gone = sorted(self.files(), key=lambda file: file.stat().st_mtime_ns)
        self.ask("delete", "gone", "--force")
        wait_for(lambda: not gone.exists(), "the file's end")
        self.assertTrue(kept.exists())
        self.ask("download", "kept", "-o", str(self.place / "copy"))

    def test_a_damaged_file_fails_tasks_until_it_is_pushed_again(self) -> None:
        self.start_with_files("-m", *self.options({"agent.archive_cache.max_bytes": 0,
                                                   "agent.workspace_cache.max_bytes": 0}))
        self.write("w.dig", f"+a:\n  sh>: echo ran >> {self.place}/runs\n")
        self.ask("push", "p", "-r", "r1")
        self.files()[0].write_bytes(b"half")
        attempt = self.start_attempt("p", "w")
        self.wait_for_attempt(attempt)
        tasks = self.get(f"/api/attempts/{attempt}/tasks").decode()
        self.assertIn("Archive of project id=1 revision='r1' is damaged", tasks)
        self.assertNotIn(str(self.archives), tasks)
        self.ask("push", "p", "-r", "r2")
        self.ask("retry", attempt, "--latest-revision", "--all")
        wait_for(lambda: (self.place / "runs").exists(), "the retry's command")


@unittest.skipUnless(is_installed(), "not installed: postgresql")
class KilledPush(ArchivesTest):
    def setUp(self) -> None:
        super().setUp()
        self.postgres = Postgres().__enter__()
        self.addCleanup(self.postgres.__exit__)
        self.postgres.create_database("mogura")
        self.config = self.place / "server.properties"
        self.config.write_text(self.postgres.properties("mogura"), encoding="utf-8")

    def hold_projects(self) -> None:
        """From now on nobody can store a push."""
        held = threading.Thread(target=lambda: self.ignoring_the_end(
            "BEGIN; LOCK TABLE projects IN EXCLUSIVE MODE; SELECT pg_sleep(600)"))
        held.start()
        self.addCleanup(held.join)
        self.addCleanup(self.release_projects)
        wait_for(lambda: self.postgres.ask("mogura", "SELECT count(*) FROM pg_locks WHERE granted "
                                           "AND mode = 'ExclusiveLock' AND relation = "
                                           "'projects'::regclass") == "1\n", "the lock")

    def ignoring_the_end(self, statement: str) -> None:
        try:
            self.postgres.ask("mogura", statement)
        except RuntimeError:
            pass

    def release_projects(self) -> None:
        self.postgres.ask("mogura", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                          "WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()")

    def test_leaves_no_file_for_ever(self) -> None:
        self.start_with_files("-c", str(self.config))
        self.write("w.dig", "+a:\n  echo>: kept\n")
        self.ask("push", "p", "-r", "r1")
        kept = self.files()[0]
        self.write("w.dig", "+a:\n  echo>: cut off\n")
        self.hold_projects()
        push = self.start("push", "p", "-r", "r2", "-e", self.endpoint, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
        wait_for(lambda: len(self.files()) == 2, "the second file")
        self.server.signal(signal.SIGKILL)
        push.wait()
        self.server.end()
        self.release_projects()
        (self.place / "runtime-info.json").unlink()
        self.start_with_files("-c", str(self.config), *self.options(self.TIDY))
        wait_for(lambda: self.files() == [kept], "the orphan's end")
        self.assertNotIn(b"r2", self.get("/api/projects/1/revisions"))
        self.ask("push", "p", "-r", "r2")
        self.ask("download", "p", "-r", "r2", "-o", str(self.place / "copy"))
