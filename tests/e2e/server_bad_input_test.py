"""What comes over the network and is wrong: each request gets a proper status and a message that
names nothing of the server's own, and the server goes on."""

from __future__ import annotations

import datetime
import http.client
import io
import itertools
import json
import random
import re
import resource
import socket
import tarfile
import time
import zlib
from urllib.parse import quote

from project import ProjectTest, wait_for
from server import ServerTest

REQUEST_SECONDS = 30
MAX_MEMORY_KB = 300 * 1024
BAD_IDS = ("0", "-1", "x", "9" * 30, "1 OR 1=1", "1'; DROP TABLE projects; --", "\0", "../../etc",
           "ü😀", "%", "1.5", " ")
BAD_JSON = (b"", b"{", b"[]", b"null", b"1", b'"x"', b"{}", b'{"a":}', b"\xff\xfe", b'{"a":NaN}',
            b"[" * 100_000, b'{"a":' * 100_000, b'{"a":1e999999}', b'{"\\ud800":"\\udfff"}',
            b'{"a":"\\u0000"}', b"<xml/>")
WRONG_VALUES = (None, True, -1, 1.5, 10 ** 40, "", "x", "\0", "'; DROP TABLE attempts; --", [], {},
                [[]], {"a": None}, "9" * 1000, "2030-13-45T99:00:00Z")
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO")
SQL = "x'); DROP TABLE attempts; -- \" $1 %s \\ {rows}"


class BadInputTest(ServerTest):
    def setUp(self) -> None:
        super().setUp()
        self.start_server("-o", str(self.place / "db"), "-O", str(self.place / "logs"))
        host, port = self.endpoint.split(":")
        self.address = (host, int(port))
        self.session = datetime.date(2030, 1, 1)
        self.connection = http.client.HTTPConnection(*self.address, timeout=REQUEST_SECONDS)
        self.addCleanup(self.connection.close)

    def request(self, method: str, path: str, body=None, kind: str | None = "application/json",
                **options) -> tuple[int, bytes]:
        """The status and body of the answer, which is no failure of the server's and tells nothing
        of it."""
        headers = {"Content-Type": kind} if kind and body is not None else {}
        self.connection.request(method, path, body, headers, **options)
        answer = self.connection.getresponse()
        content = answer.read()
        shown = f"{method} {path[:200]} {str(body)[:200]}: {answer.status} {content[:500]}"
        self.assertLess(answer.status, 500, shown)
        self.assertNotIn(str(self.place).encode(), content, shown)
        return answer.status, content

    def get_json(self, path: str) -> dict:
        return json.loads(self.request("GET", path)[1])

    def push(self, archive: bytes, project: str = "p", revision: str = "r") -> tuple[int, bytes]:
        return self.request("PUT", f"/api/projects?project={quote(project, safe='')}"
                            f"&revision={quote(revision, safe='')}", archive, "application/gzip")

    def memory_kb(self) -> int:
        status = open(f"/proc/{self.server.process.pid}/status", encoding="ascii").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def assert_goes_on(self) -> None:
        """What is right still works."""
        self.assertEqual(self.push(packed({"good.dig": "+a: {echo>: x}\n"}), "good",
                                   str(time.monotonic_ns()))[0], 200)
        workflow = self.get_json("/api/workflow?project=good&name=good")["id"]
        self.session += datetime.timedelta(days=1)
        status, answer = self.request("PUT", "/api/attempts", json.dumps(
            {"workflowId": workflow, "sessionTime": f"{self.session}T00:00:00Z", "params": {}}))
        self.assertEqual(status, 200, answer)
        attempt = json.loads(answer)["id"]
        self.wait_for_attempt(attempt)
        self.assertTrue(self.get_json(f"/api/attempts/{attempt}")["success"])


def packed(files: dict[str, str], *entries: tarfile.TarInfo) -> bytes:
    """A project's archive with files, and entries without content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
        for entry in entries:
            tar.addfile(entry)
    return out.getvalue()


def special_entry(kind: bytes, name: str, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


class BadRequests(BadInputTest):
    """On every route that there is."""

    def setUp(self) -> None:
        super().setUp()
        self.push(packed({"w.dig": "schedule: {daily>: '00:00:00'}\n+a: {echo>: x}\n"}))
        self.paths = self.get_json("/api/openapi.json")["paths"]
        self.schemas = self.get_json("/api/openapi.json")["components"]["schemas"]

    @staticmethod
    def with_ids(path: str, text: str) -> str:
        return re.sub(r"\{[^}]*\}", quote(text, safe=""), path)

    def test_ids(self) -> None:
        for path, bad in itertools.product(self.paths, BAD_IDS):
            if "{" in path:
                for method in self.paths[path]:
                    self.request(method.upper(), self.with_ids(path, bad))
        self.assert_goes_on()

    def test_methods(self) -> None:
        for path, method in itertools.product(self.paths, METHODS):
            if method.lower() not in self.paths[path]:
                status, _ = self.request(method, self.with_ids(path, "77"))
                self.assertIn(status, (200, 204, 400, 404, 405), f"{method} {path}")
        self.assert_goes_on()

    def test_bodies(self) -> None:
        for path, operations in self.paths.items():
            for method in set(operations) & {"put", "post"}:
                for body, kind in itertools.product(BAD_JSON, ("application/json", "text/plain",
                                                               "application/gzip", None)):
                    self.request(method.upper(), self.with_ids(path, "1"), body, kind)
        self.assert_goes_on()

    def test_values(self) -> None:
        """Each member of each body in turn has a value of each wrong type."""
        for path, operations in self.paths.items():
            for method, operation in operations.items():
                for schema in self.bodies(operation):
                    members = self.schemas[schema]["properties"]
                    for member, value in itertools.product(members, WRONG_VALUES):
                        good = {name: "1" for name in members}
                        self.request(method.upper(), self.with_ids(path, "1"),
                                     json.dumps(good | {member: value}))
        self.assert_goes_on()

    def test_query_parameters(self) -> None:
        for path, operations in self.paths.items():
            for parameter in operations.get("get", {}).get("parameters", ()):
                if parameter["in"] == "query":
                    for bad in BAD_IDS:
                        self.request("GET", f"{self.with_ids(path, '1')}?{parameter['name']}="
                                     f"{quote(bad, safe='')}")
        self.assert_goes_on()

    @staticmethod
    def bodies(operation: dict) -> list[str]:
        content = operation.get("requestBody", {}).get("content", {})
        found = [kind["schema"].get("$ref", "") for name, kind in content.items() if "json" in name]
        return [reference.rsplit("/", 1)[-1] for reference in found if reference]

    def test_statements_in_every_text(self) -> None:
        """They are kept as they are, or refused."""
        project = "p" + SQL.replace("\\", "")
        archive = packed({"w.dig": f"_export: {{t: {json.dumps(SQL)}}}\n+a: {{echo>: '${{t}}'}}\n"})
        self.assertEqual(self.push(archive, project, SQL)[0], 200)
        found = self.get_json("/api/projects?name=" + quote(project, safe=""))["projects"]
        self.assertEqual([(one["name"], one["revision"]) for one in found], [(project, SQL)])
        workflow = self.get_json(f"/api/projects/{found[0]['id']}/workflows")["workflows"][0]
        body = {"workflowId": workflow["id"], "sessionTime": "2030-01-01T00:00:00Z",
                "retryAttemptName": SQL, "params": {SQL: SQL}}
        status, answer = self.request("PUT", "/api/attempts", json.dumps(body))
        self.assertEqual(status, 200, answer)
        attempt = json.loads(answer)
        self.assertEqual((attempt["params"], attempt["retryAttemptName"]), ({SQL: SQL}, SQL))
        self.wait_for_attempt(attempt["id"])
        listed = self.get_json("/api/attempts?project=" + quote(project, safe=""))["attempts"]
        self.assertEqual([(one["id"], one["status"]) for one in listed],
                         [(attempt["id"], "success")])
        self.assert_goes_on()


class BadArchives(BadInputTest):
    def test_entries_that_leave_the_project(self) -> None:
        secret = self.place / "secret"
        secret.write_text("+stolen: {echo>: stolen}\n", encoding="utf-8")
        for entries in ([special_entry(tarfile.REGTYPE, "../escaped")],
                        [special_entry(tarfile.REGTYPE, str(self.place / "escaped"))],
                        [special_entry(tarfile.REGTYPE, "a/../../escaped")],
                        [special_entry(tarfile.SYMTYPE, "out", ".."),
                         special_entry(tarfile.REGTYPE, "out/escaped")],
                        [special_entry(tarfile.SYMTYPE, "out", str(self.place)),
                         special_entry(tarfile.DIRTYPE, "out/escaped")]):
            status, answer = self.push(packed({"w.dig": "+a: {echo>: x}\n"}, *entries))
            self.assertEqual(status, 400, (entries, answer))
        self.assertEqual(list(self.place.rglob("escaped")), [])
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            self.push(packed({}, special_entry(kind, "stolen.dig", str(secret))), kind.decode())
            listed = self.get_json("/api/workflows")["workflows"]
            self.assertEqual(listed, [], "a file of the server was read")
        self.assert_goes_on()

    def test_devices_are_not_made(self) -> None:
        entries = [special_entry(kind, f"special{number}")
                   for number, kind in enumerate((tarfile.CHRTYPE, tarfile.BLKTYPE,
                                                  tarfile.FIFOTYPE))]
        status, answer = self.push(packed(
            {"w.dig": f"+a: {{sh>: 'find . ! -type f ! -type d > {self.place}/found'}}\n"},
            *entries))
        self.assertEqual(status, 200, answer)
        self.wait_for_attempt(self.start_attempt("p", "w"))
        self.assertEqual((self.place / "found").read_text(), "")

    def test_what_is_no_archive(self) -> None:
        good = packed({"w.dig": "+a: {echo>: x}\n"})
        for bad in (b"", b"x", b"\x1f\x8b", good[:-20], good[:20], b"\0" * 10_000,
                    bytes(random.Random(1).randbytes(10_000)), zlib.compress(b"x" * 1000),
                    good[:30] + b"\xff" * 50 + good[80:]):
            self.assertEqual(self.push(bad)[0], 400, bad[:40])
        self.assert_goes_on()

    def test_bombs(self) -> None:
        """A gigabyte of zeros, as a file and as entries without content."""
        pack = zlib.compressobj(9, zlib.DEFLATED, 31)
        entry = tarfile.TarInfo("zeros")
        entry.size = 1 << 30
        bomb = pack.compress(entry.tobuf())
        for _ in range(1 << 10):
            bomb += pack.compress(b"\0" * (1 << 20))
        bomb += pack.flush()
        many = pack_many(300_000)
        for archive in (bomb, many):
            self.assertEqual(self.push(archive)[0], 400)
        self.assertLess(self.memory_kb(), MAX_MEMORY_KB)
        self.assert_goes_on()


def pack_many(count: int) -> bytes:
    """An archive of empty files."""
    pack = zlib.compressobj(1, zlib.DEFLATED, 31)
    header = tarfile.TarInfo("a").tobuf(tarfile.USTAR_FORMAT)
    return b"".join(pack.compress(header) for _ in range(count)) + pack.flush()


class ManyBytesAndConnections(BadInputTest):
    def raw(self, *pieces: bytes) -> socket.socket:
        sock = socket.create_connection(self.address, REQUEST_SECONDS)
        self.addCleanup(sock.close)
        for piece in pieces:
            sock.sendall(piece)
        return sock

    def test_huge_bodies(self) -> None:
        head = b"PUT /api/attempts HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        sock = self.raw(head, b"Content-Length: 99999999999\r\n\r\n")
        self.assertRegex(sock.recv(100), rb"^HTTP/1.1 413 ")
        sock = self.raw(head, b"Content-Length: 999999999999999999999999\r\n\r\n")
        self.assertRegex(sock.recv(100), rb"^HTTP/1.1 4\d\d ")
        body = b'{"workflowId":"' + b"x" * 80_000_000 + b'"}'
        self.assertEqual(self.request("PUT", "/api/attempts", body)[0], 413)
        self.assertLess(self.memory_kb(), MAX_MEMORY_KB)
        self.assert_goes_on()

    def test_who_sends_slowly_holds_up_nobody(self) -> None:
        slow = [self.raw(b"GET /api/version HTTP/1.1\r\nX-A: ") for _ in range(500)]
        slow += [self.raw(b"PUT /api/attempts HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n"
                          b"Content-Type: application/json\r\n\r\n{") for _ in range(500)]
        for round_ in range(3):
            for sock in slow:
                sock.sendall(b" ")
            began = time.monotonic()
            self.assert_goes_on()
            self.assertLess(time.monotonic() - began, 10, f"round {round_}")

    def test_ten_thousand_connections(self) -> None:
        wanted = 10_000
        limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most < wanted + 500:
            self.skipTest(f"only {most} files may be open")
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (limit, most))
        before = self.memory_kb()
        held = [self.raw() for _ in range(wanted)]
        self.assertEqual(self.request("GET", "/api/version")[0], 200)
        for sock in held[::1000]:
            sock.sendall(b"GET /api/version HTTP/1.1\r\nHost: h\r\n\r\n")
            self.assertRegex(sock.recv(100), rb"^HTTP/1.1 200 ")
        self.assertLess(self.memory_kb() - before, MAX_MEMORY_KB)
        self.assert_goes_on()


class BadArguments(ProjectTest):
    """Of a server that then does not start."""

    def test_database_that_is_none(self) -> None:
        place = self.place / "db"
        place.mkdir()
        (place / "mogura.db").write_bytes(b"this is no database" * 1000)
        ran = self.run_program("server", "-n", "0", "-o", str(place))
        self.assertEqual(ran.status, 1)
        self.assertIn("error: ", ran.stderr)
        self.assertEqual((place / "mogura.db").read_bytes(), b"this is no database" * 1000)
        wait_for(lambda: not self.processes(), "its end")
