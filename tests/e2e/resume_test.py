"""Going on with a run: the states of tasks that a run before, here or of Digdag, has left."""

from __future__ import annotations

from project import ProjectTest, Ran

DAY = ["--session", "2024-03-05"]
STATES = ".digdag/status/20240305T000000+0000"


class Resume(ProjectTest):
    def run_workflow(self, *arguments: str, status: int = 0, **options) -> Ran:
        ran = self.run_program("run", "w.dig", *DAY, *arguments, **options)
        self.assertEqual(ran.status, status, ran.stderr)
        return ran

    def saved(self, place: str = STATES) -> list[str]:
        return sorted(path.name for path in (self.project / place).glob("*"))


class AfterFailure(Resume):
    def setUp(self) -> None:
        super().setUp()
        self.write("w.dig", """
            +make:
              sh>: |
                echo made; echo "rows=12" >> $MOGURA_OUTPUT
            +each:
              for_each>: {table: [a, b, c]}
              _do:
                sh>: test $table != b -o -e fixed && echo load $table
            +end:
              echo>: ${rows} rows
            """)

    def test_goes_on_where_it_stopped_with_what_was_stored(self) -> None:
        self.assertEqual(self.run_workflow(status=1).stdout, "made\nload a\n")
        self.write("fixed", "")
        ran = self.run_workflow()
        self.assertEqual(ran.stdout, "load b\nload c\n12 rows\n")
        self.assertIn("Not run again: ", ran.stderr)
        self.assertEqual(self.run_workflow().stdout, "")

    def test_is_the_same_under_both_names(self) -> None:
        self.run_workflow(status=1, name="digdag")
        self.write("fixed", "")
        self.assertEqual(self.run_workflow().stdout, "load b\nload c\n12 rows\n")

    def test_rerun_begins_anew(self) -> None:
        self.run_workflow(status=1)
        self.write("fixed", "")
        self.assertEqual(self.run_workflow("--rerun").stdout,
                         "made\nload a\nload b\nload c\n12 rows\n")

    def test_states_are_whole_files_only(self) -> None:
        self.run_workflow(status=1)
        self.assertEqual(self.saved(), ["+w+each^sub+for-0=table=0=a.yml", "+w+make.yml"])

    def test_start_runs_again_from_there(self) -> None:
        self.write("fixed", "")
        self.run_workflow()
        self.assertEqual(self.run_workflow("--start", "+end").stdout, "12 rows\n")

    def test_goal_stops_there_and_a_later_run_goes_on(self) -> None:
        self.write("fixed", "")
        self.assertEqual(self.run_workflow("--goal", "+make").stdout, "made\n")
        self.assertEqual(self.run_workflow().stdout, "load a\nload b\nload c\n12 rows\n")

    def test_end_stops_before_and_a_later_run_goes_on(self) -> None:
        self.write("fixed", "")
        self.assertEqual(self.run_workflow("--end", "+each").stdout, "made\n")
        self.assertEqual(self.run_workflow().stdout, "load a\nload b\nload c\n12 rows\n")

    def test_another_session_knows_nothing_of_it(self) -> None:
        self.run_workflow(status=1)
        self.write("fixed", "")
        ran = self.run_program("run", "w.dig", "--session", "2024-03-06")
        self.assertEqual(ran.stdout, "made\nload a\nload b\nload c\n12 rows\n")

    def test_the_last_session_is_taken_again(self) -> None:
        self.run_workflow(status=1)
        self.write("fixed", "")
        ran = self.run_program("run", "w.dig")
        self.assertEqual(ran.stdout, "load b\nload c\n12 rows\n")
        self.assertIn("Reusing the last session time 2024-03-05T00:00:00+00:00.", ran.stderr)

    def test_without_saving_nothing_is_read_or_written(self) -> None:
        self.run_workflow("--no-save", status=1)
        self.assertEqual(self.saved(), [])
        self.run_workflow(status=1)
        before = self.saved()
        self.write("fixed", "")
        self.assertEqual(self.run_workflow("--no-save").stdout,
                         "made\nload a\nload b\nload c\n12 rows\n")
        self.assertEqual(self.saved(), before)

    def test_states_can_be_kept_elsewhere(self) -> None:
        elsewhere = str(self.place / "states")
        self.run_workflow("-o", elsewhere, status=1)
        self.assertEqual(self.saved(), [])
        self.write("fixed", "")
        self.assertEqual(self.run_workflow("-o", elsewhere).stdout, "load b\nload c\n12 rows\n")

    def test_a_dry_run_leaves_nothing(self) -> None:
        self.write("w.dig", "+a:\n  sh>: echo ran\n")
        self.assertEqual(self.run_workflow("--dry-run").stdout, "")
        self.assertEqual(self.saved(), [])
        self.assertEqual(self.run_workflow().stdout, "ran\n")


class GroupRetry(Resume):
    def setUp(self) -> None:
        super().setUp()
        self.write("w.dig", """
            _retry: 2
            +a: {sh>: "echo x >> tries; test $(wc -l < tries) -ge 2"}
            +b: {echo>: b}
            """)

    def test_that_helps_makes_a_success(self) -> None:
        ran = self.run_workflow()
        self.assertEqual(ran.stdout, "b\n")
        self.assertIn("Success after", ran.stderr)

    def test_that_helps_is_a_failure_to_digdag(self) -> None:
        self.run_workflow(name="digdag", status=1)

    def test_that_does_not_help_is_told_once(self) -> None:
        self.write("w.dig", "_retry: 2\n+a:\n  sh>: exit 3\n")
        ran = self.run_workflow(status=1)
        self.assertIn(": 1 task failed, 0 succeeded.", ran.stderr)


class StatesOfDigdag(Resume):
    """Files as Digdag 0.10 writes them."""

    def write_state(self, task: str, *, stored: str = " {}", exported: str = " {}",
                    subtasks: str = " {}") -> None:
        self.write(f"{STATES}/{task}.yml", f"""\
fullName: "{task}"
state: "success"
result:
  subtaskConfig:{subtasks}
  exportParams:{exported}
  resetStoreParams: []
  storeParams:{stored}
  report:
    inputs: []
    outputs: []
""")

    def setUp(self) -> None:
        super().setUp()
        self.write("w.dig", """
            +a: {sh>: echo a ran}
            +b: {echo>: "${rows} ${name} ${list[1].x}"}
            """)

    def test_are_read_with_all_types(self) -> None:
        self.write_state("+w+a", stored="""
    rows: 12
    name: "caf\\xE9 \\U0001f600"
    list:
    - 1
    - x: true""")
        self.assertEqual(self.run_workflow().stdout, "12 caf\u00e9 \U0001f600 true\n")

    def test_give_tasks_that_were_generated(self) -> None:
        self.write("w.dig", "+a:\n  loop>: 2\n  _do: {echo>: '${i}'}\n+b: {echo>: end}\n")
        self.write_state("+w+a", subtasks="""
    "+loop-0":
      _export: {i: 0}
      echo>: "round ${i}"
    "+loop-1":
      _export: {i: 1}
      echo>: "round ${i}\"""")
        self.write_state("+w+a^sub+loop-0")
        self.assertEqual(self.run_workflow().stdout, "round 1\nend\n")

    def test_that_are_malformed_count_as_absent(self) -> None:
        for content in ("", "state: [", "\x00\xff", "- list\n", "fullName: x\n",
                        "x" * 3_000_000, "a: &a [*a]\n"):
            with self.subTest(content[:20]):
                self.write(f"{STATES}/+w+a.yml", content)
                (self.project / STATES / "+w+b.yml").unlink(missing_ok=True)
                self.write("w.dig", "+a: {sh>: echo a ran}\n+b: {echo>: b ran}\n")
                ran = self.run_workflow()
                self.assertEqual(ran.stdout, "a ran\nb ran\n")
                self.assertIn("[WARN]", ran.stderr)
                self.assertIn("+w+a.yml", ran.stderr)

    def test_of_a_failure_count_as_absent(self) -> None:
        self.write_state("+w+a")
        path = self.project / STATES / "+w+a.yml"
        path.write_text(path.read_text().replace('"success"', '"error"'))
        self.write("w.dig", "+a: {sh>: echo a ran}\n")
        self.assertEqual(self.run_workflow().stdout, "a ran\n")

    def test_that_are_strange_files_do_no_harm(self) -> None:
        states = self.project / STATES
        (states / "+w+a.yml").mkdir(parents=True)
        (self.project / ".digdag/status/notes.txt").write_text("mine")
        (self.project / ".digdag/status/20240305").mkdir()
        self.write("w.dig", "+a: {sh>: echo a ran}\n")
        ran = self.run_workflow()
        self.assertEqual(ran.stdout, "a ran\n")

    def test_are_written_as_digdag_reads_them(self) -> None:
        self.write("w.dig", "+a:\n  py>: x.f\n  python: python3\n")
        self.write("x.py", """
            import digdag
            def f():
                digdag.env.store({"mean": 1.5, "t": "a\\nb", "l": [1, {"k": None}]})
                digdag.env.export({"e": True})
            """)
        self.run_workflow()
        self.assertEqual((self.project / STATES / "+w+a.yml").read_text(), '''\
fullName: "+w+a"
state: "success"
result:
  subtaskConfig: {}
  exportParams:
    e: true
  resetStoreParams: []
  storeParams:
    mean: 1.5
    t: "a\\nb"
    l:
    - 1
    - k: null
  report:
    inputs: []
    outputs: []
''')
