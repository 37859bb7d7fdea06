"""A server of the API with fixed answers, for tests of the client alone."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from dataclasses import dataclass

PROJECT = {"id": "4", "name": "shop", "revision": "r7", "archiveType": "db",
           "createdAt": "2026-02-01T10:00:00Z", "updatedAt": "2026-03-01T09:00:01Z"}
COMPATIBLE = {"serverVersion": "9.9.9", "apiCompatible": True, "upgradeRecommended": False}


@dataclass
class Request:
    line: str  # "GET /api/projects?name=shop"
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    body: object = None  # bytes as they are, anything else as JSON
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class ApiServer:
    """Answers "METHOD /path" (without its query) from `answers`; a list is used up one by one."""

    def __init__(self, answers: dict[str, Answer | list[Answer]]) -> None:
        self.requests: list[Request] = []
        self.answers = {"GET /api/version/check": Answer(COMPATIBLE),
                        "GET /api/projects": Answer({"projects": [PROJECT]}), **answers}
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                owner.requests.append(
                    Request(f"{self.command} {self.path}", dict(self.headers.items()), body))
                # A proxy is asked for whole addresses.
                found = owner.find(f"{self.command} {urllib.parse.urlsplit(self.path).path}")
                content = found.body
                if not isinstance(content, bytes):
                    content = json.dumps(content, separators=(",", ":")).encode()
                self.send_response(found.status)
                for name, value in found.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_DELETE = answer

            def log_message(self, *_arguments) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def find(self, request: str) -> Answer:
        found = self.answers.get(request)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found or Answer({"message": "no such answer", "status": 404}, 404)

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def lines(self) -> list[str]:
        """The requests behind the handshake."""
        return [request.line for request in self.requests
                if not request.line.startswith("GET /api/version/check")]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
