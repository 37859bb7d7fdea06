"""A secret reaches the command that asks for it, and nothing else."""

from __future__ import annotations

import gzip
import http.server
import threading

from project import ProjectTest, Ran

SECRET = "c4nary-0f-the-m1ne"


class Canary(ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        kept = self.run_program("secrets", "--local", "--set", f"canary={SECRET}")
        self.assertEqual(kept.status, 0, kept.stderr)
        self.assert_silent(kept)

    def assert_silent(self, ran: Ran) -> None:
        """Neither the output nor any file but the secret's own holds the value."""
        self.assertNotIn(SECRET, ran.stdout)
        self.assertNotIn(SECRET, ran.stderr)
        for path in self.place.rglob("*"):
            if path.is_file() and path.name != "canary":
                content = path.read_bytes()
                if path.suffix == ".gz":
                    content = gzip.decompress(content)
                self.assertNotIn(SECRET.encode(), content, path)

    def run_workflow(self, *arguments: str) -> Ran:
        return self.run_program("run", "w.dig", "-l", "trace", "-O", "logs", *arguments)

    def test_in_the_environment_of_commands(self) -> None:
        self.write("w.dig", """
            +sh:
              sh>: test "$TOKEN" = c4nary-"0f-the-m1ne" && echo found
              _env: {TOKEN: "${secret:canary}"}
            +py:
              py>: x.f
              python: python3
              _env: {TOKEN: "${secret:canary}"}
            +other:
              sh>: test -z "$TOKEN" && echo none
            """)
        self.write("x.py", "import os\n\n\ndef f():\n    print(len(os.environ['TOKEN']))\n")
        for options in ([], ["--show-params"], ["--log-format", "json"]):
            with self.subTest(options):
                ran = self.run_workflow("--rerun", *options)
                self.assertEqual((ran.status, ran.stdout), (0, f"found\n{len(SECRET)}\nnone\n"),
                                 ran.stderr)
                self.assert_silent(ran)

    def test_in_the_text_of_a_command_that_fails(self) -> None:
        self.write("w.dig", """
            +sh:
              sh>: test ${secret:canary} = other
              _retry: 1
            _error:
              echo>: ${error.message}
            """)
        ran = self.run_workflow("--show-params")
        self.assertEqual(ran.status, 1)
        self.assert_silent(ran)

    def test_only_the_own_command_prints_it(self) -> None:
        self.write("w.dig", """
            +sh:
              sh>: echo "$TOKEN"
              _env: {TOKEN: "${secret:canary}"}
            """)
        ran = self.run_program("run", "w.dig", "-l", "trace")
        self.assertEqual(ran.stdout, f"{SECRET}\n")
        self.assertNotIn(SECRET, ran.stderr)

    def test_in_requests_that_fail(self) -> None:
        asked = []

        class Refusing(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers["Authorization"]))
                self.send_error(404)

            def log_message(self, *_arguments) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"127.0.0.1:{server.server_port}"
        self.write("w.dig", f"""
            _parallel: true
            +uri: {{http>: "http://{address}/${{secret:canary}}"}}
            +query: {{http>: "http://{address}/q", query: {{key: "${{secret:canary}}"}}}}
            +header:
              http>: http://{address}/h
              headers: [{{Authorization: "Bearer ${{secret:canary}}"}}]
            """)
        ran = self.run_workflow("--show-params")
        self.assertEqual(ran.status, 1)
        self.assertIn(("/h", f"Bearer {SECRET}"), asked)
        self.assertEqual({path for path, _ in asked}, {f"/{SECRET}", f"/q?key={SECRET}", "/h"})
        self.assert_silent(ran)

    def test_in_a_mail_that_cannot_be_sent(self) -> None:
        self.run_program("secrets", "--local", "--set", f"mail.password={SECRET}",
                         "mail.username=me", "mail.host=127.0.0.1", "mail.port=1")
        (self.home / ".config/digdag/secrets/mail.password").rename(self.home / "canary")
        (self.home / ".config/digdag/secrets/mail.password").symlink_to(self.home / "canary")
        self.write("w.dig", """
            +mail:
              mail>: {data: hello}
              subject: s
              to: [a@example.com]
              from: b@example.com
              debug: true
            """)
        ran = self.run_workflow("--show-params")
        self.assertEqual(ran.status, 1)
        self.assertIn("Couldn't connect", ran.stderr)
        (self.home / ".config/digdag/secrets/mail.password").unlink()
        self.assert_silent(ran)

    def test_is_not_a_parameter(self) -> None:
        self.write("w.dig", "+a:\n  echo>: ${secret:canary}\n")
        ran = self.run_workflow()
        self.assert_silent(ran)

    def test_listing_shows_keys_only(self) -> None:
        ran = self.run_program("secrets", "--local")
        self.assertEqual(ran.stdout, "canary\n")
        self.assert_silent(ran)

    def test_files_are_the_owners_alone(self) -> None:
        path = self.home / ".config/digdag/secrets/canary"
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(path.parent.stat().st_mode & 0o777, 0o700)

    def test_can_be_deleted(self) -> None:
        self.assertEqual(self.run_program("secrets", "--local", "--delete", "canary").status, 0)
        self.assertEqual(self.run_program("secrets", "--local").stdout, "")

    def test_from_the_configuration(self) -> None:
        self.write("w.dig", '+a:\n  sh>: echo ${secret:other} | wc -c\n')
        ran = self.run_workflow("-X", "secrets.other=abc", "--show-params")
        self.assertEqual((ran.status, ran.stdout.strip()), (0, "4"), ran.stderr)
        self.assertNotIn("abc", ran.stderr)
