"""Each command as a user tries it."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import stat
import subprocess
import tarfile
import unittest

import suite
from project import ProjectTest, Ran

LISTED = re.compile(r"^    ([a-z]+)", re.MULTILINE)


class Help(ProjectTest):
    def commands(self, name: str) -> set[str]:
        """Every command word that the program knows, aliases included."""
        ran = self.run_program("--help", name=name)
        self.assertEqual(ran.status, 0)
        page = ran.stdout if name == "mogura" else ran.stderr
        listed = set(LISTED.findall(page[:page.index("  Options:")]))
        self.assertLessEqual({"init", "run", "check", "scheduler", "secrets", "version"}, listed)
        return listed | {"new", "r", "c", "sched", "archive", "upload", "selfupdate", "secret"}

    def test_of_each_command_succeeds(self) -> None:
        for name in ("mogura", "digdag"):
            for command in sorted(self.commands(name)):
                with self.subTest(f"{name} {command}"):
                    ran = self.run_program(command, "--help", name=name)
                    self.assertEqual(ran.status, 0, ran.stderr)
                    page = ran.stdout if name == "mogura" else ran.stderr
                    self.assertIn(f"Usage: {name} ", page)
                    # Some pages of Digdag list their options without this heading.
                    if name == "mogura":
                        self.assertIn("Options:", page)
                    self.assertRegex(page, r"\n +--?\w")
                    self.assertNotIn("error: ", ran.stderr)

    def test_descriptions_stand_in_their_column(self) -> None:
        for command in sorted(self.commands("mogura")):
            page = self.run_program(command, "--help").stdout
            lines = page[page.index("  Options:"):].split("  Examples:")[0].splitlines()
            for line, below in zip(lines, [*lines[1:], ""]):
                names_only = re.match(r" {37}[^ ]", below) and not line.startswith(" " * 37)
                if line.lstrip().startswith("-") and not names_only:
                    self.assertRegex(line, r"^.{36} [^ ]", command)

    def test_goes_to_where_it_can_be_paged(self) -> None:
        for arguments in (["--help"], ["run", "--help"], ["run", "-h"]):
            ran = self.run_program(*arguments)
            self.assertEqual((ran.status, ran.stderr), (0, ""))

    def test_is_offered_where_a_word_is_wrong(self) -> None:
        ran = self.run_program("chek")
        self.assertEqual(ran.status, 2)
        self.assertIn("did you mean 'check'?", ran.stderr)
        self.assertIn("mogura --help", ran.stderr)

    def test_tells_the_version(self) -> None:
        self.assertRegex(self.run_program("--version").stdout, r"^\d+\.\d+\.\d+\n$")
        self.assertEqual(self.run_program("--version", name="digdag").stdout, "0.10.6-SNAPSHOT\n")


class Mistakes(ProjectTest):
    """What is wrong with a command line is named, where it is, and what to do next."""

    def test_are_named(self) -> None:
        self.write("main.dig", "+a:\n  echo>: x\n")
        self.write("list.yml", "- 1\n")
        self.write("broken.yml", "a: [\n")
        for words, status, texts in (
            ("--nope", 2, ["Unknown option: --nope", "See `mogura --help`"]),
            ("-l", 2, ["Expected a value after parameter -l"]),
            ("run main.dig --nope", 2, ["Unknown option: --nope", "See `mogura run --help`"]),
            ("run", 2, ["Wrong number of arguments", "Usage: mogura run <workflow.dig>"]),
            ("run mian.dig", 1, ["Workflow 'mian' does not exist", "Did you mean 'main'?"]),
            ("run main.dig --session tomorrow", 1, ["--session must be hourly, daily", "tomorrow"]),
            ("run main.dig -p", 2, ["Expected a value after parameter -p", "See `mogura run"]),
            ("run main.dig -p x", 2, ["-p expected a value of the form a=b but got:x"]),
            ("run main.dig -P none.yml", 1, ["option -P", "none.yml (no such file)"]),
            ("run main.dig -P list.yml", 1, ["option -P", "Expected object"]),
            ("check -P broken.yml", 1, ["option -P", "broken.yml', line 2, column 1"]),
            ("check -c none.properties", 1, ["option -c", "none.properties (no such file)"]),
            ("check --project none", 1, ["option --project", "/project/none"]),
            ("run main.dig -l loud", 2, ["Unknown log level 'loud'", "debug or trace"]),
            ("kill x", 2, ['An id is a number, and not: "x"', "Usage: mogura kill"]),
        ):
            with self.subTest(words):
                ran = self.run_program(*words.split())
                self.assertEqual(ran.status, status, ran.stderr)
                for text in texts:
                    self.assertIn(text, ran.stderr)

    @unittest.skipUnless(os.geteuid(), "root reads everything")
    def test_of_rights_are_named(self) -> None:
        self.write("closed/main.dig", "+a:\n  echo>: x\n")
        (self.project / "closed").chmod(0)
        self.addCleanup((self.project / "closed").chmod, 0o700)
        ran = self.run_program("check", "--project", "closed")
        self.assertEqual(ran.status, 1)
        self.assertIn("/project/closed", ran.stderr)
        self.assertIn("access denied", ran.stderr)


class Init(ProjectTest):
    def test_makes_projects_that_run(self) -> None:
        for kind in ("echo", "sh", "ruby", "python"):
            with self.subTest(kind):
                made = self.run_program("init", f"p_{kind}", "--type", kind)
                self.assertEqual(made.status, 0, made.stderr)
                self.assertIn("to run the workflow. Enjoy!", made.stdout)
                place = self.project / f"p_{kind}"
                self.assertEqual(self.run_program("check", "--strict", cwd=place).status, 0)
                # With what a bare Debian has.
                ran = self.run_program("run", f"p_{kind}.dig", cwd=place,
                                       env=self.environment(PATH="/usr/bin:/bin"))
                self.assertEqual(ran.status, 0, ran.stderr)
                self.assertIn("dog", ran.stdout)

    def test_refuses_a_name_that_no_task_can_have(self) -> None:
        for name in ("a b", "日本", "a+b"):
            ran = self.run_program("init", name)
            self.assertEqual(ran.status, 1)
            self.assertIn("name must not contain character", ran.stderr)
            self.assertFalse((self.project / name).exists())

    def test_quotes_the_next_step_for_a_shell(self) -> None:
        made = self.run_program("init", "my projects/r&d")
        self.assertIn("`cd 'my projects/r&d'` and then ", made.stdout)
        self.assertIn(" run 'r&d.dig'` to run the workflow.", made.stdout)
        made = self.run_program("init", "r&d", "--type", "td")
        self.assertIn(" push 'r&d'` to upload", made.stdout)

    def test_does_not_overwrite_a_workflow(self) -> None:
        self.write("p/p.dig", "mine\n")
        ran = self.run_program("init", "p")
        self.assertIn("File p/p.dig already exists.", ran.stdout)
        self.assertEqual((self.project / "p/p.dig").read_text(), "mine\n")


class Check(ProjectTest):
    def test_warns_of_traps_and_fails_if_that_is_wished(self) -> None:
        self.write("w.dig", "timezone: UTC\n+a:\n  shh>: x\n")
        ran = self.run_program("check")
        self.assertEqual(ran.status, 0, ran.stderr)
        self.assertIn("+w+a: there is no operator `shh>`", ran.stdout)
        ran = self.run_program("check", "--strict")
        self.assertEqual(ran.status, 1)
        self.assertIn("--strict", ran.stderr)

    def test_speaks_json(self) -> None:
        self.write("w.dig", """
            timezone: Europe/Paris
            schedule: {daily>: 07:00:00}
            +g:
              _check: {+x: {echo>: x}}
              +a: {shh>: x, _error: {+e: {echo>: x}}}
            """)
        self.write("v.dig", "+a:\n  echo>: x\n")
        ran = self.run_program("check", "--json", "--strict", "-p", "k=v")
        self.assertEqual((ran.status, ran.stdout.count("\n")), (1, 1))
        found = json.loads(ran.stdout)
        self.assertEqual(found["project"], str(self.project))
        self.assertEqual(found["parameters"], {"k": "v"})
        self.assertEqual([(w["name"], w["file"]) for w in found["workflows"]],
                         [("v", "v.dig"), ("w", "w.dig")])
        self.assertEqual(found["workflows"][1]["tasks"], [
            {"name": "+g", "full_name": "+w+g", "operator": None, "line": 3, "tasks": [
                {"name": "+a", "full_name": "+w+g+a", "operator": "shh", "line": 5,
                 "tasks": []}]}])
        schedule, = found["schedules"]
        self.assertEqual((schedule["workflow"], schedule["timezone"], schedule["config"]),
                         ("w", "Europe/Paris", {"daily>": "07:00:00"}))
        self.assertEqual(len(schedule["next_runs"]), 5)
        self.assertRegex(schedule["next_runs"][0]["run_time"], r"T0[678]:00:00\+0[12]:00$")
        self.assertEqual([(w["file"], w["line"], w["task"]) for w in found["warnings"]],
                         [("w.dig", 3, "+w+g"), ("w.dig", 5, "+w+g+a")])
        self.assertIn("Unknown option: --json",
                      self.run_program("check", "--json", name="digdag").stderr)

    def test_of_a_name_that_is_not_there_fails(self) -> None:
        self.write("main.dig", "+a:\n  echo>: x\n")
        ran = self.run_program("check", "mian.dig")
        self.assertEqual(ran.status, 1)
        self.assertIn("Workflow 'mian' does not exist, did you mean 'main'?", ran.stderr)

    def test_shows_the_next_runs_through_the_change_of_clocks(self) -> None:
        self.write("w.dig", """
            timezone: Europe/Paris
            schedule: {cron>: "30 2 * 3,10 0"}
            +a: {echo>: x}
            """)
        ran = self.run_program("check")
        self.assertEqual(ran.status, 0, ran.stderr)
        runs = re.findall(r"^ +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})  session ", ran.stdout,
                          re.MULTILINE)
        self.assertEqual(len(runs), 5)

    def test_refuses_a_schedule_that_never_comes(self) -> None:
        self.write("w.dig", 'schedule: {cron>: "0 0 30 2 *"}\n+a: {echo>: x}\n')
        ran = self.run_program("check")
        self.assertEqual(ran.status, 1)
        self.assertIn("0 0 30 2 *", ran.stderr)

    def test_lists_workflows_in_order(self) -> None:
        for name in ("zoo", "ant", "mid"):
            self.write(f"{name}.dig", "+a:\n  echo>: x\n")
        ran = self.run_program("check")
        listed = re.findall(r"^    (\w+) \(2 tasks\)", ran.stdout, re.MULTILINE)
        self.assertEqual(listed, ["ant", "mid", "zoo"])


class Archive(ProjectTest):
    def test_holds_the_project_in_order_but_not_itself(self) -> None:
        self.write("w.dig", "+a:\n  sh>: ./x.sh\n")
        self.write("x.sh", "echo x\n").chmod(0o755)
        self.write("sub/y.txt", "y\n")
        self.write(".hidden", "h\n")
        self.write("skip.me", "s\n")
        self.write(".digdagignore", "*.me\n")
        os.symlink("x.sh", self.project / "link")
        for _ in range(2):  # the second time there is an archive already
            ran = self.run_program("archive", "-o", "p.tar.gz")
            self.assertEqual(ran.status, 0, ran.stderr)
            with tarfile.open(self.project / "p.tar.gz") as archive:
                self.assertEqual(archive.getnames(), ["link", "sub/y.txt", "w.dig", "x.sh"])
                self.assertEqual(archive.getmember("x.sh").mode & 0o777, 0o755)

    def test_of_a_broken_project_is_not_made(self) -> None:
        self.write("w.dig", "+a: [\n")
        ran = self.run_program("archive", "-o", "p.tar.gz")
        self.assertEqual(ran.status, 1)
        self.assertIn("w.dig", ran.stderr)
        self.assertFalse((self.project / "p.tar.gz").exists())


class TaskLogs(ProjectTest):
    def test_are_kept_a_file_for_each_task(self) -> None:
        self.write("w.dig", """
            +a: {sh>: echo out; echo err >&2}
            +b: {loop>: 2, _do: {echo>: "round ${i}"}}
            """)
        ran = self.run_program("run", "w.dig", "-O", "logs", "--session", "2024-03-05")
        self.assertEqual(ran.status, 0, ran.stderr)
        logs = {path.name.split("@")[0]: gzip.decompress(path.read_bytes()).decode()
                for path in (self.project / "logs").rglob("*.log.gz")}
        self.assertIn("out\nerr\n", logs["+w+a"])
        self.assertIn("[INFO]", logs["+w+a"])
        self.assertIn("round 1", logs["+w+b^sub+loop-1"])
        place, = (self.project / "logs").glob("*/*")
        self.assertEqual(place.name, "0.1w@20240305T000000+0000")


class Completion(ProjectTest):
    """The scripts of `mogura completion`, in the shells that they are for."""

    def complete_in_bash(self, *words: str) -> set[str]:
        script = ("source <(\"$PROGRAM\" completion bash); COMP_WORDS=(mogura \"$@\"); "
                  "COMP_CWORD=$#; _mogura; printf '%s\\n' \"${COMPREPLY[@]}\"")
        environment = self.environment(PROGRAM=str(self.link()))
        environment["PATH"] = f"{self.place}:{environment['PATH']}"
        done = subprocess.run(["bash", "-uec", script, "bash", *words], cwd=self.project,
                              env=environment, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split())

    def link(self):
        link = self.place / "mogura"
        if not link.exists():
            link.symlink_to(suite.program())
        return link

    def test_in_bash_gives_commands_options_and_workflows(self) -> None:
        self.write("etl.dig", "")
        self.write("notes.txt", "")
        self.assertEqual(self.complete_in_bash("sche"), {"scheduler", "schedule"})
        self.assertLessEqual({"--session", "--start"}, self.complete_in_bash("run", "--s"))
        self.assertEqual(self.complete_in_bash("run", "e"), {"etl.dig"})
        self.assertEqual(self.complete_in_bash("run", "etl.dig", "-P", "no"), {"notes.txt"})

    def test_in_bash_gives_the_tasks_of_the_workflow(self) -> None:
        self.write("etl.dig", "+load:\n  +a: {echo>: a}\n  +b: {echo>: b}\n+report: {echo>: r}\n")
        self.write("broken.dig", "+a: [\n")
        every = {"+load", "+load+a", "+load+b", "+report"}
        for option in ("-s", "--start", "--goal", "-e"):
            self.assertEqual(self.complete_in_bash("run", "etl.dig", option, ""), every)
        self.assertEqual(self.complete_in_bash("run", "etl.dig", "--start", "+load+"),
                         {"+load+a", "+load+b"})
        self.assertEqual(self.complete_in_bash("run", "etl.dig", "+r"), {"+report"})
        for words in (["broken.dig"], ["none.dig"], []):
            self.assertEqual(self.complete_in_bash("run", *words, "--goal", "+"), set())

    def test_in_zsh_gives_commands(self) -> None:
        if not shutil.which("zsh"):
            self.skipTest("not installed: zsh")
        script = ("autoload -Uz compinit && compinit -u -D && "
                  "source <(\"$PROGRAM\" completion zsh) && print -r -- $_comps[mogura]")
        done = subprocess.run(["zsh", "-fc", script], cwd=self.project,
                              env=self.environment(PROGRAM=str(self.link())), capture_output=True,
                              text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("_mogura", done.stdout)


class Configuration(ProjectTest):
    def show(self, *arguments: str, **environment: str) -> Ran:
        self.write("w.dig", '+a:\n  echo>: "${typeof v === \'undefined\' ? \'none\' : v}"\n')
        return self.run_program("run", "w.dig", "--no-save", *arguments,
                                env=self.environment(**environment))

    def test_comes_from_the_file_the_environment_and_options(self) -> None:
        self.write("c.properties", "params.v = file")
        self.assertEqual(self.show().stdout, "none\n")
        self.assertEqual(self.show(DIGDAG_CONFIG="params.v = environment").stdout,
                         "environment\n")
        self.assertEqual(self.show("-X", "params.v=set").stdout, "set\n")
        self.assertEqual(self.show("-c", "c.properties").stdout, "file\n")
        self.assertEqual(self.show("-c", "c.properties", "-p", "v=given").stdout, "given\n")
        home = self.home / ".config/digdag"
        home.mkdir(parents=True)
        (home / "config").write_text("params.v = home\n")
        self.assertEqual(self.show().stdout, "home\n")


class EngineSettings(ProjectTest):
    """Settings of the engine are those of a server (cli.md §6.5)."""

    def test_hold_without_their_options(self) -> None:
        self.write("main.dig", "+a:\n  echo>: ${base} ${over}\n")
        defaults = json.dumps({"base": "b", "over": "x"})
        ran = self.run_program("run", "main.dig", "-X", "log-server.type=local",
                               "-X", "log-server.local.path=logs",
                               "-X", "digdag.defaultParams=" + defaults, "-p", "over=o")
        self.assertEqual((ran.status, ran.stdout), (0, "b o\n"))
        self.assertEqual(len(list((self.project / "logs").rglob("*.log.gz"))), 1)

    def test_limit_threads_and_tasks(self) -> None:
        self.write("main.dig", """
            _parallel: true
            +a: {sh>: "sleep 0.2; echo a"}
            +b: {sh>: echo b}
            """)
        ran = self.run_program("run", "main.dig", "-X", "agent.max-task-threads=1")
        self.assertEqual(ran.stdout, "a\nb\n")
        ran = self.run_program("run", "main.dig", "-X", "io.digdag.limits.maxWorkflowTasks=2")
        self.assertIn("Too many tasks. Limit: 2, Current: 1, Adding: 3", ran.stderr)


class SelfUpdate(ProjectTest):
    def test_names_what_replaces_it(self) -> None:
        ran = self.run_program("selfupdate")
        self.assertEqual(ran.status, 1)
        self.assertEqual(ran.stderr.count("\n"), 1)
        self.assertLess(len(ran.stderr), 200)
        mode = os.stat(suite.program()).st_mode
        self.assertTrue(stat.S_ISREG(mode))
