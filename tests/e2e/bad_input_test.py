"""Files, options and directories that are wrong: one clear message, the right exit status, and
nothing is run, lost or left over."""

from __future__ import annotations

import os
import shutil
import subprocess
import unittest

import suite
from project import ProjectTest, Ran

NOBODY = 65534


class BadInput(ProjectTest):
    def assert_refused(self, ran: Ran, *pieces: str, status: int = 1) -> None:
        """The program has said why, in few lines, and has run nothing."""
        self.assertEqual(ran.status, status, ran.stderr)
        self.assertEqual(ran.stdout, "")
        self.assertIn("error: ", ran.stderr)
        for piece in pieces:
            self.assertIn(piece, ran.stderr)
        self.assertLess(len(ran.stderr), 1000)
        self.assertFalse((self.project / ".digdag").exists())
        self.assert_nothing_runs()


class BadFiles(BadInput):
    """A workflow file that cannot be read. Each message tells the file and the place in it."""

    def assert_bad(self, content: str | bytes, *pieces: str) -> None:
        path = self.project / "bad.dig"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.assert_refused(self.run_program("run", "bad.dig"), str(path), *pieces)
        # Also where another workflow of the project is meant.
        self.write("good.dig", "+a:\n  echo>: good\n")
        self.assert_refused(self.run_program("run", "good.dig"), str(path), *pieces)

    def test_syntax(self) -> None:
        self.assert_bad("+a:\n  echo>: x\n +b:\n  echo>: y\n",
                        "expected <block end>, but found '", "line 3, column 2")

    def test_tab(self) -> None:
        self.assert_bad("+a:\n\techo>: x\n", "indent with blanks", "line 2, column 1")

    def test_duplicate_key(self) -> None:
        self.assert_bad("+a:\n  echo>: x\n+a:\n  echo>: y\n", "Duplicated keys: [+a]")

    def test_no_mapping(self) -> None:
        self.assert_bad("just a text\n", "Expected object to load Config")

    def test_empty_file(self) -> None:
        self.assert_bad("", "Expected object to load Config")

    def test_alias_of_nothing(self) -> None:
        self.assert_bad("+a:\n  echo>: *missing\n", "line 2, column 10")

    def test_yaml_bomb(self) -> None:
        lines = ['a: &a [x, x, x, x, x, x, x, x, x]']
        for before, name in zip("abcdefghi", "bcdefghij"):
            lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
        self.assert_bad("_export:\n" + "".join(f"  {line}\n" for line in lines),
                        "more than 2000000 values", "line ")

    def test_alias_to_itself(self) -> None:
        self.assert_bad("_export:\n  a: &a [*a]\n", "line 2")

    def test_line_of_100_megabytes(self) -> None:
        path = self.write("bad.dig", "+a:\n  echo>: ")
        with path.open("ab") as file:
            for _ in range(100):
                file.write(b"x" * 1_000_000)
        self.assert_refused(self.run_program("run", "bad.dig"), str(path),
                            "larger than 67108864 bytes")

    def test_deep_nesting(self) -> None:
        self.assert_bad("_export: {a: " + "[" * 100_000 + "]" * 100_000 + "}\n",
                        "nested deeper than 256 levels", "line 1, column 268")

    def test_deep_groups(self) -> None:
        groups = "".join("  " * depth + "+g:\n" for depth in range(300))
        self.assert_bad(groups + "  " * 300 + "echo>: x\n",
                        "nested deeper than 256 levels", "line 257")

    def test_cyclic_include(self) -> None:
        self.write("a.yml", "!include : b.yml\n")
        self.write("b.yml", "!include : a.yml\n")
        self.assert_bad("_export:\n  !include : a.yml\n", "a file includes itself", "b.yml > ")

    def test_bytes_that_are_no_text(self) -> None:
        self.assert_bad(b"\x00\x01\x02\x7f\xff\xfe", "bad.dig")

    def test_unknown_key(self) -> None:
        self.assert_bad("+a:\n  echo>: x\nshedule:\n  daily>: 07:00:00\n",
                        "Workflow 'bad' includes unknown keys: [shedule]")


class BadTasks(BadInput):
    """Files that are YAML but no workflow. The message names the task."""

    def assert_bad(self, content: str, *pieces: str) -> None:
        self.write("bad.dig", content)
        self.assert_refused(self.run_program("run", "bad.dig"), *pieces)

    def test_two_operators(self) -> None:
        self.assert_bad("+a:\n  sh>: x\n  echo>: y\n",
                        "A task can't have more than one operator")

    def test_name(self) -> None:
        self.assert_bad("+a b:\n  echo>: x\n", "must not contain character ' '", "+a b")

    def test_after_a_task_that_is_not_there(self) -> None:
        self.assert_bad("_parallel: true\n+a:\n  echo>: x\n  _after: [+c]\n", "+c")

    def test_time_zone(self) -> None:
        self.assert_bad("timezone: Mars/Olympus\n+a:\n  echo>: x\n", "Mars/Olympus")

    def test_missing_include(self) -> None:
        self.assert_bad("+a:\n  !include : missing.yml\n",
                        "missing.yml (no such file), included by ", "bad.dig', line 2")

    def test_include_outside_of_the_project(self) -> None:
        self.assert_bad("+a:\n  !include : ../../etc/passwd\n",
                        "File name must not include ..: ../../etc/passwd")


class FailingTasks(ProjectTest):
    """What only shows when a task runs: the task fails, those before it are saved."""

    def assert_fails(self, task: str, *pieces: str) -> Ran:
        self.write("w.dig", "+before:\n  sh>: echo before\n+bad:\n" + task)
        ran = self.run_program("run", "w.dig", "--session", "2024-03-05")
        self.assertEqual((ran.status, ran.stdout.splitlines()[0]), (1, "before"), ran.stderr)
        for piece in ("+w+bad", "mogura run w.dig --session", *pieces):
            self.assertIn(piece, ran.stderr)
        saved = self.project / ".digdag/status/20240305T000000+0000"
        self.assertEqual([path.name for path in saved.iterdir()], ["+w+before.yml"])
        self.assert_nothing_runs()
        return ran

    def test_unknown_operator(self) -> None:
        self.assert_fails("  shh>: echo\n", "Unknown task type: shh")

    def test_missing_parameter(self) -> None:
        self.assert_fails("  echo>: ${missing_one}\n", "missing_one")

    def test_script_without_end(self) -> None:
        self.assert_fails("  echo>: \"${(function() { for (;;); })()}\"\n", "(function()")

    def test_called_file_is_missing(self) -> None:
        self.assert_fails("  call>: lost\n", f"File not found: {self.project}/lost.dig")

    def test_called_file_is_broken(self) -> None:
        self.write("sub/broken.dig", "+a: [\n")
        self.assert_fails("  call>: sub/broken\n", "broken.dig", "line ")

    def test_file_calls_itself(self) -> None:
        self.write("sub/self.dig", "+again:\n  call>: self\n")
        self.assert_fails("  call>: sub/self\n", "Too many tasks. Limit: 1000")

    def test_interpreter_is_missing(self) -> None:
        ran = self.assert_fails("  py>: a.b\n  python: /opt/lost/python\n",
                                'Cannot run program "/opt/lost/python"', "No such file",
                                "Set `python:`")
        self.assertEqual(ran.stdout, "before\n")

    def test_parameters_do_not_fit_into_an_environment(self) -> None:
        self.write("x.py", """
            import digdag
            def f():
                digdag.env.store({"big": "y" * 300000})
            """)
        self.write("w.dig", """
            +make: {py>: x.f, python: python3}
            +use: {sh>: ":"}
            """)
        ran = self.run_program("run", "w.dig")
        self.assertEqual(ran.status, 1)
        self.assertIn("+w+use\n    Cannot run program", ran.stderr)
        self.assertIn('the largest environment variable is "big"', ran.stderr)
        self.assertNotIn("Set `shell:`", ran.stderr)

    def test_values_that_are_handed_on_are_no_values(self) -> None:
        self.assert_fails("  sh>: echo total 12 >> $MOGURA_OUTPUT\n",
                          "Line 1 of $MOGURA_OUTPUT is neither NAME=TEXT nor a JSON object: total")

    def test_interpreter_vanishes_between_two_tasks(self) -> None:
        shell = self.project / "shell"
        shutil.copy("/bin/sh", shell)
        self.write("w.dig", f"""
            _export: {{sh: {{shell: ["{shell}"]}}}}
            +first: {{sh>: rm shell; echo removed}}
            +second: {{sh>: echo never}}
            """)
        ran = self.run_program("run", "w.dig")
        self.assertEqual((ran.status, ran.stdout), (1, "removed\n"))
        self.assertIn(f'Cannot run program "{shell}"', ran.stderr)
        self.assertIn("+w+second", ran.stderr)


class BadOptions(BadInput):
    def setUp(self) -> None:
        super().setUp()
        self.write("w.dig", "+a:\n  echo>: x\n")

    def test_sessions(self) -> None:
        for session in ("2024-13-45", "tomorrow", "2024-3-5", "2024-03-05T00:00:00", "now", ""):
            with self.subTest(session):
                self.assert_refused(self.run_program("run", "w.dig", "--session", session),
                                    "--session must be hourly, daily, last", session)

    def test_schedule_without_a_schedule(self) -> None:
        self.assert_refused(self.run_program("run", "w.dig", "--session", "schedule"),
                            "schedule is not set to this workflow")

    def test_missing_workflow(self) -> None:
        self.assert_refused(self.run_program("run", "lost.dig"), "Workflow 'lost' does not exist",
                            "--project option")

    def test_missing_project(self) -> None:
        lost = str(self.project / "lost")
        self.assert_refused(self.run_program("run", "w.dig", "--project", lost),
                            f"{lost} (no such file)")

    def test_missing_parameter_file(self) -> None:
        self.assert_refused(self.run_program("run", "w.dig", "-P", "lost.yml"),
                            "lost.yml", "(no such file)")

    def test_broken_parameter_file(self) -> None:
        self.write("p.yml", "a: [\n")
        self.assert_refused(self.run_program("run", "w.dig", "-P", "p.yml"), "p.yml", "line ")

    def test_missing_configuration(self) -> None:
        self.assert_refused(self.run_program("run", "w.dig", "-c", "lost.properties"),
                            "lost.properties (no such file)")

    def test_unknown_task(self) -> None:
        self.assert_refused(self.run_program("run", "w.dig", "+lost"),
                            "Task pattern '+lost' doesn't match with any tasks.")

    def test_wrong_usage(self) -> None:
        for arguments in (["run"], ["run", "w.dig", "--nonsense"],
                          ["run", "w.dig", "-p", "novalue"],
                          ["run", "w.dig", "--goal", "+a", "--start", "+a"], ["nonsense"],
                          ["run", "w.dig", "--goal", "+a", "--no-save"],
                          ["run", "w.dig", "--max-task-threads", "many"], ["check", "a", "b"],
                          ["run", "w.dig", "-l", "loud"], ["run", "w.dig", "--session"]):
            with self.subTest(" ".join(arguments)):
                self.assert_refused(self.run_program(*arguments), status=2)


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "only root becomes nobody")
class BadDirectories(BadInput):
    """Directories and files that the user may not read or write."""

    def setUp(self) -> None:
        super().setUp()
        self.place.chmod(0o755)
        self.program = self.place / "mogura"
        shutil.copy(suite.program(), self.program)
        self.write("w.dig", "+a:\n  sh>: echo ran\n")

    def run_as_nobody(self, *arguments: str) -> Ran:
        nobody = str(NOBODY)
        ran = subprocess.run(
            ["setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups", self.program,
             *arguments], cwd=self.project, env=self.environment(), capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=60, check=False)
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def test_project(self) -> None:
        hidden = self.project / "hidden"
        hidden.mkdir(mode=0o000)
        ran = self.run_as_nobody("run", "w.dig", "--project", "hidden")
        self.assert_refused(ran, f"{hidden} (access denied)")

    def test_directory_in_the_project(self) -> None:
        (self.project / "hidden").mkdir(mode=0o000)
        self.assert_refused(self.run_as_nobody("run", "w.dig"),
                            f"{self.project / 'hidden'} (access denied)")

    def test_workflow(self) -> None:
        path = self.write("secret.dig", "+a:\n  echo>: x\n")
        path.chmod(0o000)
        self.assert_refused(self.run_as_nobody("run", "w.dig"), str(path), "denied")

    def test_configuration(self) -> None:
        path = self.write("c.properties", "a = b\n")
        path.chmod(0o000)
        self.assert_refused(self.run_as_nobody("run", "w.dig", "-c", "c.properties"),
                            "c.properties", "denied")

    def test_states(self) -> None:
        ran = self.run_as_nobody("run", "w.dig", "--session", "2024-03-05")
        self.assert_refused(ran, ".digdag/status/20240305T000000+0000", "denied")


@unittest.skipUnless(os.geteuid() == 0, "only root mounts a small disk")
class FullDisk(ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.disk = self.place / "disk"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=64", "tmpfs",
                                  self.disk], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("no disk can be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def fill(self) -> None:
        with (self.disk / "filler").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def test_states_that_cannot_be_saved_are_reported(self) -> None:
        self.write("w.dig", "+a:\n  sh>: echo ran\n")
        self.fill()
        ran = self.run_program("run", "w.dig", "-o", str(self.disk / "states"))
        self.assertEqual((ran.status, ran.stdout), (0, "ran\n"), ran.stderr)
        self.assertIn("The state of task +w+a cannot be saved", ran.stderr)
        self.assertIn("No space left on device", ran.stderr)
        self.assertIn("2 of them were not saved: a later run runs those tasks again.", ran.stderr)

    def test_states_that_were_saved_before_survive(self) -> None:
        self.write("w.dig", f"""
            +a: {{sh>: "echo first; test -e filled || head -c 1M /dev/zero > {self.disk}/filler"}}
            +b: {{sh>: "test ! -e fails"}}
            """)
        (self.project / "fails").touch()
        states = ["--session", "2024-03-05", "-o", str(self.disk / "states")]
        self.write("ok.dig", "+x:\n  sh>: echo x\n")
        self.assertEqual(self.run_program("run", "ok.dig", *states).status, 0)
        before = {path: path.read_bytes() for path in self.disk.glob("states/*/*.yml")}
        self.assertEqual(self.run_program("run", "w.dig", *states).status, 1)
        kept = {path: path.read_bytes() for path in self.disk.glob("states/*/*.yml")}
        self.assertEqual(kept, before, "whole files or none")
        # With room again, the run goes on; what could not be saved runs again.
        (self.disk / "filler").unlink()
        (self.project / "filled").touch()
        (self.project / "fails").unlink()
        ran = self.run_program("run", "w.dig", *states)
        self.assertEqual((ran.status, ran.stdout), (0, "first\n"), ran.stderr)

    def test_a_task_without_room_for_its_script_fails(self) -> None:
        shutil.copy(self.write("w.dig", "+a:\n  sh>: echo ran\n"), self.disk)
        self.fill()
        ran = self.run_program("run", "w.dig", "--no-save", cwd=self.disk)
        self.assertEqual((ran.status, ran.stdout), (1, ""))
        self.assertIn("No space left on device", ran.stderr)
