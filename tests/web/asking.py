"""Asking the server as a program does that keeps to none of a browser's rules: any method, path and header."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

from cockpit.web.gate import COOKIE
from tests.web.serving import Server


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def cookie(self) -> str:
        """The session's cookie as it was set, with its flags; empty where none was."""
        return next((value for name, value in self.cookies if name == COOKIE), "")

    @property
    def cookies(self) -> list[tuple[str, str]]:
        """Every cookie that was set, with its flags."""
        return [(line.partition("=")[0], line) for line in self.headers.get("set-cookie", "").split("\n") if line]


class Line:
    """A connection that is kept, for many requests."""

    def __init__(self, server: Server) -> None:
        self.place = server.url.removeprefix("http://")
        self._kept = http.client.HTTPConnection(self.place, timeout=20)

    def ask(
        self, path: str, method: str = "GET", cookie: str = "", body: dict[str, str] | str | None = None, **headers: str
    ) -> Answer:
        """Ask; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            given["Cookie"] = f"{COOKIE}={cookie}"
        content = urlencode(body) if isinstance(body, dict) else body
        if isinstance(body, dict):
            given["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._kept.request(method, path, content, given)
            answer = self._kept.getresponse()
            said = answer.read().decode(errors="replace")
        except (http.client.HTTPException, OSError):
            self._kept.close()
            raise
        headers_of: dict[str, str] = {}
        for name, value in answer.getheaders():
            headers_of[name.lower()] = f"{headers_of[name.lower()]}\n{value}" if name.lower() in headers_of else value
        return Answer(answer.status, headers_of, said)

    def post(self, path: str, cookie: str = "", **fields: str) -> Answer:
        """Send a form as our own page does."""
        return self.ask(path, "POST", cookie, fields, Origin=f"http://{self.place}")

    def web_socket(
        self, cookie: str = "", origin: str | None = None, path: str = "/_stcore/stream", more: str = ""
    ) -> int:
        """The status with which the server answers the wish for a web socket: 101 where it opens."""
        host, port = self.place.split(":")
        from_where = f"http://{self.place}" if origin is None else origin
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(
                f"GET {path} HTTP/1.1\r\nHost: {self.place}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{more}"
                f"Origin: {from_where}\r\nCookie: {COOKIE}={cookie}\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            return int(line.recv(64).split()[1])

    def close(self) -> None:
        """Hang up."""
        self._kept.close()
