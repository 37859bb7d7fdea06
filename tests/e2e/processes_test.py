"""The commands of tasks: they end when the run ends, however it ends, and nothing that they do
harms the program."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time

import suite
from project import ProjectTest, Running, wait_for

MAX_MEMORY_KB = 64 * 1024


class Interrupts(ProjectTest):
    """Ctrl-C and its relatives in each phase of a run."""

    def assert_interrupted(self, running: Running, number: int = signal.SIGINT) -> None:
        ran = running.end()
        self.assertEqual(ran.status, 128 + number, ran.stderr)
        self.assertIn("Interrupted after", ran.stderr)
        self.assert_nothing_runs()

    def test_while_the_project_is_loaded(self) -> None:
        os.mkfifo(self.project / "params.yml")
        self.write("w.dig", "+a:\n  echo>: never\n")
        running = self.start_running("run", "w.dig", "-P", "params.yml")
        # The file opens for writing once the program waits for what is in it.
        with open(self.project / "params.yml", "w", encoding="utf-8"):
            running.signal(signal.SIGINT)
            ran = running.end()
        self.assertIn(ran.status, (128 + signal.SIGINT, -signal.SIGINT))
        self.assertEqual(ran.stdout, "")
        self.assertFalse((self.project / ".digdag").exists())

    def test_while_a_command_runs(self) -> None:
        self.write("w.dig", """
            +first: {sh>: echo first}
            +second: {sh>: echo started; sleep 600}
            +third: {echo>: never}
            """)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal.Signals(number).name):
                running = self.start_running("run", "w.dig", "--rerun")
                running.wait_for_output("started\n")
                running.signal(number)
                self.assert_interrupted(running, number)
                self.assertEqual(running.stdout, "first\nstarted\n")
                resume = re.search(r"Go on from here: mogura (.*)\n", running.stderr)
                self.assertIsNotNone(resume, running.stderr)

    def test_and_going_on_with_the_command_that_it_names(self) -> None:
        self.write("w.dig", """
            +first: {sh>: echo first}
            +second: {sh>: "test -e go || { echo started; sleep 600; }"}
            +third: {echo>: third}
            """)
        running = self.start_running("run", "w.dig", "--session", "2024-03-05")
        running.wait_for_output("started\n")
        running.signal(signal.SIGINT)
        self.assert_interrupted(running)
        self.write("go", "")
        resume = re.search(r"Go on from here: mogura (.*)\n", running.stderr)[1]
        words = subprocess.run(["sh", "-c", f"printf '%s\\n' {resume}"], check=True, text=True,
                               capture_output=True).stdout.splitlines()
        ran = self.run_program(*words)
        self.assertEqual((ran.status, ran.stdout), (0, "third\n"), ran.stderr)

    def test_while_many_commands_run(self) -> None:
        self.write("w.dig", """
            +many:
              loop>: 20
              _parallel: true
              _do: {sh>: echo started; sleep 600}
            """)
        running = self.start_running("run", "w.dig")
        wait_for(lambda: running.stdout.count("started") == 20, "the start of all")
        running.signal(signal.SIGINT)
        self.assert_interrupted(running)

    def test_while_nothing_but_time_passes(self) -> None:
        for options in ("", "  blocking: true\n"):
            with self.subTest(options):
                self.write("w.dig", "+a:\n  wait>: 600s\n" + options)
                running = self.start_running("run", "w.dig", "--rerun")
                wait_for(lambda: "wait>: 600s" in running.stderr, "the wait")
                running.signal(signal.SIGINT)
                self.assert_interrupted(running)

    def test_while_a_retry_is_due(self) -> None:
        self.write("w.dig", "+a:\n  sh>: echo tried; exit 1\n  _retry: {limit: 3, interval: 600}\n")
        running = self.start_running("run", "w.dig")
        wait_for(lambda: "Task failed, retrying" in running.stderr, "the retry")
        running.signal(signal.SIGINT)
        self.assert_interrupted(running)
        self.assertEqual(running.stdout, "tried\n")

    def test_twice_ends_at_once(self) -> None:
        self.write("w.dig", "+a:\n  sh>: trap '' TERM; echo started; sleep 600\n")
        running = self.start_running("run", "w.dig")
        running.wait_for_output("started\n")
        running.signal(signal.SIGINT)
        wait_for(lambda: "once more to end at once" in running.stderr, "the first one's answer")
        running.signal(signal.SIGINT)
        self.assertEqual(running.end().status, 130)
        self.assert_nothing_runs()

    def test_at_any_moment_of_a_busy_run(self) -> None:
        self.write("w.dig", """
            +loop:
              loop>: 300
              _do: {sh>: echo $i >> ran}
            +end: {echo>: never}
            """)
        for lines in (1, 7, 30):
            with self.subTest(lines):
                (self.project / "ran").unlink(missing_ok=True)
                running = self.start_running("run", "w.dig", "--rerun")
                wait_for(lambda: (self.project / "ran").exists() and
                         len((self.project / "ran").read_text().splitlines()) >= lines, "rounds")
                running.signal(signal.SIGINT)
                self.assert_interrupted(running)
                self.assertNotIn("never", running.stdout)
        ran = self.run_program("run", "w.dig")
        self.assertEqual(ran.status, 0, ran.stderr)
        rounds = (self.project / "ran").read_text().split()
        self.assertEqual(sorted(map(int, set(rounds))), list(range(300)), "each round ran")
        self.assertLessEqual(len(rounds), 301, "none but the interrupted one ran twice")


class Stopped(ProjectTest):
    """A run that Ctrl-Z or a closed laptop stopped for longer than a lease of servers lasts."""

    STOPPED_SECONDS = 11

    def test_it_goes_on_where_it_was(self) -> None:
        os.mkfifo(self.project / "go")
        self.write("w.dig", "+a: {sh>: echo started; read line < go; echo $line}")
        running = self.start_running("run", "w.dig")
        running.wait_for_output("started\n")
        running.signal(signal.SIGSTOP)
        time.sleep(self.STOPPED_SECONDS)
        running.signal(signal.SIGCONT)
        self.write("go", "on\n")
        ran = running.end()
        self.assertEqual((ran.status, ran.stdout), (0, "started\non\n"), ran.stderr)


class StubbornCommand(ProjectTest):
    def test_that_ignores_sigterm_is_killed_after_a_while(self) -> None:
        self.write("w.dig", "+a:\n  sh>: trap '' TERM; echo started; sleep 600; sleep 600\n")
        running = self.start_running("run", "w.dig")
        running.wait_for_output("started\n")
        running.signal(signal.SIGINT)
        ran = running.end(30)
        self.assertEqual(ran.status, 130)
        self.assertIn("Command failed with code 137", ran.stderr)
        self.assert_nothing_runs()


class EndsOfCommands(ProjectTest):
    def test_nothing_outlives_a_program_that_was_killed(self) -> None:
        self.write("w.dig", """
            +many:
              loop>: 5
              _parallel: true
              _do: {sh>: "trap '' TERM HUP INT; echo started; sleep 600 & sleep 600"}
            """)
        running = self.start_running("run", "w.dig")
        wait_for(lambda: running.stdout.count("started") == 5, "the start of all")
        running.signal(signal.SIGKILL)
        running.end()
        self.assert_nothing_runs()

    def test_a_program_that_was_killed_has_saved_what_was_done(self) -> None:
        self.write("w.dig", """
            +first: {sh>: echo first}
            +second: {sh>: "test -e go || { echo started; sleep 600; }"}
            """)
        running = self.start_running("run", "w.dig")
        running.wait_for_output("started\n")
        wait_for(lambda: list(self.project.glob(".digdag/status/*/+w+first.yml")), "the state")
        running.signal(signal.SIGKILL)
        running.end()
        self.assert_nothing_runs()
        self.write("go", "")
        ran = self.run_program("run", "w.dig")
        self.assertEqual((ran.status, ran.stdout), (0, ""), ran.stderr)

    def test_a_command_that_dies_by_a_signal_fails_the_task(self) -> None:
        self.write("w.dig", "+a:\n  sh>: kill -9 $$$$\n")  # a template's $$ is $
        ran = self.run_program("run", "w.dig")
        self.assertEqual(ran.status, 1)
        self.assertIn("Command failed with code 137", ran.stderr)

    def test_a_command_that_reads_gets_nothing(self) -> None:
        self.write("w.dig", "+a:\n  sh>: cat; echo end\n")
        ran = self.run_program("run", "w.dig")
        self.assertEqual((ran.status, ran.stdout), (0, "end\n"), ran.stderr)

    def test_output_of_what_stays_in_the_background_belongs_to_the_task(self) -> None:
        self.write("w.dig", "+a:\n  sh>: (sleep 0.2; echo late) & echo early\n+b:\n  echo>: b\n")
        ran = self.run_program("run", "w.dig")
        self.assertEqual((ran.status, ran.stdout), (0, "early\nlate\nb\n"), ran.stderr)

    def test_a_command_that_is_missing_fails_the_task(self) -> None:
        self.write("w.dig", "+a:\n  sh>: ./lost\n+b:\n  echo>: b\n_error:\n  echo>: told\n")
        ran = self.run_program("run", "w.dig")
        self.assertEqual(ran.status, 1)
        self.assertIn("told\n", ran.stdout)
        self.assertIn("Command failed with code 127", ran.stderr)
        self.assertIn("| ", ran.stderr, "the last lines of output")

    def test_temporary_files_are_gone(self) -> None:
        self.write("w.dig", "+a:\n  sh>: exit 1\n_error:\n  py>: x.f\n  python: python3\n")
        self.write("x.py", "def f():\n    pass\n")
        self.assertEqual(self.run_program("run", "w.dig").status, 1)
        self.assertEqual(list((self.project / ".digdag/tmp").iterdir()), [])


class Output(ProjectTest):
    def peak_memory_kb(self, *arguments: str) -> tuple[int, int, str]:
        """Runs the program with its output counted: bytes, peak memory, standard error."""
        if suite.program().parent.name in ("asan", "tsan"):
            self.skipTest("the memory is the sanitizer's")
        count = [0]

        def read(stream) -> None:
            while chunk := stream.read1(1 << 20):
                count[0] += len(chunk)

        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as stream:
            reader = threading.Thread(target=read, args=(stream,))
            reader.start()
            errors = (self.place / "stderr").open("wb")
            with errors:
                process = self.start(*arguments, stdout=writing, stderr=errors)
                os.close(writing)
                _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            reader.join()
        self.assertEqual(process.returncode, 0)
        return count[0], usage.ru_maxrss, (self.place / "stderr").read_text()

    def test_of_a_gigabyte_without_a_line_end_needs_little_memory(self) -> None:
        self.write("w.dig", "+a:\n  sh>: head -c 1000000000 /dev/zero\n")
        count, memory, _ = self.peak_memory_kb("run", "w.dig")
        self.assertEqual(count, 1_000_000_000)
        self.assertLess(memory, MAX_MEMORY_KB)

    def test_of_many_megabytes_into_a_task_log_needs_little_memory(self) -> None:
        self.write("w.dig", "+a:\n  sh>: head -c 50000000 /dev/zero | tr '\\0' x\n")
        count, memory, _ = self.peak_memory_kb("run", "w.dig", "-O", "logs")
        self.assertEqual(count, 50_000_000)
        self.assertLess(memory, MAX_MEMORY_KB)
        log, = (self.project / "logs").rglob("*.log.gz")
        unpacked = subprocess.run(["gzip", "-dc", log], capture_output=True, check=True).stdout
        self.assertEqual(max(map(len, unpacked.splitlines())), 50_000_000)

    def test_that_is_no_text_passes_unchanged(self) -> None:
        self.write("w.dig", "+a:\n  sh>: printf 'caf\\351 \\377\\376 \\000 \\303\\244\\n'\n")
        process = self.start("run", "w.dig", stdout=subprocess.PIPE, text=False)
        stdout, _ = process.communicate(timeout=60)
        self.assertEqual(stdout, b"caf\xe9 \xff\xfe \0 \xc3\xa4\n")

    def test_that_is_no_text_does_not_break_the_report_of_a_failure(self) -> None:
        self.write("w.dig", "+a:\n  sh>: printf 'caf\\351 \\377\\n\\033[31mred\\n'; exit 3\n")
        process = self.start("run", "w.dig", text=False)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        stderr.decode("utf-8")  # which would fail
        self.assertIn("| caf\ufffd \ufffd".encode(), stderr)

    def test_invalid_text_in_a_file_is_replaced(self) -> None:
        (self.project / "w.dig").write_bytes(b"+a:\n  echo>: caf\xe9\n")
        ran = self.run_program("run", "w.dig")
        self.assertEqual((ran.status, ran.stdout), (0, "caf\ufffd\n"), ran.stderr)

    def test_whose_reader_goes_away_does_not_end_the_run(self) -> None:
        self.write("w.dig", """
            +a: {sh>: yes | head -c 1000000}
            +b: {sh>: touch ran}
            """)
        process = self.start("run", "w.dig")
        process.stdout.close()
        process.stderr.read()
        self.assertEqual(process.wait(60), 0)
        self.assertTrue((self.project / "ran").exists())

    def test_to_a_full_device_does_not_end_the_run(self) -> None:
        self.write("w.dig", "+a:\n  sh>: echo lost\n+b:\n  sh>: touch ran\n")
        with open("/dev/full", "wb") as full:
            process = self.start("run", "w.dig", stdout=full, stderr=full)
            self.assertEqual(process.wait(60), 0)
        self.assertTrue((self.project / "ran").exists())
