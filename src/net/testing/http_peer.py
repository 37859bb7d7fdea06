#!/usr/bin/python3
"""An HTTP server, HTTPS server or proxy for tests: http_peer.py http|https|proxy [STATUS]

Listens on a free port of 127.0.0.1 and prints its number as the first line; ends with its
standard input. The first line of each request is printed, too. An https peer has a self-signed
certificate for the name "peer.example" alone, whose file is printed as the second line. A proxy
tunnels CONNECT to its target, or refuses with STATUS, and answers other requests itself.

Paths: /echo answers with the request as it came; /status/N with that status and a text,
/status/N?bytes=M with M letters;
/redirect/N/PATH with status N and that Location; /headers?Name=value&... with these headers;
/content?bytes=N, /gzip?bytes=N with that many bytes; /broken-gzip; /flaky/N/... with 503 for the
first N requests of that path; /print prints the whole request, ended by a line "."; /cut closes
in the middle; /endless-headers; /silent never answers.
"""
import gzip
import http.server
import os
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

output_lock = threading.Lock()
counts = {}


class Peer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    refuse_connect = 0

    def answer(self, status, content=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def received(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        lines = [self.requestline] + [f"{n}: {v}" for n, v in self.headers.items()]
        return "\n".join(lines).encode("latin-1") + b"\n\n" + body

    def handle_request(self):
        request = self.received()
        with output_lock:
            print(self.requestline, flush=True)
        path, _, query_text = self.path.partition("?")
        query = urllib.parse.parse_qsl(query_text, keep_blank_values=True)
        kind, _, rest = path.lstrip("/").partition("/")
        action = getattr(self, "do_" + kind.replace("-", "_"), None)
        if action and not path.startswith("http"):
            action(rest, query, request)
        else:
            self.do_echo(rest, query, request)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = handle_request

    def do_echo(self, rest, query, request):
        self.answer(200, request, [("Content-Type", "text/plain")])

    def do_status(self, rest, query, request):
        length = dict(query).get("bytes")
        text = "status " + rest if length is None else "x" * int(length)
        self.answer(int(rest), b"" if rest in ("204", "304") else text.encode())

    def do_redirect(self, rest, query, request):
        status, _, location = self.path[len("/redirect/"):].partition("/")
        self.answer(int(status), b"moved", [("Location", location)] if location else [])

    def do_headers(self, rest, query, request):
        content = dict(query).get("content", "hello").encode("latin-1")
        self.answer(200, content, [(n, v) for n, v in query if n != "content"])

    def do_content(self, rest, query, request):
        self.answer(200, b"x" * int(dict(query)["bytes"]))

    def do_gzip(self, rest, query, request):
        content = gzip.compress(b"x" * int(dict(query)["bytes"]))
        self.answer(200, content, [("Content-Encoding", "gzip")])

    def do_broken_gzip(self, rest, query, request):
        self.answer(200, gzip.compress(b"hello")[:-9], [("Content-Encoding", "gzip")])

    def do_flaky(self, rest, query, request):
        counts[self.path] = counts.get(self.path, 0) + 1
        failing = counts[self.path] <= int(rest.split("/")[0])
        self.answer(503 if failing else 200, b"down" if failing else b"up")

    def do_print(self, rest, query, request):
        with output_lock:
            print(request.decode() + "\n.", flush=True)
        self.answer(204)

    def do_cut(self, rest, query, request):
        self.answer(200, b"some", [("Content-Length", "100")])
        self.close_connection = True

    def do_endless_headers(self, rest, query, request):
        self.send_response(200)
        self.flush_headers()
        try:
            while True:
                self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        except OSError:
            self.close_connection = True

    def do_silent(self, rest, query, request):
        self.connection.recv(1)  # until the client has had enough
        self.close_connection = True

    def do_CONNECT(self):
        with output_lock:
            print(self.requestline, flush=True)
        if self.refuse_connect:
            self.answer(self.refuse_connect)
            return
        host, _, port = self.path.rpartition(":")
        host = "127.0.0.1" if host == "peer.example" else host
        target = socket.create_connection((host, int(port)))
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        ends = [self.connection, target]
        while True:
            for end in select.select(ends, [], [])[0]:
                data = end.recv(65536)
                if not data:
                    target.close()
                    return
                ends[1 - ends.index(end)].sendall(data)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that leave are what some tests are about


def self_signed(directory):
    certificate, key = directory + "/peer.crt", directory + "/peer.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=peer.example",
         "-addext", "subjectAltName=DNS:peer.example", "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def main():
    kind = sys.argv[1]
    Peer.refuse_connect = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with tempfile.TemporaryDirectory() as directory:
        server = Server(("127.0.0.1", 0), Peer)
        print(server.server_address[1])
        if kind == "https":
            context, certificate = self_signed(directory)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            print(certificate)
        sys.stdout.flush()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
    os._exit(0)


main()
