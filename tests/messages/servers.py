"""Real servers on loopback that messages are sent to, with the moods that real ones have."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

from aiosmtpd.controller import Controller


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Letter:
    """What arrived: the path of the address, the text, and headers."""

    path: str
    text: str
    headers: dict[str, str]
    at: float = field(compare=False, default=0.0)


class Webhook:
    """An HTTP server. Mood: `ok`, a status such as `500`, `hang` (never answers), `trickle` (a byte a second)."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mood = "ok"
        self.got: list[Letter] = []
        self.asked = 0
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Webhook:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}"

    def texts(self) -> list[str]:
        return [letter.text for letter in self.got]

    def start(self) -> None:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                webhook.asked += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8")
                if webhook.mood == "hang":
                    time.sleep(60)
                    return
                if webhook.mood == "trickle":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                    for _ in range(60):
                        time.sleep(0.5)
                        self.wfile.write(b"X")
                        self.wfile.flush()
                    return
                status = 200 if webhook.mood == "ok" else int(webhook.mood)
                if status == 200:
                    text = _text(body, self.headers.get("Content-Type", ""))
                    path = unquote(self.path)
                    webhook.got.append(Letter(path, text, dict(self.headers.items()), time.monotonic()))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                """Whoever hangs up early is no fault of the test."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def _text(body: str, kind: str) -> str:
    if kind.startswith("application/json"):
        return str(json.loads(body)["message"])
    return parse_qs(body)["message"][0]


class MailServer:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails: list[Any] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"
