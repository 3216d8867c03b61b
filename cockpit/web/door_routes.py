"""The routes of the door: signing in with a password or by the identity provider, signing out, wall screens."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qsl, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cockpit.door import keys, oidc, signin
from cockpit.errors import CockpitError, Refused, StorageError
from cockpit.lake.folder import DataFolder
from cockpit.web import door_html, installed
from cockpit.web.gate import COOKIE, PASSWORD, address_of, let_in
from cockpit.web.sitemap import BY_URL, WALL

SIGNED_OUT = "您已退出登录。"
NOT_THERE = "数据目录还没有建立或已被移走；请管理员检查 data_dir 后重新启动网页服务。"
DIFFERENT = "两次输入的新密码不一样，密码没有改动；请重新输入。"
TOO_LARGE = "提交的内容不对或太大，没有处理；请回到页面上重新填写。"
CROWDED = "正在登录的人太多，这次没有处理；请过一会儿再试。"
#: Bytes of the largest form, and how many may wait for a hash to be computed.
LARGEST_FORM, LONGEST_LINE = 16_384, 50
#: The cookie that leads a visitor back from the identity provider.
TICKET = "cockpit_oidc"
_LOG = logging.getLogger(__name__)
_P = ParamSpec("_P")
_R = TypeVar("_R")
_in_line = CapacityLimiter(2)
_Handler = Callable[[Request, DataFolder], Awaitable[Response]]


def _with_folder(heading: str, handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
    """A route that needs the data folder; refusals become one sentence in the door's own document."""

    async def route(request: Request) -> Response:
        try:
            folder = await run_in_threadpool(installed.data_folder)
            if folder is None:
                raise StorageError(NOT_THERE)
            return await handler(request, folder)
        except Refused as refusal:
            return _page(heading, door_html.sentence(refusal.sentence), 403)
        except CockpitError as error:
            _LOG.error("%s: %s", request.url.path, error.sentence)
            return _page(heading, door_html.sentence(error.sentence), 503)

    return route


async def _show_sign_in(request: Request, _folder: DataFolder) -> Response:
    told = SIGNED_OUT if "out" in request.query_params else ""
    return _page("登录", door_html.sign_in(_goal(request.query_params.get("next")), provider=_provider(), told=told))


async def _sign_in(request: Request, folder: DataFolder) -> Response:
    name, password, wanted = await _form(request, "name", "password", "next")
    try:
        cookie = await _looked_at(signin.sign_in, folder, name, password, address_of(request))
    except Refused as refusal:
        return _page("登录", door_html.sign_in(_goal(wanted), name, refusal.sentence, _provider()), 403)
    await _leave(request, folder)
    return _signed_in(cookie, _goal(wanted))


async def _sign_out(request: Request, folder: DataFolder) -> Response:
    await _leave(request, folder)
    response = RedirectResponse("/login?out", status_code=303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_encrypted())
    return response


async def _show_password(request: Request, _folder: DataFolder) -> Response:
    who = let_in(request)
    return _page("修改密码", door_html.password(who.viewer.name, who.must_change))


async def _change_password(request: Request, folder: DataFolder) -> Response:
    who = let_in(request)
    old, new, again = await _form(request, "old", "new", "again")
    try:
        if new != again:
            raise Refused(DIFFERENT)
        await _looked_at(signin.change_password, folder, who, old, new, address_of(request))
        await run_in_threadpool(keys.one_time_file, folder)  # a file with the old password would be of no use
    except Refused as refusal:
        return _page("修改密码", door_html.password(who.viewer.name, who.must_change, refusal.sentence), 403)
    return RedirectResponse("/", status_code=303)


async def _open_screen(request: Request, folder: DataFolder) -> Response:
    """A wall screen comes with its token in the address, and goes on without it."""
    token = request.query_params.get("token", "")[:200]
    cookie = await run_in_threadpool(signin.begin_wall, folder, token, address_of(request))
    await _leave(request, folder)
    return _signed_in(cookie, WALL, lasts=signin.WALL_DAYS * 86_400)


async def _start_oidc(request: Request, folder: DataFolder) -> Response:
    wanted = _goal(request.query_params.get("next"))
    provider = _oidc(folder)
    url, ticket = await run_in_threadpool(provider.start, wanted)
    response = RedirectResponse(url, status_code=303)
    response.set_cookie(
        TICKET, ticket, max_age=oidc.TICKET_SECONDS, path="/oidc", httponly=True, samesite="lax", secure=_encrypted()
    )
    return response


async def _finish_oidc(request: Request, folder: DataFolder) -> Response:
    provider = _oidc(folder)
    ticket, answer = request.cookies.get(TICKET, ""), dict(request.query_params)
    cookie, wanted = await run_in_threadpool(provider.finish, ticket, answer, address_of(request))
    await _leave(request, folder)
    response = _signed_in(cookie, _goal(wanted))
    response.delete_cookie(TICKET, path="/oidc", httponly=True, samesite="lax", secure=_encrypted())
    return response


async def _form(request: Request, *fields: str) -> list[str]:
    """These fields of a form; a body that is larger than any of our forms is not read to its end."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise Refused(TOO_LARGE)
    try:
        given = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=10))
    except ValueError:
        raise Refused(TOO_LARGE) from None
    return [given.get(field, "")[:500] for field in fields]


async def _looked_at(act: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
    """What computes a password's hash waits in a line of its own, so that all else goes on however many knock."""
    if _in_line.statistics().tasks_waiting >= LONGEST_LINE:
        raise Refused(CROWDED)
    return await to_thread.run_sync(partial(act, *args, **kwargs), limiter=_in_line)


async def _leave(request: Request, folder: DataFolder) -> None:
    """End the session that this browser has had until now."""
    who = await run_in_threadpool(signin.signed_in, folder, request.cookies.get(COOKIE), used=False)
    if who is not None:
        await run_in_threadpool(signin.sign_out, folder, who)


def _oidc(folder: DataFolder) -> oidc.Provider:
    if not _provider():
        raise Refused("驾驶舱没有接入统一身份认证；请用账号和密码登录。")
    return oidc.provider(folder, installed.public_address())


def _provider() -> str:
    """The title of the identity provider's button; empty where there is none."""
    settings = installed.settings().oidc
    return settings.title if settings.issuer else ""


def _goal(wanted: str | None) -> str:
    """Where to go after signing in: one of our own pages, never another site."""
    try:
        parts = urlsplit(wanted or "/")
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path not in {*BY_URL, WALL}:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _signed_in(cookie: str, goal: str, lasts: int | None = None) -> Response:
    response = RedirectResponse(goal, status_code=303)
    response.set_cookie(COOKIE, cookie, max_age=lasts, path="/", httponly=True, samesite="lax", secure=_encrypted())
    return response


def _encrypted() -> bool:
    """Whether people come over https, so that the cookie must never travel otherwise."""
    return installed.settings().web.public_url.startswith("https:")


def _page(heading: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        door_html.document(heading, body, _city()), status_code=status, headers={"Cache-Control": "no-store"}
    )


def _city() -> str:
    """The city of the data; that of the settings as long as there are none."""
    try:
        folder = installed.data_folder()
    except CockpitError:
        folder = None
    return folder.city if folder else installed.settings().city.name


ROUTES = [
    Route("/login", _with_folder("登录", _show_sign_in), methods=["GET"]),
    Route("/login", _with_folder("登录", _sign_in), methods=["POST"]),
    Route("/logout", _with_folder("退出", _sign_out), methods=["POST"]),
    Route(PASSWORD, _with_folder("修改密码", _show_password), methods=["GET"]),
    Route(PASSWORD, _with_folder("修改密码", _change_password), methods=["POST"]),
    Route("/screen", _with_folder("大屏", _open_screen), methods=["GET"]),
    Route("/oidc/start", _with_folder("登录", _start_oidc), methods=["GET"]),
    Route("/oidc/callback", _with_folder("登录", _finish_oidc), methods=["GET"]),
]
