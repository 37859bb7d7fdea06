"""Names for what differs from run to run in a server's answers, and how answers are written down.

`<kind n>` is the n-th id of that kind in a case, `<uuid n>` the n-th UUID, `<time>` any time within
36 hours of now (so that the times which a case chose itself stay visible).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import re
import tarfile
from datetime import datetime, timedelta, timezone

NOW_RANGE = timedelta(hours=36)
FIRST_INVENTED_ID = 900_000  # no server of a run gets that far
DUMP_WIDTH = 110

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?"
                  r"(Z| ?[+-]\d\d:?\d\d)?(?!\d)")
LOG_FILE_NAME = re.compile(r"@[0-9a-f]{16}\..+\.log\.gz$")
LOG_LINE_START = re.compile(r"^(\d{4}-\S+ \S+ [+-]\d{4}) \[(\w+)\] \(.*?\) [\w.$]+: ", re.M)
TRACE_LINE = re.compile(
    r"^((\tat |\t\.\.\. |Caused by: ).*|[\w.$]+(Exception|Error)(: .*)?)\n", re.M)
FREE_MAPS = {"config", "params", "exportParams", "storeParams", "stateParams", "error", "userInfo"}

# Where texts hold ids.
TEXT_IDS = [(re.compile(pattern), kind) for pattern, kind in (
    (r"(?:session attempt id=|attempt_id[=:]\"?|attempt id[:=] ?|session attempt |"
     r"`\w+ (?:task|log|retry) )(\d+)", "attempt"),
    (r"(?:(?<!attempt )session id[:=] ?|\bsession_id[=:]\"?|`\w+ session |Session id: )(\d+)",
     "session"),
    (r"(?:[Pp]roject id ?= ?|projectId: )(\d+)", "project"),
    (r"(?:workflow id=)(\d+)", "workflow"),
    (r"(?:schedule id[=:] ?)(\d+)", "schedule"),
    (r"(?:revision id=)(\d+)", "revision"),
    (r"(?:task_id=|parent: )(\d+)", "task"),
)]
# What a line `  id: N` counts in the output of a client's command.
CLI_ID_KIND = {"push": "project", "upload": "project", "projects": "project", "delete": "project",
               "task": "task", "tasks": "task", "schedules": "schedule",
               "reschedule": "schedule", "backfill": "attempt"}
# What an object's `id` counts, told by its first member of these.
KIND_BY_MEMBER = {"fullName": "task", "index": "attempt", "sessionUuid": "session",
                  "retryAttemptName": "attempt", "nextRunTime": "schedule",
                  "attempts": "schedule", "archiveType": "project", "timezone": "workflow"}


def kind_of(obj: dict, key: str) -> str:
    """What an object's `id` counts, told from the key that it stands under and what it holds."""
    if key in ("project", "workflow"):
        return key
    return next((kind for member, kind in KIND_BY_MEMBER.items() if member in obj), "id")


class Normaliser:
    """Replaces what differs from run to run; equal things have equal names within one case."""

    def __init__(self, literals: dict[str, str], keep_order: bool) -> None:
        self.literals = literals
        self.keep_order = keep_order
        self.seen: dict[str, dict[str, int]] = {}

    def name(self, kind: str, value: str) -> str:
        if value.isdigit() and not 0 < int(value) < FIRST_INVENTED_ID:
            return value  # no server gave this id: the case made it up
        numbers = self.seen.setdefault(kind, {})
        return f"<{kind} {numbers.setdefault(value, len(numbers) + 1)}>"

    def text(self, text: str) -> str:
        for literal, shown in sorted(self.literals.items(), key=lambda item: -len(item[0])):
            text = text.replace(literal, shown)
        text = re.sub(r"/\S+/push/\S+?_\d+/", "", text)  # where a server unpacks a push
        text = re.sub(r"\b(?:[a-z]\w*\.)+[\w$]+(?:Exception|Error): ", "", text)
        text = UUID.sub(lambda m: self.name("uuid", m.group()), text)
        for pattern, kind in TEXT_IDS:
            text = pattern.sub(lambda m: m.group()[:m.start(1) - m.start()]
                               + self.name(kind, m.group(1)), text)
        text = re.sub(r"\(in [\dhms ]+\)", "(in <duration>)", text)
        text = re.sub(r"\([\dhms ]+ ago\)", "(<duration> ago)", text)
        text = re.sub(r'"reqtime":"[\d.]+"', '"reqtime":"<seconds>"', text)
        text = re.sub(r'"port":\d+', '"port":<port>', text)
        return TIME.sub(self._time, text)

    @staticmethod
    def _time(match: re.Match) -> str:
        date, clock, zone = match.groups()
        offset = (zone or "Z").strip().replace("Z", "+0000").replace(":", "")
        try:
            when = datetime.strptime(f"{date} {clock[:5]} {offset}", "%Y-%m-%d %H:%M %z")
        except ValueError:
            return match.group()
        if abs(when - datetime.now(timezone.utc)) > NOW_RANGE:
            return match.group()
        return f"<time {zone.strip()}>" if zone and zone != "Z" else "<time>"

    def json(self, value, key: str = "", free: bool = False):
        if isinstance(value, dict):
            inner_free = free or key in FREE_MAPS
            if key == "stateParams":  # without the count of polls
                value = {member: inner for member, inner in value.items() if member != "retry"}
            items = value.items() if self.keep_order or inner_free else sorted(value.items())
            return {member: self.field(value, member, inner, key, inner_free)
                    for member, inner in items}
        if isinstance(value, list):
            return [self.name("task", inner) if key == "upstreams" else self.json(inner, key, free)
                    for inner in value]
        return self.text(value) if isinstance(value, str) else value

    def field(self, obj: dict, key: str, value, parent: str, free: bool):
        if key == "stacktrace":
            return "<stacktrace>"
        owner = re.search(r"(session|attempt|project|workflow|parent)_?[iI]d$", key)
        if owner and str(value).isdigit():
            return self.name(owner[1].replace("parent", "task"), str(value))
        if not free and isinstance(value, str):
            if key == "id":
                return self.name(kind_of(obj, parent), value)
            if key == "archiveMd5":
                return self.literals.get(value, "<md5>")
            if key == "agentId":
                return "<agent>"
            if key == "fileName":
                return LOG_FILE_NAME.sub("@<opened>.<agent>.log.gz", value)
        if key == "fileSize" or key.endswith("_millis"):
            return "<number>"
        return self.json(value, key, free)

    def log(self, text: str) -> str:
        """Log lines without thread and class, and without stack traces."""
        text = LOG_LINE_START.sub(r"<time> [\2] ", text)
        return self.text(TRACE_LINE.sub("", text))

    def cli(self, command: str, text: str) -> str:
        if command in CLI_ID_KIND:
            kind = CLI_ID_KIND[command]
            text = re.sub(r"^( +id: )(\d+)$", lambda m: m[1] + self.name(kind, m[2]), text,
                          flags=re.M)
        text = re.sub(r"^( +upstreams: )\[([\d, ]+)\]$", self._upstreams, text, flags=re.M)
        text = re.sub(r"\S*\.digdag/tmp/archive-\d+\.tar", ".digdag/tmp/archive-<random>.tar",
                      text)
        text = re.sub(r"(?:^  Archiving .*\n)+",
                      lambda m: "".join(sorted(m[0].splitlines(True))), text, flags=re.M)
        text = re.sub(r"^(error: .*?)(\{.*\})$", self._json_in_error, text, flags=re.M)
        return self.log(text)

    def _upstreams(self, match: re.Match) -> str:
        names = [self.name("task", number) for number in match[2].split(", ")]
        return f"{match[1]}[{', '.join(names)}]"

    def _json_in_error(self, match: re.Match) -> str:
        try:
            value = self.json(json.loads(match[2]))
        except ValueError:
            return match[0]
        return match[1] + json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def dump(value, indent: int = 0) -> str:
    """JSON, one line where it fits, otherwise one member a line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= DUMP_WIDTH or not value or not isinstance(value, (dict, list)):
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        inner = [pad + json.dumps(key, ensure_ascii=False) + ": " + dump(member, indent + 1)
                 for key, member in value.items()]
        return "{\n" + ",\n".join(inner) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + dump(v, indent + 1) for v in value) + "\n" + " " * indent + "]"


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def base64_md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def pack(entries: dict[str, str], links: dict[str, str]) -> bytes:
    """A project archive. Same content, same bytes."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, text in sorted(entries.items()):
            info = tarfile.TarInfo(name)
            data = text.encode()
            info.size, info.mode = len(data), 0o755 if name.endswith(".sh") else 0o644
            tar.addfile(info, io.BytesIO(data))
        for name, target in sorted(links.items()):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, target, 0o777
            tar.addfile(info)
    return gzip.compress(raw.getvalue(), mtime=0)
