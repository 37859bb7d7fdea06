"""Each project of examples/ is checked and run, and must print what it is an example of."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import threading
import unittest
from pathlib import Path

from project import ProjectTest, Ran

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


class ExampleTest(ProjectTest):
    """A copy of the example `name`, to run its workflows in."""

    name = ""

    def setUp(self) -> None:
        super().setUp()
        if self.name:
            shutil.copytree(EXAMPLES / self.name, self.project, dirs_exist_ok=True)

    def run_workflow(self, *arguments: str, workflow: str = "", **options) -> Ran:
        """Runs the example's workflow to its success."""
        ran = self.run_program("run", f"{workflow or self.name}.dig", *arguments, **options)
        self.assertEqual(ran.status, 0, ran.stderr)
        return ran


class AllExamples(unittest.TestCase):
    def test_are_run_by_a_test(self) -> None:
        projects = {path.parent.name for path in EXAMPLES.glob("*/*.dig")}
        self.assertEqual(projects, {test.name for test in ExampleTest.__subclasses__()})

    def test_are_explained_in_a_few_lines(self) -> None:
        index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
        for project in EXAMPLES.glob("*/"):
            with self.subTest(project.name):
                lines = (project / "README.md").read_text(encoding="utf-8").splitlines()
                self.assertLessEqual(len(lines), 8)
                self.assertIn(f"({project.name})", index)

    def test_are_free_of_traps(self) -> None:
        for project in EXAMPLES.glob("*/"):
            with self.subTest(project.name):
                test = ExampleTest()
                test.setUp()
                self.addCleanup(test.doCleanups)
                ran = test.run_program("check", "--strict", "--project", str(project))
                self.assertEqual(ran.status, 0, ran.stdout + ran.stderr)


class Hello(ExampleTest):
    name = "hello"

    def test_greets(self) -> None:
        ran = self.run_workflow("--session", "2024-03-05")
        self.assertEqual(ran.stdout.splitlines(), [
            "Hello from +hello+greet, on 2024-03-05.", "here is hello.dig", "That was all."])


class ParallelLoads(ExampleTest):
    name = "parallel_loads"

    def test_loads_all_tables_and_then_reports(self) -> None:
        ran = self.run_workflow("--session", "2024-03-05")
        *loads, customers, orders, visits, total = ran.stdout.splitlines()
        self.assertEqual(sorted(loads), [f"{table}: loading for 2024-03-05"
                                         for table in ("customers", "orders", "visits")])
        self.assertIn("3 loaded/2024-03-05/customers.csv", customers)
        self.assertIn("9 total", total)

    def test_has_nothing_left_to_do_when_called_again(self) -> None:
        self.run_workflow("--session", "2024-03-05")
        self.assertEqual(self.run_workflow("--session", "2024-03-05").stdout, "")
        self.assertIn("9 total", self.run_workflow("--session", "2024-03-05", "--rerun").stdout)


class RetryAndErrorMail(ExampleTest):
    name = "retry_and_error_mail"

    def test_retries_and_sends_a_mail_about_the_failure(self) -> None:
        peer = ROOT / "src/net/testing/smtp_peer.py"
        sink = subprocess.Popen(["/usr/bin/python3", peer, "plain"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(sink.communicate)
        port, _certificate = (sink.stdout.readline().strip() for _ in range(2))
        if port == "no aiosmtpd":
            self.skipTest("not installed: python3-aiosmtpd")
        ran = self.run_program("run", "retry_and_error_mail.dig", "--session", "2024-03-05",
                               "-p", "smtp_host=127.0.0.1", "-p", f"smtp_port={port}")
        self.assertEqual(ran.status, 1)
        self.assertEqual(ran.stdout, "the server is busy\n" * 2 + "fetched\n" +
                         "customers.csv - no such file\n")
        self.assertIn("+retry_and_error_mail+load\n    Command failed with code 3", ran.stderr)
        mail = sink.communicate()[0].splitlines()
        self.assertIn("to operator@example.com", mail)
        self.assertIn("header Subject: [workflows] 2024-03-05 failed", mail)
        self.assertTrue(any("Command failed with code 3" in line for line in mail), mail)


class ParamsBetweenLanguages(ExampleTest):
    name = "params_between_languages"

    def test_hands_values_from_shell_to_python_to_ruby(self) -> None:
        if not shutil.which("ruby"):
            self.skipTest("not installed: ruby")
        self.assertEqual(self.run_workflow().stdout, "3 prices, mean 5.0, dearest 8\n")


class LoopsOverDates(ExampleTest):
    name = "loops_over_dates"

    def test_goes_through_days_lists_and_ranges(self) -> None:
        # The night before that Monday, clocks in New York went forward.
        ran = self.run_workflow("--session", "2024-03-11")
        self.assertEqual(ran.stdout.splitlines(), [
            "load the partition 2024-03-10",
            "load the partition 2024-03-09",
            "load the partition 2024-03-08",
            "east 2024-01 has 31 days",
            "west 2024-01 has 31 days",
            "east 2024-02 has 29 days",
            "west 2024-02 has 29 days",
            "copy the ids 0 to 249",
            "copy the ids 250 to 499",
            "copy the ids 500 to 749",
            "copy the ids 750 to 999",
        ])


class ConditionalBranches(ExampleTest):
    name = "conditional_branches"

    def test_decides_by_the_rows_and_the_day(self) -> None:
        for session, lines in {
            "2024-03-05": ["100 rows"],
            "2024-03-06": ["nothing came in"],
            "2024-04-01": ["100 rows", "weekly report", "archive the week", "quarterly report"],
        }.items():
            with self.subTest(session):
                ran = self.run_workflow("--session", session)
                self.assertEqual(ran.stdout.splitlines(), lines)


class CallOtherFiles(ExampleTest):
    name = "call_other_files"

    def test_runs_the_tasks_of_the_called_files(self) -> None:
        self.assertEqual(self.run_workflow().stdout.splitlines(), [
            "copied 120 rows of visits", "copied 14 rows of orders", "a report for everyone"])

    def test_runs_a_called_file_alone(self) -> None:
        self.assertEqual(self.run_workflow(workflow="report").stdout, "a report for everyone\n")


class Include(ExampleTest):
    name = "include"

    def test_merges_the_files(self) -> None:
        self.assertEqual(self.run_workflow("--session", "2024-03-05").stdout.splitlines(), [
            "load warehouse on db.example.com:5432 in batches of 50000",
            "vacuum warehouse every 5 minutes",
            "2024-03-05 is done"])


class Embulk(ExampleTest):
    name = "embulk"

    # Does what the configuration says, for this one input and output; fails the first time.
    FAKE = """
        #!/usr/bin/env python3
        import json, pathlib, sys
        assert sys.argv[1] == "run"
        if not pathlib.Path("tried").exists():
            pathlib.Path("tried").touch()
            sys.exit("embulk: try again")
        config = json.load(open(sys.argv[2]))
        rows = pathlib.Path(config["in"]["path_prefix"] + ".csv").read_text()
        out = config["out"]
        pathlib.Path(out["path_prefix"] + out["sequence_format"] + out["file_ext"]).write_text(rows)
        """

    def test_loads_the_file_of_the_day(self) -> None:
        self.write("bin/embulk", self.FAKE).chmod(0o755)
        path = f"{self.project / 'bin'}:{os.environ['PATH']}"
        ran = self.run_workflow("--session", "2024-03-05", env=self.environment(PATH=path))
        self.assertEqual(ran.stdout, "embulk: try again\n1,/home\n2,/prices\n")


class Schedules(ExampleTest):
    name = "schedules"

    def test_are_listed_with_their_next_runs(self) -> None:
        ran = self.run_program("check")
        self.assertEqual(ran.status, 0, ran.stderr)
        self.assertIn("Schedules (3 entries)", ran.stdout)
        self.assertEqual(len(re.findall(r" 07:00:00 \+0[12]00 ", ran.stdout)), 5)  # in Paris
        self.assertIn("next runs (America/New_York):", ran.stdout)

    def test_tell_the_session_before(self) -> None:
        ran = self.run_workflow("--session", "2024-04-01", workflow="daily")
        self.assertEqual(ran.stdout, "load 2024-03-31 until 2024-04-01\n")

    def test_give_the_latest_session(self) -> None:
        ran = self.run_workflow("--session", "schedule", workflow="ticks")
        self.assertRegex(ran.stdout, r"^tick \d\d:\d0\n$")


class Secrets(ExampleTest):
    name = "secrets"

    def test_reach_the_command(self) -> None:
        kept = self.run_program("secrets", "--local", "--set", "signing.key=orange")
        self.assertEqual(kept.status, 0, kept.stderr)
        ran = self.run_workflow("--session", "2024-03-05")
        self.assertEqual(ran.stdout, "99e1c0c32d3d1bd2\n")

    def test_are_missed_by_name(self) -> None:
        ran = self.run_program("run", "secrets.dig")
        self.assertEqual(ran.status, 1)
        self.assertIn("Secret not found for key: 'signing.key'", ran.stderr)


class Http(ExampleTest):
    name = "http"

    def test_reads_documents_and_runs_tasks_of_a_server(self) -> None:
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_arguments) -> None:
                pass

        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(self.project / "site")))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        ran = self.run_workflow("-p", f"port={server.server_port}", "--session", "2024-03-05")
        self.assertEqual(ran.stdout.splitlines(), [
            "one euro is 1.25 dollars",
            "the first task of the server",
            "the session of 2024-03-05"])
