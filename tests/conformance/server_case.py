"""Executes the steps of a server case and writes down what they print.

What a step of the name `push` does is the method step_push, and so on; SERVER.md describes them.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
import shlex
import string
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import casefile
from live_server import PATIENCE, POLL_SECONDS, Server, clean_environment
from server_answers import LOG_FILE_NAME, Normaliser, base64_md5, dump, md5, pack

# What a step may stumble over where the answer is not what it expects; part of the transcript then.
STEP_TROUBLE = (LookupError, StopIteration, ValueError, TypeError, AttributeError, OSError,
                tarfile.TarError)
CLIENT_NOISE = re.compile(r"^(WARNING: |Picked up |OpenJDK |<time.*>: Digdag v)")


def pick(value, path: str):
    """The member at `.key[0][name].key`; `[name]` finds a list's element of that (full) name."""
    for key, index in re.findall(r"\.(\w+)|\[([^\]]+)\]", path):
        if key:
            value = value[key]
        elif re.fullmatch(r"-?\d+", index):
            value = value[int(index)]
        else:
            value = next(found for found in value if index in (
                found.get("fullName"), found.get("name"), found.get("taskName")))
    return value


def holder_of(path: str) -> str:
    """The last key of a path, without the indexes behind it."""
    return path.rpartition(".")[2].partition("[")[0]


class CaseRun:
    def __init__(self, case: casefile.Case, server: Server, work: Path) -> None:
        self.case, self.server, self.work = case, server, work
        project = "p" + "".join(random.choices(string.ascii_lowercase, k=9))
        self.vars = {"P": project, "WORK": str(server.work), "SERVER": server.address,
                     "PORT": str(server.port)}
        self.norm = Normaliser(
            {project: "$P", str(work): "<work>", str(server.work): "<server-work>",
             server.version: "<version>", server.address: "<server>",
             f"127.0.0.1:{server.admin_port}": "<admin>"},
            keep_order="key-order" in case.tags)
        self.how = ""  # `quiet` or `status` in front of the step
        self.next_headers: dict[str, str] = {}
        self.all_headers: dict[str, str] = {}
        self.status, self.headers, self.body = 0, None, b""
        self.out: list[str] = []
        for name, text in case.files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.fill(text), encoding="utf-8")

    def transcript(self) -> str:
        for step in self.case.steps:
            self.out.append(f"> {step}")
            verb, _, rest = step.partition(" ")
            self.how = verb if verb in ("quiet", "status") else ""
            if self.how:
                verb, _, rest = rest.partition(" ")
            try:
                if verb.isupper():
                    self.http(verb, self.fill(rest))
                    self.show_response(self.how)
                else:
                    getattr(self, "step_" + verb)(self.fill(rest))
            except STEP_TROUBLE as trouble:
                self.out.append(
                    self.norm.text(f"step failed: {type(trouble).__name__}: {trouble}"))
        return "\n".join(line for text in self.out for line in text.splitlines()) + "\n"

    def fill(self, text: str) -> str:
        return re.sub(r"\$([A-Za-z_]\w*)", lambda m: self.vars.get(m[1], m[0]), text)

    # --- requests ---

    def http(self, method: str, rest: str) -> None:
        path, _, text = rest.partition(" ")
        headers, self.next_headers = self.next_headers, {}
        body = None
        if text.startswith(("@", "gz@")):
            body = (self.work / text.partition("@")[2]).read_bytes()
            body = gzip.compress(body) if text.startswith("gz@") else body
            headers.setdefault("Content-Type", "application/gzip")
        elif text:
            body = text.encode()
            headers.setdefault("Content-Type", "application/json")
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.compress(body)
        self.call(method, path, body, headers)

    def call(self, method: str, path: str, body: bytes | None = None,
             headers: dict[str, str] | None = None) -> None:
        self.status, self.headers, self.body = self.server.request(
            method, path, body, {**self.all_headers, **(headers or {})})

    def get(self, path: str):
        self.call("GET", path)
        return json.loads(self.body) if self.status == 200 else {}

    def show_response(self, how: str) -> None:
        """Status, media type and body; `quiet` leaves out a success's body, `status` any."""
        kind = (self.headers.get("Content-Type") or "") if self.body else ""
        self.out.append(str(self.status) if kind == "application/json"
                        else f"{self.status} {kind}".strip())
        if how == "status" or (how == "quiet" and self.status < 300) or not self.body:
            return
        if self.headers.get("Content-Encoding"):
            self.out.append(f"Content-Encoding: {self.headers['Content-Encoding']}")
        elif kind.startswith("application/json"):
            self.out.append(dump(self.norm.json(json.loads(self.body))))
        elif kind == "application/gzip":
            known = self.norm.literals.get(md5(self.body))
            self.out.append(known.replace("md5 of", "archive") if known
                            else self.norm.log(gzip.decompress(self.body).decode()))
        elif "html" in kind:
            self.out.append("<html>")
        else:
            self.out.append(self.norm.text(self.body.decode(errors="replace")))

    def step_with(self, rest: str) -> None:
        name, _, value = rest.partition(": ")
        self.next_headers[name] = value

    def step_always(self, rest: str) -> None:
        name, _, value = rest.partition(": ")
        self.all_headers[name] = value

    def step_header(self, rest: str) -> None:
        for name in rest.split():
            value = self.headers.get(name)
            if name == "Allow" and value:
                value = ", ".join(sorted(re.split(r",\s*", value)))
            self.out.append(f"{name}: {'(none)' if value is None else self.norm.text(value)}")

    def step_show(self, rest: str) -> None:
        value = json.loads(self.body)
        holder, _, key = rest.rpartition(".")
        if key.isidentifier() and isinstance(pick(value, holder), dict):
            shown = self.norm.field(pick(value, holder), key, pick(value, rest),
                                    holder_of(holder), False)
        else:
            shown = self.norm.json(pick(value, rest), holder_of(rest))
        self.out.append(dump(shown))

    def step_entries(self, _rest: str) -> None:
        with tarfile.open(fileobj=io.BytesIO(self.body)) as tar:
            for member in sorted(tar.getmembers(), key=lambda m: m.name):
                link = f" -> {member.linkname}" if member.issym() else ""
                self.out.append(f"{member.mode:04o} {member.size} {member.name}{link}")

    def step_save(self, rest: str) -> None:
        name, _, path = rest.partition(" = ")
        value = pick(json.loads(self.body), path)
        self.vars[name] = value if isinstance(value, str) else json.dumps(value)

    # --- projects and attempts ---

    def step_push(self, rest: str) -> None:
        project, revision, *options = rest.split()
        added = [option[1:] for option in options if option.startswith("+")]
        rest_options = [option for option in options if not option.startswith("+")]
        folder = next((option for option in rest_options if option.endswith("/")), "")
        entries = {name[len(folder):]: self.fill(text) for name, text in self.case.files.items()
                   if name.startswith(folder) and name != "server.properties"}
        links = dict(option.split("->") for option in added if "->" in option)
        for name, _, source in (option.partition("=") for option in added if "->" not in option):
            entries[name] = self.fill(self.case.files[source])
        query = "".join("&" + option for option in rest_options if "=" in option)
        archive = pack(entries, links)
        for digest in (base64_md5(archive), md5(archive)):
            self.norm.literals[digest] = f"<md5 of {revision}>"
        self.call("PUT", f"/api/projects?project={project}&revision={revision}{query}", archive,
                  {"Content-Type": "application/gzip"})
        self.show_response(self.how or "quiet")
        if self.status == 200:
            self.vars["project"] = json.loads(self.body)["id"]

    def step_start(self, rest: str) -> None:
        """PROJECT WORKFLOW as VARIABLE SESSION_TIME [{further members of the request}]"""
        project, workflow, _, variable, when, *more = rest.split(" ", 5)
        project_id = self.get(f"/api/projects?name={project}")["projects"][0]["id"]
        found = self.get(f"/api/projects/{project_id}/workflows?name={workflow}")
        body = {"workflowId": found["workflows"][0]["id"], "sessionTime": when, "params": {},
                **(json.loads(more[0]) if more else {})}
        self.call("PUT", "/api/attempts", json.dumps(body).encode(),
                  {"Content-Type": "application/json"})
        self.show_response(self.how or "quiet")
        if self.status == 200:
            self.vars[variable] = json.loads(self.body)["id"]

    def step_wait(self, rest: str) -> None:
        self.poll(f"/api/attempts/{rest}", lambda attempt: attempt["done"])
        self.out.append(json.loads(self.body)["status"])

    def step_until(self, rest: str) -> None:
        path, where, _, wanted = rest.split(" ", 3)

        def reached(answer) -> bool:
            try:
                value = pick(answer, where)
            except (LookupError, StopIteration):
                return False
            return wanted in (value, json.dumps(value))
        self.poll(path, reached)

    def poll(self, path: str, reached: Callable[[dict], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached(self.get(path)):
            if time.monotonic() > deadline:
                last = self.body.decode(errors="replace")
                raise ValueError("timed out; the last answer was " + last)
            time.sleep(POLL_SECONDS)

    def step_touch(self, rest: str) -> None:
        """Makes a file that a task of the case waits for."""
        (self.work / rest).touch()

    def step_sleep(self, rest: str) -> None:
        time.sleep(float(rest))

    def step_tasks(self, rest: str) -> None:
        tasks = self.get(f"/api/attempts/{rest}/tasks")["tasks"]
        rounds: dict[str, int] = {}
        names = {}
        for task in tasks:
            rounds[task["fullName"]] = n = rounds.get(task["fullName"], 0) + 1
            names[task["id"]] = task["fullName"] + (f"#{n}" if n > 1 else "")
        if "unordered" in self.case.tags:
            tasks.sort(key=lambda task: names[task["id"]])
        for task in tasks:
            upstreams = ",".join(sorted(names[number] for number in task["upstreams"]))
            words = [names[task["id"]], task["state"], "group" * task["isGroup"],
                     "cancelRequested" * task["cancelRequested"],
                     "started" * bool(task["startedAt"]), "retryAt" * bool(task["retryAt"]),
                     f"in {names.get(task['parentId'], '-')}", upstreams and f"after {upstreams}"]
            self.out.append(" ".join(filter(None, words)))
            for field in ("config", "exportParams", "storeParams", "stateParams", "error"):
                if task[field]:
                    self.out.append(f"  {field} {dump(self.norm.json(task[field], field), 4)}")

    def step_log(self, rest: str) -> None:
        attempt, _, prefix = rest.partition(" ")
        query = f"?task={quote(prefix)}" if prefix else ""
        texts: dict[str, str] = {}
        for handle in self.get(f"/api/logs/{attempt}/files{query}")["files"]:
            self.call("GET", f"/api/logs/{attempt}/files/{quote(handle['fileName'])}")
            text = gzip.decompress(self.body).decode()
            texts[handle["taskName"]] = texts.get(handle["taskName"], "") + text
        for task, text in sorted(texts.items()):
            self.out += [f"{task}:"] + ["  " + line for line in self.norm.log(text).splitlines()]

    # --- the client ---

    def step_cli(self, rest: str) -> None:
        command, done = self.run_client(rest)
        for mark, data in (("out| ", done.stdout), ("err| ", done.stderr)):
            text = self.norm.cli(command, data.decode(errors="replace"))
            if "usage" not in self.case.tags:
                text = re.sub(r"^(Usage: [^\n]*\n).*?(?=^error: |\Z)", r"\1(options)\n", text,
                              flags=re.M | re.S)
            self.out += [mark + line for line in text.splitlines() if not CLIENT_NOISE.match(line)]
        self.out.append(f"exit {done.returncode}")

    def step_exit(self, rest: str) -> None:
        """As `cli`, for commands of which only the exit status is comparable."""
        self.out.append(f"exit {self.run_client(rest)[1].returncode}")

    def run_client(self, rest: str) -> tuple[str, subprocess.CompletedProcess]:
        words = shlex.split(rest)
        stdin = next((word[1:] for word in words if word.startswith("<")), None)
        words = [word for word in words if not word.startswith("<")]
        if not {"-e", "--endpoint"} & set(words) and words[0] not in ("archive", "server"):
            words[1:1] = ["-e", self.server.address]
        home = self.work / ".home"
        home.mkdir(exist_ok=True)
        done = subprocess.run([self.server.binary, *words], cwd=self.work, timeout=PATIENCE,
                              env=clean_environment(home), check=False, capture_output=True,
                              input=(self.work / stdin).read_bytes() if stdin else b"")
        return words[0], done

    # --- files ---

    def step_tail(self, rest: str) -> None:
        """The last line of a file."""
        self.out.append(self.norm.text((self.work / rest).read_text().splitlines()[-1]))

    def step_find(self, rest: str) -> None:
        """The paths below a directory of the server."""
        root = self.work / rest
        for path in sorted(found for found in root.rglob("*") if found.is_file()):
            shown = LOG_FILE_NAME.sub("@<opened>.<agent>.log.gz", str(path.relative_to(root)))
            self.out.append(self.norm.text(re.sub(r"^\d{4}-\d\d-\d\d/", "<date>/", shown)))

    def step_ls(self, rest: str) -> None:
        root = self.work / rest
        for path in sorted(root.rglob("*")):
            link = f" -> {os.readlink(path)}" if path.is_symlink() else ""
            if link or path.is_file():
                mode = path.lstat().st_mode & 0o777
                self.out.append(f"{mode:04o} {path.relative_to(root)}{link}")
