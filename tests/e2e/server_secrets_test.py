"""A project's secret reaches the command that asks for it, and nothing that a server shows."""

from __future__ import annotations

import base64
import gzip
import json
import re
import urllib.parse

from project import Ran
from server import ServerTest

SECRET = "c4nary-0f-the-m1ne"
FORMS = (SECRET, base64.b64encode(SECRET.encode()).decode())
KEY = base64.b64encode(b"0123456789012345").decode()
PROJECT_ROUTES = ("/api/projects", "/api/projects/{project}", "/api/projects/{project}/secrets",
                  "/api/projects/{project}/revisions", "/api/projects/{project}/workflows",
                  "/api/projects/{project}/sessions", "/api/workflows", "/api/sessions",
                  "/api/attempts")


class ServerCanary(ServerTest):
    def setUp(self) -> None:
        super().setUp()
        config = self.place / "server.properties"
        config.write_text(f"digdag.secret-encryption-key = {KEY}\n", encoding="utf-8")
        self.shown: list[str] = []
        self.start_server("-o", str(self.place / "db"), "-O", str(self.place / "logs"),
                          "-c", str(config), "-l", "trace")

    def ask(self, *arguments: str) -> Ran:
        ran = super().ask(*arguments)
        self.shown.append(ran.stdout + ran.stderr)
        return ran

    def get_json(self, path: str) -> dict:
        text = self.get(path).decode()
        self.shown.append(text)
        return json.loads(text)

    def run_workflow(self, workflow: str) -> str:
        """Pushes it and runs it to its end; the attempt's number."""
        self.write("w.dig", workflow)
        self.ask("push", "p", "-r", "r")
        self.ask("secrets", "--project", "p", "--set", f"canary={SECRET}")
        self.project_id = self.get_json("/api/projects")["projects"][0]["id"]
        attempt = self.start_attempt("p", "w")
        self.wait_for_attempt(attempt)
        return attempt

    def log_of(self, attempt: str) -> str:
        text = ""
        for file in self.get_json(f"/api/logs/{attempt}/files")["files"]:
            name = urllib.parse.quote(file["fileName"])
            text += gzip.decompress(self.get(f"/api/logs/{attempt}/files/{name}")).decode()
        self.shown.append(text)
        return text

    def assert_silent(self, attempt: str) -> None:
        self.log_of(attempt)
        for route in PROJECT_ROUTES:
            self.get_json(route.format(project=self.project_id))
        for route in (f"/api/attempts/{attempt}", f"/api/attempts/{attempt}/tasks"):
            self.get_json(route)
        self.shown += [self.server.stdout, self.server.stderr]
        for path in self.place.rglob("*"):
            if path.is_file() and self.project not in path.parents:
                content = path.read_bytes()
                if path.suffix == ".gz":
                    content = gzip.decompress(content)
                self.shown.append(content.decode("latin-1"))
        self.assert_hidden(self.shown)

    def assert_hidden(self, texts: list[str]) -> None:
        for text in texts:
            for form in FORMS:
                at = text.find(form)
                self.assertEqual(at, -1, text[max(0, at - 200):at + 50])

    def test_printed_and_failed_with(self) -> None:
        self.write("x.py", "import os\n\n\ndef f():\n    print(os.environ['TOKEN'])\n")
        attempt = self.run_workflow("""
            _parallel: true
            +print:
              sh>: echo "it is $TOKEN"; printf %s "$TOKEN" | base64
              _env: {TOKEN: "${secret:canary}"}
            +in_pieces:
              sh>: |
                for part in c4nary- 0f-the -m1ne; do printf %s $part; sleep 0.1; done
                test ${secret:canary}
            +fail:
              http>: http://127.0.0.1:1/${secret:canary}
              retry: false
            +script:
              py>: x.f
              python: python3
              _env: {TOKEN: "${secret:canary}"}
            """)
        log = self.log_of(attempt)
        self.assertIn("it is ***\n", log)
        self.assertTrue(re.search(r"^\*\*\*$", log, re.MULTILINE), log)
        self.assert_silent(attempt)

    def test_stored(self) -> None:
        """Tasks may hand secrets on; whoever looks at them does not see these."""
        self.write("x.py", """
            import digdag
            import os


            def f():
                digdag.env.store({'token': os.environ['TOKEN']})
            """)
        attempt = self.run_workflow("""
            +store:
              py>: x.f
              python: python3
              _env: {TOKEN: "${secret:canary}"}
            +use:
              sh>: test ${token} = c4nary-"0f-the-m1ne" && echo the same
            """)
        self.assertIn("the same\n", self.log_of(attempt))
        tasks = self.get_json(f"/api/attempts/{attempt}/tasks")["tasks"]
        self.assertIn({"token": "***"}, [task["storeParams"] for task in tasks])
        self.ask("tasks", attempt)
        self.assert_hidden(self.shown)

    def test_raised(self) -> None:
        self.write("x.py", """
            import os


            def f():
                raise Exception('no ' + os.environ['TOKEN'])
            """)
        attempt = self.run_workflow("""
            +a:
              py>: x.f
              python: python3
              _env: {TOKEN: "${secret:canary}"}
            _error:
              echo>: ${error.message}
            """)
        tasks = self.get_json(f"/api/attempts/{attempt}/tasks")["tasks"]
        self.assertIn("no ***", json.dumps([task["error"] for task in tasks]))
        self.assert_silent(attempt)
