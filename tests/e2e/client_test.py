"""Commands that talk to a server, against one with fixed answers."""

from __future__ import annotations

import io
import json
import tarfile
import urllib.parse

from api_server import COMPATIBLE, PROJECT, Answer, ApiServer
from project import ProjectTest, Ran

WORKFLOW = {"id": "9", "name": "etl", "project": {"id": "4", "name": "shop"}, "revision": "r7",
            "timezone": "UTC", "config": {"+a": {"echo>": "a"}}}
BLOCK = """\
  id: 4
  name: shop
  revision: r7
  archive type: db
  project created at: 2026-02-01T10:00:00Z
  revision updated at: 2026-03-01T09:00:01Z
"""


class ClientTest(ProjectTest):
    def serve(self, answers: dict | None = None) -> ApiServer:
        self.server = ApiServer(answers or {})
        self.addCleanup(self.server.close)
        return self.server

    def ask(self, *arguments: str, name: str = "digdag", **options) -> Ran:
        return self.run_program(*arguments, "-e", self.server.endpoint, name=name, **options)

    def assert_error(self, ran: Ran, text: str) -> None:
        self.assertEqual(ran.status, 1, ran.stdout)
        self.assertIn(f"error: {text}\n", ran.stderr)


class CommonPart(ClientTest):
    def test_sends_version_headers_and_credentials(self) -> None:
        self.serve()
        self.write("client.properties", "client.http.headers.X-One = 1\n"
                                        "client.http.headers.X-Two = 1\n")
        self.ask("projects", "-c", "client.properties", "-H", "X-Two=2", "--basic-auth", "me:pw")
        for request in self.server.requests:
            self.assertEqual(request.headers["X-One"], "1")
            self.assertEqual(request.headers["X-Two"], "2")
            self.assertEqual(request.headers["Authorization"], "Basic bWU6cHc=")
            self.assertRegex(request.headers["User-Agent"], r"^DigdagClient/\d")
            self.assertEqual(request.headers["Accept"], "application/json")
        self.assertEqual(self.server.requests[0].line,
                         "GET /api/version/check?client=0.10.6-SNAPSHOT")

    def test_errors_of_reading_show_the_status(self) -> None:
        for status, text in [(404, "Resource not found: HTTP 404 Not Found"),
                             (409, "Request conflicted: HTTP 409 Conflict"),
                             (401, "Status code 401: HTTP 401 Unauthorized"),
                             (301, "HTTP 301 Moved Permanently (web application)")]:
            with self.subTest(status):
                body = {"message": "why", "status": status}
                self.serve({"GET /api/projects": Answer(body, status)})
                self.assert_error(self.ask("projects"), text)
                if status != 301:
                    self.assert_error(self.ask("projects", name="mogura"), "why")

    def test_errors_of_writing_show_the_body(self) -> None:
        for status, text in [(404, "Resource not found: "), (409, "Request conflicted: "),
                             (422, "Invalid option: "), (400, "Status code 400: ")]:
            with self.subTest(status):
                body = {"message": "why", "status": status}
                self.serve({"DELETE /api/projects/4": Answer(body, status)})
                self.assert_error(self.ask("delete", "shop", "--force"),
                                  f'{text}{{"message":"why","status":{status}}}')
                self.assert_error(self.ask("delete", "shop", "--force", name="mogura"), "why")

    def test_reading_is_tried_again_and_writing_is_not(self) -> None:
        busy = Answer({"message": "busy", "status": 503}, 503)
        self.serve({"GET /api/projects": [busy, busy, Answer({"projects": [PROJECT]})],
                    "DELETE /api/projects/4": [busy, Answer(PROJECT)]})
        self.assert_error(self.ask("delete", "shop", "--force"),
                          "HTTP 503 Service Unavailable (internal server error)")
        self.assertEqual(self.server.lines, ["GET /api/projects?name=shop"] * 3 +
                         ["DELETE /api/projects/4"])

    def test_an_old_client_stops(self) -> None:
        self.serve({"GET /api/version/check": Answer({**COMPATIBLE, "apiCompatible": False})})
        ran = self.ask("projects")
        self.assert_error(ran, "This client version is not API compatible to the server "
                               "(client: 0.10.6-SNAPSHOT, server: 9.9.9).\n"
                               "Please run following command locally to upgrade to a compatible "
                               "version with the server:\n\n    digdag selfupdate 9.9.9\n")
        self.assertEqual(self.server.lines, [])
        self.assertEqual(self.ask("projects", "--disable-version-check").status, 0)

    def test_a_client_to_upgrade_warns_or_asks_a_person(self) -> None:
        self.serve({"GET /api/version/check": Answer({**COMPATIBLE, "upgradeRecommended": True})})
        ran = self.ask("projects")
        self.assertEqual(ran.status, 0)
        self.assertIn("[WARN]", ran.stdout)
        self.assertIn("(client: 0.10.6-SNAPSHOT, server: 9.9.9).", ran.stdout)
        mode = "io.digdag.cli.versionCheckMode"
        ran = self.ask("projects", "-X", f"{mode}=interactive")
        self.assertEqual(ran.status, 1)
        self.assertIn("error: This client version is obsoleted. It is recommended", ran.stderr)
        self.assert_error(self.ask("projects", "-X", f"{mode}=maybe"),
                          f"{mode} must be batch or interactive (illegal argument)")

    def test_says_which_server_is_away(self) -> None:
        ran = self.run_program("projects", "-e", "127.0.0.1:1")
        self.assertEqual(ran.status, 1)
        self.assertIn("Cannot reach the server at http://127.0.0.1:1", ran.stderr)
        self.assertIn("Connection refused", ran.stderr)
        ran = self.run_program("projects", "-e", "127.0.0.1:1", name="digdag")
        self.assert_error(ran, "RESTEASY004655: Unable to invoke request (processing)\n"
                               "> Connect to 127.0.0.1:1 [/127.0.0.1] failed: Connection refused "
                               "(http host connect)")

    def test_goes_through_the_proxy_of_the_environment(self) -> None:
        self.serve()
        proxy = self.environment(http_proxy=f"http://me:pw@{self.server.endpoint}")
        ran = self.run_program("projects", "-e", "server.invalid:1", name="digdag", env=proxy)
        self.assertEqual(ran.status, 0, ran.stderr)
        self.assertIn("HTTP proxy authentication not supported.", ran.stdout)
        self.assertNotIn("Proxy-Authorization", self.server.requests[0].headers)
        self.assertEqual(self.server.requests[1].line,
                         "GET http://server.invalid:1/api/projects?count=100")

    def test_an_answer_that_is_no_answer(self) -> None:
        for body in (b"<html>", [], {"projects": 1}, {}):
            with self.subTest(body):
                self.serve({"GET /api/projects": Answer(body)})
                self.assertEqual(self.ask("projects").status, 1)


class Projects(ClientTest):
    def test_pages_and_patterns(self) -> None:
        self.serve()
        self.ask("projects")
        self.ask("projects", "--name", "a b&c", "--last-id", "7", "--count", "3")
        self.assertEqual(self.server.lines,
                         ["GET /api/projects?count=100",
                          "GET /api/projects?last_id=7&count=3&name_pattern=a%20b%26c"])

    def test_tables_and_json(self) -> None:
        self.serve({"GET /api/workflows": Answer({"workflows": [WORKFLOW]}),
                    "GET /api/projects/4/workflows": Answer({"workflows": [WORKFLOW]})})
        ran = self.ask("projects", name="mogura")
        self.assertEqual(ran.stdout.splitlines()[1].split()[:3], ["shop", "4", "r7"])
        self.assertEqual(json.loads(self.ask("projects", "--json", name="mogura").stdout),
                         {"projects": [PROJECT]})
        ran = self.ask("workflows", name="mogura")
        self.assertEqual(ran.stdout.splitlines()[1].split(), ["shop", "etl", "9", "r7", "UTC"])
        ran = self.ask("workflows", "shop", "etl")
        self.assertEqual(ran.stdout, '"+a":\n  echo>: "a"\n\n')

    def test_what_is_missing(self) -> None:
        self.serve({"GET /api/projects": Answer({"projects": []})})
        self.assert_error(self.ask("projects", "none"), "Project 'none' does not exist.")
        self.assert_error(self.ask("workflows", "none"),
                          "Resource not found: project not found: none")
        self.serve({"GET /api/projects/4/workflows": Answer({"workflows": []})})
        self.assert_error(self.ask("workflows", "shop", "none"),
                          "Resource not found: workflow not found in the latest revision of "
                          "project id = 4: none")

    def test_delete_asks_first(self) -> None:
        self.serve({"DELETE /api/projects/4": Answer(PROJECT)})
        for words, status in [("n\n", 1), ("", 1), ("yesterday\n", 1), (" Yes \n", 0), ("y", 0)]:
            with self.subTest(words):
                path = self.write("answer", words)
                with path.open() as stdin:
                    ran = self.ask("delete", "shop", stdin=stdin)
                self.assertEqual(ran.status, status)
                self.assertIn("[y/N]: " + ("error: canceled." if status else "Project 'shop' is"),
                              ran.stderr)


class Archives(ClientTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("main.dig", "+a:\n  echo>: a\n")
        self.write("data/x.csv", "1,2\n")
        (self.project / "link").symlink_to("data/x.csv")

    def pushed(self) -> bytes:
        return self.server.requests[-1].body

    def test_push(self) -> None:
        self.serve({"PUT /api/projects": Answer(PROJECT)})
        ran = self.ask("push", "sh op", "-r", "r/7", "--schedule-from", "1900000000")
        self.assertEqual(ran.status, 0, ran.stderr)
        self.assertRegex(ran.stdout, r"^Creating \.digdag/tmp/archive-\d+\.tar\.gz\.\.\.\n"
                                     r"  Archiving data/x\.csv\n"
                                     r"  Archiving link\n    symlink -> data/x\.csv\n"
                                     r"  Archiving main\.dig\n"
                                     r"Workflows:\n  main\.dig\nUploaded:\n")
        self.assertIn(f"Uploaded:\n{BLOCK}\nUse `digdag workflows` to show", ran.stdout)
        request = self.server.requests[-1]
        self.assertEqual(request.line, "PUT /api/projects?project=sh%20op&revision=r%2F7"
                                       "&schedule_from=2030-03-17T17%3A46%3A40Z")
        self.assertEqual(request.headers["Content-Type"], "application/gzip")
        with tarfile.open(fileobj=io.BytesIO(self.pushed())) as archive:
            self.assertEqual(archive.getnames(), ["data/x.csv", "link", "main.dig"])
        self.assertEqual(list((self.project / ".digdag/tmp").iterdir()), [])

    def test_push_as_mogura(self) -> None:
        self.serve({"PUT /api/projects": Answer(PROJECT)})
        ran = self.ask("push", "shop", "--json", name="mogura")
        self.assertEqual((json.loads(ran.stdout), ran.stderr), (PROJECT, ""))
        query = urllib.parse.parse_qs(self.server.lines[-1].partition("?")[2])
        self.assertRegex(query["revision"][0], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertFalse((self.project / ".digdag").exists())

    def test_push_checks_before_it_sends(self) -> None:
        self.serve()
        self.write("broken.dig", "colour: red\n")
        ran = self.ask("push", "shop")
        self.assertEqual(ran.status, 1)
        self.assertIn("includes unknown keys: [colour]", ran.stderr)
        self.assertEqual(self.server.requests, [])

    def test_push_without_workflows(self) -> None:
        self.serve({"PUT /api/projects": Answer(PROJECT)})
        (self.project / "main.dig").unlink()
        ran = self.ask("push", "shop")
        self.assertEqual(ran.status, 0)
        self.assertIn("WARNING: this project has no workflows.", ran.stdout)

    def test_upload(self) -> None:
        self.serve({"PUT /api/projects": Answer(PROJECT)})
        self.ask("archive", "-o", "../out.tar.gz")
        ran = self.run_program("archive", "-o", "../out.tar.gz")
        self.assertEqual(ran.status, 0, ran.stderr)
        ran = self.ask("upload", "../out.tar.gz", "shop", "-r", "r7")
        self.assertTrue(ran.stdout.startswith(f"Uploaded:\n{BLOCK}"), ran.stdout)
        self.assertEqual(self.pushed(), (self.place / "out.tar.gz").read_bytes())

    def test_upload_of_nothing_asks_nobody(self) -> None:
        self.serve()
        self.assert_error(self.ask("upload", "none.tar.gz", "shop"), "none.tar.gz (no such file)")
        self.assertEqual(self.server.requests, [])

    def archive(self) -> bytes:
        self.run_program("archive", "-o", "../out.tar.gz")
        return (self.place / "out.tar.gz").read_bytes()

    def test_download(self) -> None:
        self.serve({"GET /api/projects/4/archive": Answer(self.archive())})
        ran = self.ask("download", "shop", "-o", "../out")
        self.assertEqual(ran.stdout, "  ../out/data/x.csv\n  ../out/link -> data/x.csv\n"
                                     "  ../out/main.dig\n"
                                     "Extracted project 'shop' revision 'r7' to ../out.\n")
        self.assertEqual((self.place / "out/link").read_text(), "1,2\n")
        self.assertEqual(self.server.lines[-1], "GET /api/projects/4/archive?revision=r7")
        self.assertEqual(self.ask("download", "shop", "-o", "../out").status, 0, "over it")

    def test_download_from_elsewhere(self) -> None:
        archive = self.archive()
        storage = ApiServer({"GET /bucket/x": Answer(archive)})
        self.addCleanup(storage.close)
        where = f"http://{storage.endpoint}/bucket/x?signature=y"
        self.serve({"GET /api/projects/4/archive": Answer(b"", 303, (("Location", where),))})
        ran = self.ask("download", "shop", "-o", "../out", "--basic-auth", "me:pw")
        self.assertEqual(ran.status, 0, ran.stderr)
        self.assertEqual([request.line for request in storage.requests],
                         ["GET /bucket/x?signature=y"])
        self.assertNotIn("Authorization", storage.requests[0].headers)
        self.ask("download", "shop", "-o", "../out", "-X",
                 "client.http.disable_direct_download=true")
        self.assertEqual(self.server.lines[-1],
                         "GET /api/projects/4/archive?revision=r7&direct_download=false")

    def test_download_of_what_is_not_there(self) -> None:
        self.serve()
        self.assert_error(self.ask("download", "shop", "-r", "zzz"),
                          "Project archive of revision 'zzz' does not exist.")

    def test_download_of_what_leaves(self) -> None:
        for member, error in [("../evil", "Archive includes an invalid entry: ../evil (runtime)"),
                              ("/evil", "Archive includes an invalid entry: /evil (runtime)")]:
            content = io.BytesIO()
            with tarfile.open(fileobj=content, mode="w:gz") as archive:
                archive.addfile(tarfile.TarInfo(member))
            self.serve({"GET /api/projects/4/archive": Answer(content.getvalue())})
            self.assert_error(self.ask("download", "shop", "-o", "out"), error)
        self.assertFalse((self.project / "evil").exists())


class ProjectSecrets(ClientTest):
    def test_set_list_delete(self) -> None:
        self.serve({"PUT /api/projects/4/secrets/a.b": Answer({}),
                    "PUT /api/projects/4/secrets/c": Answer({}),
                    "DELETE /api/projects/4/secrets/c": Answer({}),
                    "GET /api/projects/4/secrets": Answer({"secrets": [{"key": "a.b"}]})})
        self.write("value", "from a file\n")
        ran = self.ask("secrets", "--project", "shop", "--set", "a.b=one", "c=@value")
        self.assertEqual(ran.stdout, "")
        self.assertTrue(ran.stderr.endswith("Secret 'a.b' set\nSecret 'c' set\n"), ran.stderr)
        self.assertEqual([json.loads(request.body) for request in self.server.requests[2:]],
                         [{"value": "one"}, {"value": "from a file\n"}])
        ran = self.ask("secrets", "--project", "shop", "--delete", "c")
        self.assertTrue(ran.stderr.endswith("Secret 'c' deleted\n"), ran.stderr)
        self.assertEqual(self.ask("secrets", "--project", "shop").stdout, "a.b\n")

    def test_what_is_wrong_is_not_sent(self) -> None:
        self.serve()
        ran = self.ask("secrets", "--project", "shop", "--set", "good=1", "1bad=x")
        self.assert_error(ran, "Invalid secret key: 1bad")
        self.assertEqual(self.server.requests, [])

    def test_refusals_show_no_value(self) -> None:
        self.serve({"PUT /api/projects/4/secrets/k":
                    Answer({"message": "no key", "status": 400}, 400)})
        ran = self.ask("secrets", "--project", "shop", "--set", "k=c4nary")
        self.assert_error(ran, 'Failed to set project secret: Status code 400: '
                               '{"message":"no key","status":400} (web application)')
        self.assertNotIn("c4nary", ran.stderr + ran.stdout)
        self.assert_error(self.ask("secrets", "--project", "shop", "--set", "k=c4nary",
                                   name="mogura"), "no key")
