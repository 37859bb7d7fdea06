"""`mogura scheduler`: starts workflows at their times, follows edits, ends when it is told to."""

from __future__ import annotations

import signal

from project import ProjectTest, Running, wait_for


class Scheduler(ProjectTest):
    def start_scheduler(self, *arguments: str) -> Running:
        running = self.start_running("scheduler", *arguments)
        wait_for(lambda: "Added new revision 1" in running.stderr or
                 running.process.poll() is not None, "its start")
        return running

    def lines(self, name: str) -> list[str]:
        path = self.project / name
        return path.read_text().splitlines() if path.exists() else []

    def write_ticking(self, word: str) -> None:
        self.write("tick.dig", f"""
            schedule: {{seconds_interval>: 1}}
            +a: {{sh>: echo "{word} $session_unixtime" >> ticks}}
            """)

    def test_runs_every_second_reloads_and_ends(self) -> None:
        self.write_ticking("first")
        running = self.start_scheduler()
        wait_for(lambda: len(self.lines("ticks")) >= 2, "two sessions")
        times = [int(line.split()[1]) for line in self.lines("ticks")]
        self.assertEqual(times, sorted(set(times)), "each session once")
        # A broken file is told about, and the workflows stay as they were.
        self.write("broken.dig", "+a: [\n")
        wait_for(lambda: "Failed to reload" in running.stderr, "the complaint")
        self.assertIn("broken.dig", running.stderr)
        before = len(self.lines("ticks"))
        wait_for(lambda: len(self.lines("ticks")) > before, "a session in spite of it")
        # An edit takes its place.
        (self.project / "broken.dig").unlink()
        self.write_ticking("second")
        wait_for(lambda: "Added new revision 2" in running.stderr, "the edit")
        self.assertIn("(revision-auto-reloader-0)", running.stderr)
        self.assertIn("(scheduler-0)", running.stderr)
        wait_for(lambda: any(line.startswith("second") for line in self.lines("ticks")),
                 "a session of the edited workflow")
        running.signal(signal.SIGTERM)
        self.assertEqual(running.end().status, 128 + signal.SIGTERM, running.stderr)
        self.assert_nothing_runs()

    def test_tells_which_session_was_executed_before(self) -> None:
        self.write("tick.dig", """
            timezone: Asia/Tokyo
            schedule: {seconds_interval>: 1}
            +a: {sh>: echo "$session_time $last_executed_session_time" >> ticks}
            """)
        self.start_scheduler()
        wait_for(lambda: len(self.lines("ticks")) >= 3, "three sessions")
        sessions = [line.split() for line in sorted(self.lines("ticks"))]
        self.assertEqual(len(sessions[0]), 1, "none before the first")
        for before, session in zip(sessions, sessions[1:3]):
            self.assertEqual(session[1], before[0])
        self.assertIn("+09:00", sessions[1][1])

    def test_waits_for_what_runs_and_ends_at_once_when_told_twice(self) -> None:
        self.write("slow.dig", """
            schedule: {seconds_interval>: 1}
            +a: {sh>: echo started; touch started; sleep 600}
            """)
        running = self.start_scheduler()
        wait_for(lambda: (self.project / "started").exists(), "a session")
        running.signal(signal.SIGTERM)
        wait_for(lambda: "Waiting for completion of" in running.stderr, "the answer")
        running.signal(signal.SIGTERM)
        self.assertEqual(running.end().status, 128 + signal.SIGTERM)
        self.assert_nothing_runs()

    def test_killed_leaves_nothing(self) -> None:
        self.write("slow.dig", """
            schedule: {seconds_interval>: 1}
            +a: {sh>: touch started; sleep 600}
            """)
        running = self.start_scheduler()
        wait_for(lambda: (self.project / "started").exists(), "a session")
        running.signal(signal.SIGKILL)
        running.end()
        self.assert_nothing_runs()

    def test_refuses_schedules_that_are_wrong(self) -> None:
        for schedule, message in {
            "{dayly>: 07:00:00}": "Unknown scheduler type: dayly",
            "{seconds_interval>: 0}": "seconds_interval",
            '{cron>: "0 0 30 2 *"}': "0 0 30 2 *",
            "{daily>: 7}": "daily> scheduler requires hh:mm:ss format: 7",
            "{daily>: 07:00:00, skip: 1}": "Parameter 'skip' is not used at schedule.",
        }.items():
            with self.subTest(schedule):
                self.write("w.dig", f"schedule: {schedule}\n+a:\n  echo>: x\n")
                ran = self.run_program("scheduler", seconds=20)
                self.assertEqual(ran.status, 1)
                self.assertIn(message, ran.stderr)
