"""The project that is under load: workflows of each kind, whose commands keep a journal.

A line of the journal is `TIME WHAT ATTEMPT TASK PID`: `begin`, `end` and `overlap` come from
commands, what else there is from those who watch them. All append to one file, so the order of the
lines is the order of the events.
"""

from __future__ import annotations

import io
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

# `. ./step.sh SECONDS`: holds the task's lock while it lives, however it dies.
STEP = """
who="$attempt_id $task_name $BASHPID"
note() { echo "$EPOCHREALTIME $1 $who" >> "$CHAOS/journal"; }
exec 9>> "$CHAOS/locks/$attempt_id$task_name"
flock -n 9 || note overlap
note begin
echo "begin $who"
[ "$1" = 0 ] || sleep "$1"
echo "end $who"
note end
"""

EXPORT = '_export: {sh: {shell: [bash]}}\n'

WORKFLOWS = {
    # What a task stores reaches the next one.
    "plain": """
+first: {echo>: "${session_time}"}
+make: {sh>: ". ./step.sh 0; echo made=$session_uuid >> $MOGURA_OUTPUT"}
+use: {sh>: ". ./step.sh 0; test \\"${made}\\" = \\"$session_uuid\\""}
""",
    "fan": """
+each:
  for_each>: {n: [1, 2, 3, 4, 5, 6]}
  _parallel: {limit: 2}
  _do:
    +one: {sh>: . ./step.sh 0.05}
+after: {sh>: . ./step.sh 0}
""",
    "broken": """
_error: {sh>: . ./step.sh 0}
+good: {sh>: . ./step.sh 0}
+bad:
  _retry: {limit: 1, interval: 1}
  _error: {sh>: . ./step.sh 0}
  sh>: . ./step.sh 0; exit 3
+never: {sh>: . ./step.sh 0}
""",
    # The group fails once.
    "again": """
+rounds:
  _retry: {limit: 2, interval: 1}
  +good: {sh>: . ./step.sh 0}
  +bad: {sh>: ". ./step.sh 0; mark=$CHAOS/marks/$attempt_id; test -e $mark || { > $mark; exit 1; }"}
+after: {sh>: . ./step.sh 0}
""",
    # What parallel tasks store reaches those that follow, in the order of the workflow and not of
    # time; it reaches nobody beside.
    "apart": """
+both:
  _parallel: true
  +left:
    +one: {sh>: ". ./step.sh 0.1; echo side=left >> $MOGURA_OUTPUT"}
    +two: {sh>: ". ./step.sh 0; test ${side} = left"}
  +right:
    +one: {sh>: ". ./step.sh 0; echo side=right >> $MOGURA_OUTPUT"}
    +two: {sh>: ". ./step.sh 0.2; test ${side} = right"}
+after: {sh>: ". ./step.sh 0; test ${side} = right"}
""",
    "calls": """
+choose:
  if>: ${true}
  _do:
    +call: {call>: called}
+pause: {wait>: 1s}
+need: {require>: needed}
""",
    "called": "+inner: {sh>: . ./step.sh 0}\n",
    "needed": "+inner: {sh>: . ./step.sh 0.2}\n",
    "slow": """
_parallel: true
+one: {sh>: . ./step.sh 3}
+two: {sh>: . ./step.sh 2}
""",
    "tick": "schedule: {seconds_interval>: 1}\n+a: {sh>: . ./step.sh 0}\n",
    "daily": 'schedule: {daily>: "00:00:00"}\n+a: {sh>: . ./step.sh 0.1}\n',
}

# How their attempts end where nobody kills them.
FAILING = {"broken"}
# Workflows that clients start.
STARTED = ("plain", "fan", "apart", "broken", "again", "calls", "slow")
# The seconds between the sessions of a schedule, which all begin at a multiple of them.
PERIODS = {"tick": 1, "daily": 24 * 3600}
# Of one attempt, which the server is told.
MAX_TASKS = 16
# Tasks of these groups run once in each of its rounds, at most so many.
MAX_ROUNDS = 3
# The number of progressing children that +fan+each may have.
FAN_LIMIT = 2


def archive(note: str) -> bytes:
    """A revision of the project; they differ in the note."""
    files = {f"{name}.dig": EXPORT + text for name, text in WORKFLOWS.items()}
    files |= {"step.sh": STEP, "note.txt": note}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


@dataclass(frozen=True)
class Line:
    time: float
    what: str
    attempt: int
    task: str
    pid: int

    @property
    def printed(self) -> str:
        """The same as the command prints it."""
        return f"{self.what} {self.attempt} {self.task} {self.pid}"


class Journal:
    def __init__(self, place: Path) -> None:
        self._path = place / "journal"
        self._path.touch()
        for folder in ("locks", "marks"):
            (place / folder).mkdir()

    def note(self, what: str, attempt: int = 0, task: str = "-") -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{time.time():.6f} {what} {attempt} {task} 0\n")

    def lines(self) -> list[Line]:
        found = []
        for text in self._path.read_text(encoding="utf-8").splitlines():
            moment, what, attempt, task, pid = text.split(" ")
            found.append(Line(float(moment), what, int(attempt), task, int(pid)))
        return found
