"""Who may talk to the server, and what a browser may do with what it answers.

As long as nobody signs in, only this machine itself may: a request from another machine is refused, and so is one whose
Host names something other than this machine, because a foreign web page could otherwise reach the server through the
visitor's own browser (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: sha256 of the one inline script in Streamlit's index.html; a test recomputes it from the Streamlit in use.
INLINE_SCRIPT = "sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA="

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        f"script-src 'self' '{INLINE_SCRIPT}' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

SECURITY_HEADERS: dict[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

FOREIGN_PEER = "驾驶舱尚无登录功能，只接受本机访问；请在运行它的这台机器上打开 http://127.0.0.1:{port}。"
FOREIGN_HOST = "请求里的主机名不是本机，驾驶舱已拒绝；请改用 http://127.0.0.1:{port} 打开。"


FAILED = "服务器处理这次请求时出错，原因已写入日志；请稍后重试，若仍如此请把日志交给管理员。"

_LOG = logging.getLogger(__name__)


class SecurityHeaders:
    """Puts the security headers on every answer; what fails below becomes one sentence, with the headers too."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers added to the first message."""
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            if scope["type"] != "http" or begun:
                raise
            _LOG.exception("a request failed: %s", scope["path"])
            await PlainTextResponse(FAILED, status_code=500)(scope, receive, with_headers)


class LoopbackOnly:
    """Refuses everybody but this machine itself, with one sentence that says where to go instead."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        """Wrap the application that listens on `port`."""
        self._app = app
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from here and is meant for here."""
        if scope["type"] in {"http", "websocket"}:
            refusal = self._refusal(scope)
            if refusal is not None:
                await _refuse(refusal.format(port=self._port), scope, receive, send)
                return
        await self._app(scope, receive, send)

    @staticmethod
    def _refusal(scope: Scope) -> str | None:
        peer = scope.get("client")
        if peer is None or not _is_loopback(peer[0]):
            return FOREIGN_PEER
        if not names_this_machine(Headers(scope=scope).get("host")):
            return FOREIGN_HOST
        return None


def names_this_machine(host: str | None) -> bool:
    """Whether a Host header names this machine by a loopback address or as localhost."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not name or parts.username is not None or parts.path or parts.query or parts.fragment:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


async def _refuse(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse(sentence, status_code=403)(scope, receive, send)
