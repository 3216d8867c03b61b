"""Who may talk to the server, and what a browser may do with what it answers.

A request whose Host names something other than this server is refused, because a foreign web page could otherwise reach
it through the visitor's own browser (DNS rebinding). Who may see what is the gate's business.
"""

from __future__ import annotations

import ipaddress
import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cockpit.settings import Settings
from cockpit.settings_values import is_loopback
from cockpit.web.installed import address

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

FOREIGN_HOST = "请求里的网址不是驾驶舱的网址，已拒绝；请改用 {address} 打开，或请管理员在 web.public_url 写明网址。"


#: Once seen by its https address, the cockpit is asked for by no other for a year; this host alone, not those below it.
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}

FAILED = "服务器处理这次请求时出错，原因已写入日志；请稍后重试，若仍如此请把日志交给管理员。"

_LOG = logging.getLogger(__name__)


class SecurityHeaders:
    """Puts the security headers on every answer; what fails below becomes one sentence, with the headers too."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        """Wrap the application; `https` says that people reach it so."""
        self._app = app
        self._headers = SECURITY_HEADERS | (STRICT_TRANSPORT if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers added to the first message."""
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            if scope["type"] != "http" or begun:
                raise
            _LOG.exception("a request failed: %r", scope["path"])
            await PlainTextResponse(FAILED, status_code=500)(scope, receive, with_headers)


class OwnHost:
    """Refuses requests whose Host is not ours: a foreign page could otherwise reach us through a visitor's browser.

    Ours are the names of this machine itself, plain addresses where the server listens for others (a foreign page has
    a name), and the host of the public address.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Wrap the application."""
        self._app = app
        self._public = urlsplit(settings.web.public_url).hostname
        self._for_others = not is_loopback(settings.web.host)
        self._address = settings.web.public_url or address(settings.web.host, settings.web.port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for us."""
        if scope["type"] in {"http", "websocket"} and not self.is_ours(Headers(scope=scope).get("host")):
            await _refuse(FOREIGN_HOST.format(address=self._address), scope, receive, send)
            return
        await self._app(scope, receive, send)

    def is_ours(self, host: str | None) -> bool:
        """Whether a Host header names this server."""
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if not name or parts.username is not None or parts.path or parts.query or parts.fragment:
            return False
        return is_loopback(name) or name == self._public or (self._for_others and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse(sentence, status_code=403)(scope, receive, send)
