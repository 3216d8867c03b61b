"""The wall screen (大屏): its document at `/wall`, what it shows at `/wall-data`, and Plotly for its chart.

A document of our own and no page of Streamlit: it stays for weeks, nothing in it is ever taken down and drawn anew,
and it lives through restarts of the server (docs/adr/0010). Gate, scope and content security policy are those of every
other address.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import plotly
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cockpit import clock
from cockpit.board.wall import may_look, state_of_wall, wall
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.web import installed
from cockpit.web.gate import let_in
from cockpit.web.shell import FILES_PREFIX, YEAR, file_url
from cockpit.web.sitemap import WALL, WALL_DATA

NOT_FOR_YOU = "您的角色没有大屏；请从首页 / 进入，如确需查看，请联系系统管理员。"
NOT_READABLE = "大屏快照暂时读不出来；请检查状态数据库，恢复以后屏幕会自己显示。"
#: Minutes after which what is shown is told to be old: evaluations come every five; months are counted every night.
ALERTS_LIMIT, MONTH_LIMIT = 12, 26 * 60
_FILES = ("wall.css", "wall_parts.js", "wall_scenes.js", "wall.js")
_PLOTLY = f"{FILES_PREFIX}/plotly.min.js"


async def _document(request: Request) -> Response:
    if not may_look(let_in(request).viewer):
        return PlainTextResponse(NOT_FOR_YOU, status_code=403)
    return HTMLResponse(document(_city()), headers={"Cache-Control": "no-cache"})


async def _data(request: Request) -> Response:
    viewer = let_in(request).viewer
    if not may_look(viewer):
        return PlainTextResponse(NOT_FOR_YOU, status_code=403)
    return await run_in_threadpool(_answer, viewer, request.headers.get("if-none-match"))


def _answer(viewer: Viewer, known: str | None) -> Response:
    try:
        folder = installed.data_folder()
        if folder is None:
            return PlainTextResponse(NOT_READABLE, status_code=503)
        settings = installed.settings().wall
        tag = _tag(version(), state_of_wall(folder, viewer), viewer.name, str(settings))
        headers = {"ETag": tag, "Cache-Control": "no-store", "X-Cockpit-Now": _now(folder)}
        if known == tag:
            return Response(status_code=304, headers=headers)
        return JSONResponse(_told(folder, viewer), headers=headers)
    except CockpitError as error:
        return PlainTextResponse(error.sentence, status_code=503)


def _told(folder: DataFolder, viewer: Viewer) -> dict[str, object]:
    settings = installed.settings()
    return {
        "now": _now(folder),
        "version": version(),
        "scenes": settings.wall.order,
        "seconds": settings.wall.seconds,
        "limits": {"live": settings.web.stale_minutes, "alerts": ALERTS_LIMIT, "month": MONTH_LIMIT},
        "body": wall(folder, viewer).body,
    }


def _now(folder: DataFolder) -> str:
    return clock.now().astimezone(ZoneInfo(folder.timezone)).isoformat()


def _city() -> str:
    try:
        folder = installed.data_folder()
    except CockpitError:
        folder = None
    return folder.city if folder else installed.settings().city.name


@cache
def version() -> str:
    """Names the program that a screen runs; when it changes, open screens load themselves anew."""
    return _tag(*(file_url(name) for name in _FILES), plotly.__version__)[1:13]


def document(city: str) -> str:
    """The screen's document: no number is in it, so it tells nothing to whoever should not see it."""
    scripts = [f"{_PLOTLY}?v={plotly.__version__}", *(file_url(name) for name in _FILES if name.endswith(".js"))]
    return (
        f'<!doctype html><html lang="zh-CN" translate="no" data-version="{version()}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>大屏 · 政务服务驾驶舱</title>'
        f'<link rel="icon" type="image/svg+xml" href="{file_url("icon.svg")}">'
        f'<link rel="stylesheet" href="{file_url("wall.css")}">'
        + "".join(f'<script defer src="{address}"></script>' for address in scripts)
        + f'</head><body><div id="stage" class="dark"><header id="head"><h1>{escape(city)}政务服务大厅</h1>'
        '<span id="scene-name"></span><div id="status"></div>'
        '<div id="time"><span id="clock"></span><span id="date"></span></div></header>'
        '<div id="sentence" role="status"><b></b><span></span></div><div id="banner" role="status"></div></div>'
        "<noscript><p>请在浏览器中启用 JavaScript 后再打开大屏。</p></noscript></body></html>"
    )


async def _plotly(_request: Request) -> Response:
    headers = {"Content-Encoding": "gzip", "Cache-Control": f"public, max-age={YEAR}, immutable"}
    return Response(await run_in_threadpool(_compressed), media_type="text/javascript; charset=utf-8", headers=headers)


@lru_cache(1)
def _compressed() -> bytes:
    path = Path(str(plotly.__file__)).parent / "package_data" / "plotly.min.js"
    return gzip.compress(path.read_bytes(), 6, mtime=0)


def _tag(*parts: str) -> str:
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]}"'


ROUTES = [
    Route(WALL, _document, methods=["GET", "HEAD"]),
    Route(WALL_DATA, _data, methods=["GET", "HEAD"]),
    Route(_PLOTLY, _plotly, methods=["GET", "HEAD"]),
]
