"""What a run looks like: on a terminal, in a pipe, as JSON, under the name of Digdag."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import suite
from project import ProjectTest

ESCAPE = "\x1b["
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Pipe(ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("w.dig", "+a:\n  sh>: echo printed\n+b:\n  sh>: echo last words; exit 2\n")

    def test_gets_output_of_tasks_alone_and_the_rest_on_stderr(self) -> None:
        ran = self.run_program("run", "w.dig")
        self.assertEqual(ran.stdout, "printed\nlast words\n")
        self.assertNotIn(ESCAPE, ran.stdout + ran.stderr)
        self.assertRegex(ran.stderr, r"\nFailed after \d+\.\ds: 1 task failed, 1 succeeded\.\n")
        self.assertIn("  +w+b\n    Command failed with code 2 (runtime)\n    | last words\n",
                      ran.stderr)

    def test_gets_colour_only_when_it_is_asked_for(self) -> None:
        for arguments in ([], ["--color", "auto"], ["--color=never"]):
            ran = self.run_program("run", "w.dig", *arguments)
            self.assertNotIn(ESCAPE, ran.stdout + ran.stderr)
        self.assertRegex(self.run_program("--color=always", "run", "w.dig").stderr, COLOUR)
        ran = self.run_program("run", "w.dig", "--color", "blue")
        self.assertEqual(ran.status, 2)
        self.assertIn("Unknown value of --color: 'blue'. Use auto, always or never.", ran.stderr)

    def test_log_lines_have_one_shape(self) -> None:
        ran = self.run_program("run", "w.dig")
        log = ran.stderr[:ran.stderr.index("Failed after")].splitlines()
        for line in log:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 "
                                   r"\[(INFO|WARN|ERROR)\] \([^)]+\)[^:]*: ")

    def test_log_file_takes_the_log(self) -> None:
        ran = self.run_program("run", "w.dig", "-L", "log/run.log")
        self.assertNotIn("[INFO]", ran.stdout + ran.stderr)
        log = (self.project / "log/run.log").read_text()
        self.assertRegex(log, r"\.\d{3} \+0000 \[ERROR\] \(.*\): Task failed with unexpected error")

    def test_json_log_is_one_object_a_line(self) -> None:
        ran = self.run_program("run", "w.dig", "--log-format", "json", "-L", "run.log",
                               "-p", 'quote="\\ \n\t\u00e4')
        self.assertEqual(ran.status, 1)
        lines = [json.loads(line) for line in
                 (self.project / "run.log").read_text(encoding="utf-8").splitlines()]
        self.assertGreater(len(lines), 3)
        for line in lines:
            self.assertLessEqual({"time", "level", "thread", "message"}, set(line), line)
        self.assertIn("error", {line["level"] for line in lines})

    def test_json_on_stderr_is_all_there_is(self) -> None:
        def lines(*arguments: str) -> list[dict]:
            ran = self.run_program(*arguments, "--log-format", "json")
            return [json.loads(line) for line in ran.stderr.splitlines()]

        summary = lines("run", "w.dig")[-1]["summary"]
        self.assertEqual(summary["status"], "failed")
        self.assertEqual(summary["succeeded"], 1)
        self.assertEqual(summary["failures"], [
            {"task": "+w+b", "message": "Command failed with code 2 (runtime)",
             "last_output": ["last words"]}])
        self.assertIn("mogura run w.dig --session", summary["resume_command"])
        # Errors that end a command, and what is only said.
        for arguments, text in {
            ("run", "none.dig"): "Workflow 'none' does not exist",
            ("run",): "Usage: mogura run",
            ("check", "--strict", "-P", "none.yml"): "none.yml",
            ("secrets", "--local", "--set", "a=b"): "Secret 'a' set",
        }.items():
            self.assertIn(text, lines(*arguments)[-1]["message"], arguments)

    def test_json_log_survives_what_is_no_text(self) -> None:
        (self.project / "w.dig").write_bytes(b"+a:\n  sh>: printf 'caf\xe9\\n' # \x85 \"\\\n")
        ran = self.run_program("run", "w.dig", "--log-format", "json", "-L", "run.log",
                               "-l", "trace")
        self.assertEqual(ran.status, 0, ran.stderr)
        for line in (self.project / "run.log").read_bytes().decode("utf-8").splitlines():
            json.loads(line)


class DigdagName(ProjectTest):
    """Called `digdag`: the streams and texts that scripts know."""

    def setUp(self) -> None:
        super().setUp()
        self.write("w.dig", "+a:\n  sh>: echo printed\n+b:\n  sh>: test -e ok\n")

    def test_prints_the_banner_and_logs_to_stdout(self) -> None:
        ran = self.run_program("run", "w.dig", name="digdag")
        self.assertEqual(ran.status, 1)
        self.assertRegex(ran.stderr, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000: Digdag v0\.10\.6")
        self.assertIn("[INFO] (main) io.digdag.cli.Run: Using session", ran.stdout)
        self.assertIn("\nprinted\n", ran.stdout)
        self.assertIn("error: \n  * +w+b:\n    Command failed with code 1 (runtime)\n\n"
                      "Task state is saved at ", ran.stderr)

    def test_knows_nothing_that_digdag_has_not(self) -> None:
        self.assertEqual(self.run_program("completion", "bash", name="digdag").status, 1)
        ran = self.run_program("run", "w.dig", "--log-format", "json", name="digdag")
        self.assertIn("error: Unknown option: --log-format", ran.stderr)
        ran = self.run_program(name="digdag")
        self.assertEqual(ran.status, 0)
        self.assertNotIn("completion", ran.stderr)

    def test_says_success(self) -> None:
        self.write("ok", "")
        ran = self.run_program("run", "w.dig", name="digdag")
        self.assertEqual(ran.status, 0)
        self.assertIn("Success. Task state is saved at ", ran.stderr)


class Terminal(ProjectTest):
    """The live tree, on a pseudo-terminal of 100 by 30."""

    def start_on_terminal(self, *arguments: str, **environment: str):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        process = subprocess.Popen(
            ["mogura", *arguments], executable=suite.program(), cwd=self.project, stdin=theirs,
            stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env=self.environment(TERM="xterm-256color", **environment))
        os.close(theirs)
        self.addCleanup(self._end, process)
        return process, os.fdopen(ours, "r+b", buffering=0)

    def read_terminal(self, terminal, until: str = "", seconds: float = 30) -> str:
        """What comes until `until` appears; until the program's end without."""
        shown = b""
        deadline = time.monotonic() + seconds
        while not until or until.encode() not in shown:
            ready, _, _ = select.select([terminal], [], [], deadline - time.monotonic())
            self.assertTrue(ready, f"no {until!r} in {shown!r}")
            try:
                chunk = terminal.read(65536)
            except OSError:  # the other side is closed
                break
            shown += chunk
        return shown.decode("utf-8").replace("\r\n", "\n")

    def run_on_terminal(self, *arguments: str, **environment: str) -> str:
        process, terminal = self.start_on_terminal(*arguments, **environment)
        with terminal:
            shown = self.read_terminal(terminal)
        process.wait(30)
        return shown

    def setUp(self) -> None:
        super().setUp()
        self.write("w.dig", """
            +load:
              +one: {sh>: echo one printed}
              +two: {sh>: "echo two printed; test -e ok"}
            +never: {echo>: never}
            """)

    def test_shows_a_tree_with_the_state_of_each_task(self) -> None:
        shown = self.run_on_terminal("run", "w.dig")
        last = COLOUR.sub("", shown[shown.rindex("\x1b[J"):])
        self.assertRegex(last, r"\u2717 \+?load")
        self.assertRegex(last, r"\u2713 \+?one")
        self.assertRegex(last, r"\u2717 \+?two")
        self.assertIn("| two printed", last)
        self.assertIn("Go on from here: mogura run w.dig", last)
        self.assertNotIn("[INFO]", shown)
        self.assertIn("one printed\n", shown)

    def test_uses_colour_unless_it_is_told_not_to(self) -> None:
        self.assertRegex(self.run_on_terminal("run", "w.dig", "--rerun"), COLOUR)
        self.assertNotRegex(self.run_on_terminal("run", "w.dig", "--rerun", NO_COLOR="1"), COLOUR)
        self.assertNotRegex(self.run_on_terminal("run", "w.dig", "--rerun", "--color=never"),
                            COLOUR)
        self.assertRegex(self.run_on_terminal("run", "w.dig", "--rerun", "--color=always",
                                              NO_COLOR="1"), COLOUR)

    def test_keeps_to_ascii_where_the_locale_does(self) -> None:
        shown = self.run_on_terminal("run", "w.dig", LANG="C")
        self.assertTrue(shown.isascii(), shown)

    def test_shows_what_runs(self) -> None:
        self.write("w.dig", "+slow: {sh>: read line < go; echo $line}\n")
        os.mkfifo(self.project / "go")
        process, terminal = self.start_on_terminal("run", "w.dig")
        self.read_terminal(terminal, "slow")
        with open(self.project / "go", "w", encoding="utf-8") as go:
            go.write("went on\n")
        with terminal:
            self.assertIn("went on\n", self.read_terminal(terminal))
        self.assertEqual(process.wait(30), 0)

    def test_ctrl_c_cancels(self) -> None:
        self.write("w.dig", "+slow: {sh>: echo started; sleep 600}\n")
        process, terminal = self.start_on_terminal("run", "w.dig")
        with terminal:
            self.read_terminal(terminal, "started")
            terminal.write(b"\x03")
            self.assertIn("Interrupted after", self.read_terminal(terminal))
        self.assertEqual(process.wait(30), 128 + signal.SIGINT)
        self.assert_nothing_runs()

    def test_closing_it_cancels(self) -> None:
        self.write("w.dig", "+slow: {sh>: echo started; sleep 600}\n")
        process, terminal = self.start_on_terminal("run", "w.dig")
        with terminal:
            self.read_terminal(terminal, "started")
        self.assertEqual(process.wait(30), 128 + signal.SIGHUP)
        self.assert_nothing_runs()

    def test_large_groups_are_summed_up(self) -> None:
        self.write("w.dig", "+many:\n  loop>: 200\n  _parallel: true\n  _do: {sh>: ':'}\n")
        shown = self.run_on_terminal("run", "w.dig")
        for tree in shown.split("\x1b[J"):
            self.assertLess(tree.count("\n"), 30, tree)
        self.assertRegex(shown, r"… 188 more \((\d+ done, )?\d+ running\)\n")
