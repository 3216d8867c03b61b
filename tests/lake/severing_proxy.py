"""A wire to PostgreSQL that is cut at the very moment of a commit, before it arrives or before its answer does."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Literal

COMMIT = b"COMMIT"
#: The commit of a batch is the one of a connection that has said this before.
OF_A_BATCH = b"INSERT INTO batches "


class SeveringProxy:
    """Passes everything on between clients and a server, until a batch is committed for the first time.

    Args:
        port: port of the server on this machine.
        cut: `before` the commit reaches the server, or `after` it was carried out.
        stays_away: nobody gets through any more after the cut.
    """

    def __init__(self, port: int, cut: Literal["before", "after"], *, stays_away: bool = False) -> None:
        self._server = port
        self._cut = cut
        self._stays_away = stays_away
        self._done = False
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> SeveringProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def has_cut(self) -> bool:
        """Whether a commit was caught."""
        return self._done

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._done and self._stays_away:
                    client.close()
                    continue
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._server))
        self._open += [client, server]
        cutting, answered = threading.Event(), threading.Event()
        threading.Thread(target=self._back, args=(server, client, cutting, answered), daemon=True).start()
        said = b""
        with suppress(OSError):
            while data := client.recv(65_536):
                said += data
                if not self._done and OF_A_BATCH in said and COMMIT in data:
                    cutting.set()
                    if self._cut == "after":
                        server.sendall(data)
                        answered.wait(5)
                    self._done = True
                    break
                server.sendall(data)
        for side in list(self._open) if self._done and self._stays_away else (client, server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        client.close()
        server.close()

    def _back(
        self, server: socket.socket, client: socket.socket, cutting: threading.Event, answered: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := server.recv(65_536):
                if cutting.is_set():
                    answered.set()  # the answer that never arrives
                    return
                client.sendall(data)
