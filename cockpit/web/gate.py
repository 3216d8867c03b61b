"""The gate before every page, route and web socket: without a valid session nothing of the city passes.

Pure ASGI, so that it stands before Streamlit too. Headers by which a client claims to be somebody are taken away before
anything behind it can read them; who somebody is comes from the session's cookie alone.
"""

from __future__ import annotations

import logging
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from cockpit.door.roles import Role
from cockpit.door.signin import SignedIn, signed_in
from cockpit.errors import CockpitError
from cockpit.web import installed
from cockpit.web.shell import NOT_FOUND
from cockpit.web.sitemap import BY_URL, WALL_DATA, first_part, is_plain

COOKIE = "cockpit_session"
#: Where the gate leaves who it has let in, for the routes behind it.
LET_IN = "cockpit.let_in"
#: First parts of addresses that need no session: the door itself, its look, the program's own files, the watchdogs.
OPEN = frozenset({"login", "logout", "oidc", "screen", "house", "static", "healthz", "metrics"})
#: First parts that programs ask for, to whom a redirect would say nothing.
FOR_PROGRAMS = frozenset({"_stcore", "media", "component", "download", "session", WALL_DATA[1:]})
#: What a person must do before anything else leads here.
PASSWORD = "/password"
#: By these a client could claim to be somebody.
_CLAIMS = (
    *(b"x-forwarded-user", b"x-forwarded-email", b"x-forwarded-groups", b"x-forwarded-preferred-username"),
    *(b"x-forwarded-access-token", b"x-remote-", b"remote-", b"x-auth-", b"x-webauth-", b"x-cockpit-"),
)

NOT_SIGNED_IN = "请先登录：登录已结束或尚未登录。"
FOREIGN_ORIGIN = "这个请求来自别的网站，驾驶舱已拒绝；请从驾驶舱的页面操作。"
NOT_YOURS = "您的角色没有这个页面；请从首页 / 进入，如确需查看，请联系系统管理员。"
NOT_AVAILABLE = "驾驶舱暂时读不到状态数据库，无法确认登录；请稍后重试，若仍如此请联系管理员。"
_LOG = logging.getLogger(__name__)


class Gate:
    """Lets through who is signed in and may go there."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, lead to the door, or refuse."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [pair for pair in scope["headers"] if not pair[0].lower().startswith(_CLAIMS)]}
        response = await self._refusal(scope)
        if response is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await response(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        """What is answered instead of letting it pass; None lets it pass."""
        changes = scope["type"] == "websocket" or scope["method"] not in {"GET", "HEAD", "OPTIONS"}
        if changes and not own_origin(scope):
            return PlainTextResponse(FOREIGN_ORIGIN, status_code=403)
        if not is_plain(scope["path"]):
            return PlainTextResponse(NOT_FOUND, status_code=404)
        first = first_part(scope["path"])
        if first in OPEN and scope["type"] == "http":
            return None
        try:
            who = await run_in_threadpool(_who, HTTPConnection(scope).cookies.get(COOKIE), scope["path"])
        except CockpitError as error:
            _LOG.error("sign-in cannot be checked: %s", error.sentence)
            return PlainTextResponse(NOT_AVAILABLE, status_code=503)
        if who is None:
            return _to_the_door(scope, first)
        scope[LET_IN] = who
        if who.must_change and scope["path"] not in {PASSWORD, "/session"}:
            if first in FOR_PROGRAMS:
                return PlainTextResponse(NOT_SIGNED_IN, status_code=403)
            return RedirectResponse(PASSWORD, status_code=303)
        if scope["path"] == PASSWORD and who.viewer.role is Role.WALL:
            return PlainTextResponse(NOT_YOURS, status_code=403)
        page = BY_URL.get(scope["path"])
        if page is not None and not who.viewer.opens(page.name):
            return PlainTextResponse(NOT_YOURS, status_code=403)
        return None


def let_in(request: Request) -> SignedIn:
    """Who the gate let in to a route that is not open."""
    who: SignedIn = request.scope[LET_IN]
    return who


def own_origin(scope: Scope) -> bool:
    """Whether a request that changes something comes from our own pages; browsers always say where from."""
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    if origin is None:
        return site is not None
    try:
        place = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    public = urlsplit(installed.settings().web.public_url).netloc
    return place != "" and place in {(headers.get("host") or "").lower(), public.lower()}


def address_of(request: HTTPConnection) -> str:
    """Where a request comes from; what proxies say has been looked at before."""
    return request.client.host if request.client else "?"


async def _session(request: Request) -> Response:
    """For open pages: who is signed in here, until when."""
    who = let_in(request)
    return JSONResponse(
        {"name": who.viewer.shown_name or who.viewer.name, "account": who.viewer.name, "role": who.viewer.role},
        headers={"Cache-Control": "no-store"},
    )


def _who(cookie: str | None, path: str) -> SignedIn | None:
    folder = installed.data_folder() if cookie else None
    # A page that somebody opens is use; what an open page asks for by itself is not.
    return signed_in(folder, cookie, used=path in BY_URL) if folder else None


def _to_the_door(scope: Scope, first: str) -> Response:
    if first in FOR_PROGRAMS or scope["type"] == "websocket" or scope["method"] not in {"GET", "HEAD"}:
        return PlainTextResponse(NOT_SIGNED_IN, status_code=401)
    query = scope["query_string"].decode("latin-1")
    wanted = quote(scope["path"] + (f"?{query}" if query else ""), safe="")
    return RedirectResponse("/login" if wanted == "%2F" else f"/login?next={wanted}", status_code=303)


ROUTES = [Route("/session", _session, methods=["GET"])]
