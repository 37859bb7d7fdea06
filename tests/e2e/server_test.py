"""`mogura server`: keeps what it was given, ends when it is told to, and goes on where it was."""

from __future__ import annotations

import json
import signal

from project import ProjectTest, Running, wait_for


class ServerLife(ProjectTest):
    def start_server(self, *arguments: str, name: str = "mogura") -> Running:
        info = self.place / "info.json"
        info.unlink(missing_ok=True)
        server = self.start_running("server", "-n", "0", *arguments, "-X",
                                    f"server.runtime-info.path={info}", name=name)
        wait_for(lambda: info.exists() or server.process.poll() is not None, "the server's start")
        self.assertIsNone(server.process.poll(), server.stderr)
        address = json.loads(info.read_text())["local_addresses"][0]
        self.endpoint = f"{address['host']}:{address['port']}"
        return server

    def ask(self, *arguments: str) -> str:
        ran = self.run_program(*arguments, "-e", self.endpoint)
        self.assertEqual(ran.status, 0, ran.stderr)
        return ran.stdout

    def statuses(self) -> list[str]:
        found = json.loads(self.ask("attempts", "--json"))["attempts"]
        return [attempt["status"] for attempt in reversed(found)]

    def start_holding(self) -> None:
        """An attempt that runs until there is a file `go`."""
        go = self.place / "go"
        self.write("main.dig", f"""
            +a: {{sh>: "touch {self.place}/begun; until test -e {go}; do sleep 0.05; done"}}
            +b: {{echo>: done}}
            """)
        self.ask("push", "p")
        self.ask("start", "p", "main", "--session", "2030-01-01")
        wait_for((self.place / "begun").exists, "the task")

    def test_waits_for_tasks_then_ends(self) -> None:
        server = self.start_server("-m", name="digdag")
        self.start_holding()
        server.signal(signal.SIGTERM)
        wait_for(lambda: "Waiting for completion of 1 running tasks..." in server.stdout,
                 "the wait")
        self.assertEqual(self.statuses(), ["running"], "it answers meanwhile")
        (self.place / "go").touch()
        ended = server.end()
        self.assertEqual(ended.status, 128 + signal.SIGTERM, ended.stdout)
        self.assertIn("Shutdown completed", ended.stdout)
        self.assert_nothing_runs()

    def test_goes_on_after_being_killed(self) -> None:
        server = self.start_server()
        self.assertIn(f"everything is kept in {self.project}/.mogura", server.stderr)
        self.start_holding()
        server.signal(signal.SIGKILL)
        server.end()
        (self.place / "go").touch()
        self.start_server()
        wait_for(lambda: self.statuses() == ["success"], "the attempt's end")
        self.assertIn("done", self.ask("log", "1"))

    def test_ends_tasks_that_take_too_long(self) -> None:
        server = self.start_server("-X", "agent.stop_timeout=1s")
        self.start_holding()
        server.signal(signal.SIGTERM)
        self.assertEqual(server.end().status, 128 + signal.SIGTERM)
        self.assert_nothing_runs()
        (self.place / "go").touch()
        self.start_server()
        wait_for(lambda: self.statuses() == ["success"], "another run of the task")

    def test_goes_on_in_new_log_files_after_a_hangup(self) -> None:
        log, access_log = self.place / "server.log", self.place / "accesses" / "access.log"
        server = self.start_server("-m", "-L", str(log), "-A", str(access_log.parent))
        self.ask("projects")
        old = [path.rename(f"{path}.old") for path in (log, access_log)]
        server.signal(signal.SIGHUP)
        wait_for(log.exists, "a new file")
        self.start_holding()
        self.assertIn("Starting a new session", log.read_text())
        wait_for(lambda: access_log.exists() and "/api/attempts" in access_log.read_text(),
                 "an access")
        for path in old:
            self.assertNotEqual(path.read_text(), "")
            self.assertNotIn("new session", path.read_text())
            self.assertNotIn("/api/attempts", path.read_text())

    def test_begins_no_task_while_it_stops(self) -> None:
        server = self.start_server()
        go, begun = self.place / "go", self.place / "begun"
        self.write("main.dig", f"""
            +a: {{sh>: "touch {begun}; until test -e {go}; do sleep 0.05; done"}}
            +b: {{sh>: "touch {self.place}/b"}}
            """)
        self.ask("push", "p")
        self.ask("start", "p", "main", "--session", "2030-01-01")
        wait_for(begun.exists, "the task")
        server.signal(signal.SIGTERM)
        wait_for(lambda: "Waiting for completion of 1 running tasks..." in server.stderr,
                 "the wait")
        go.touch()
        server.end()
        self.assertFalse((self.place / "b").exists())
        begun.unlink()
        self.start_server()
        wait_for(lambda: self.statuses() == ["success"], "the attempt's end")
        self.assertFalse(begun.exists(), "what ended well does not run again")

    def test_cancels_an_attempt_that_takes_too_long(self) -> None:
        notice = self.place / "notice"
        self.start_server("-m", "-X", "executor.attempt_ttl=1s", "-X", "notification.type=shell",
                          "-X", f"notification.shell.command=cat > {notice}")
        self.start_holding()
        wait_for(lambda: self.statuses() == ["killed"], "the attempt's end")
        self.assertEqual(json.loads(notice.read_text())["message"], "Workflow execution timeout")
        self.assertNotIn("sleep", self.processes().values())

    def test_names_unknown_settings(self) -> None:
        server = self.start_server("-m", "-X", "schedule.enable=false")
        self.assertIn("Unknown setting: schedule.enable (schedule.enabled?)", server.stderr)

    def test_backfills_one_session_after_the_other(self) -> None:
        self.start_server("-m")
        self.write("main.dig", f"""
            schedule: {{daily>: "00:00:00"}}
            +a: {{sh>: "echo begin $session_date >> {self.place}/order; sleep 0.2;
                 echo end $session_date >> {self.place}/order"}}
            """)
        self.ask("push", "p", "--schedule-from", "2030-05-04 00:00:00 +0000")
        self.ask("backfill", "p", "main", "--from", "2030-05-01")
        wait_for(lambda: self.statuses() == ["success"] * 3, "the backfill")
        self.assertEqual((self.place / "order").read_text().split("\n")[:-1],
                         [f"{what} 2030-05-0{day}" for day in (1, 2, 3)
                          for what in ("begin", "end")])

    def test_start_can_wait_for_the_end(self) -> None:
        self.start_server("-m")
        self.write("good.dig", "+a: {sh>: sleep 0.3}\n")
        self.write("bad.dig", "+a: {fail>: no}\n")
        self.ask("push", "p")
        said = self.ask("start", "p", "good", "--session", "now", "--wait")
        self.assertIn("Attempt 1 of session 1: success", said)
        ran = self.run_program("start", "p", "bad", "--session", "now", "--wait", "-e",
                               self.endpoint)
        self.assertEqual(ran.status, 1)
        self.assertIn("Attempt 2 of session 2: error\n  +bad+a: no\n", ran.stdout)
        self.assertIn("Go on from here: mogura retry 2 --latest-revision --resume\n", ran.stdout)
        ran = self.run_program("retry", "2", "--keep-revision", "--all", "--wait", "--json", "-e",
                               self.endpoint)
        self.assertEqual(ran.status, 1)
        self.assertEqual(json.loads(ran.stdout)["status"], "error")

    def test_runs_as_many_tasks_at_a_time_as_it_may(self) -> None:
        self.start_server("-m", "-X", "queue.db.max_concurrency=2")
        self.write("main.dig", f"""
            _parallel: true
            +a: {{sh>: sh busy.sh}}
            +b: {{sh>: sh busy.sh}}
            +c: {{sh>: sh busy.sh}}
            +d: {{sh>: sh busy.sh}}
            """)
        busy = self.place / "busy"
        busy.mkdir()
        self.write("busy.sh", f"""
            touch {busy}/$$
            ls {busy} | wc -l >> {self.place}/counts
            sleep 0.3
            rm {busy}/$$
            """)
        self.ask("push", "p")
        self.ask("start", "p", "main", "--session", "2030-01-01")
        wait_for(lambda: self.statuses() == ["success"], "the attempt's end")
        counts = [int(count) for count in (self.place / "counts").read_text().split()]
        self.assertEqual((len(counts), max(counts)), (4, 2))
