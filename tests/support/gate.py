"""A gate between clients and a PostgreSQL behind a socket: while it is shut, what is sent on open
connections arrives nowhere, and new connections get no answer, as from a machine that is gone."""

from __future__ import annotations

import selectors
import socket
import tempfile
import threading
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
PIECE_BYTES = 64 * 1024


class Gate:
    """`place` takes the place of PostgreSQL's folder. Serves within a `with` statement."""

    def __init__(self, behind: Path) -> None:
        self._behind = behind / SOCKET
        self._folder = tempfile.TemporaryDirectory(prefix="mogura-gate-")
        self.place = Path(self._folder.name)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.place / SOCKET))
        self._listener.listen(100)
        self._wake, self._woken = socket.socketpair()
        self._open = threading.Event()
        self._open.set()
        self._ending = False
        self._other: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Gate:
        for one in (self._listener, self._woken):
            self._selector.register(one, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(self, *_reason) -> None:
        self._ending = True
        self._open.set()
        self._wake.send(b".")
        self._thread.join()
        for one in (*self._other, self._listener, self._wake, self._woken):
            one.close()
        self._selector.close()
        self._folder.cleanup()

    def shut(self) -> None:
        self._open.clear()
        self._wake.send(b".")

    def open(self) -> None:
        """What was sent meanwhile arrives."""
        self._open.set()

    def _run(self) -> None:
        while not self._ending:
            ready = [key.fileobj for key, _ in self._selector.select()]
            self._open.wait()
            for one in ready:
                if one is self._listener:
                    self._accept()
                elif one is self._woken:
                    one.recv(PIECE_BYTES)
                elif one in self._other:
                    self._pass_on(one)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._behind))
        for one, other in ((client, server), (server, client)):
            self._other[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one: socket.socket) -> None:
        try:
            piece = one.recv(PIECE_BYTES)
            self._other[one].sendall(piece)
        except OSError:
            piece = b""
        if piece:
            return
        for end in (one, self._other[one]):
            self._selector.unregister(end)
            del self._other[end]
            end.close()
