"""The document every page lives in: Streamlit's index.html in Chinese, with our own style, banner and icon.

Streamlit answers any unknown address with its application, which then shows an English dialog. Here only the addresses
of the sitemap get the document; anything else gets one Chinese sentence.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from cockpit.web.built import BUILT, ahead
from cockpit.web.sitemap import BY_URL, PAGES, WALL, WALL_DATA, first_part

TITLE = "政务服务驾驶舱"
FILES = Path(__file__).resolve().parent / "files"
FILES_PREFIX = "/house"
#: First parts of the addresses that belong to Streamlit; its built files are told apart one by one.
STREAMLIT = frozenset({"_stcore", "media", "component"})
#: Our own routes with what may be asked of them: whole addresses, and the first parts of those that end in a name.
_READ = frozenset({"GET", "HEAD"})
OWN = {
    **dict.fromkeys(
        ("/healthz", "/metrics", "/session", "/screen", "/oidc/start", "/oidc/callback", WALL, WALL_DATA), _READ
    ),
    **dict.fromkeys(("/login", "/password"), _READ | {"POST"}),
    "/logout": frozenset({"POST"}),
}
NAMED = frozenset({FILES_PREFIX.strip("/"), "download"})
#: Streamlit's interface for programs, which answers even where it is switched off, and its own figures.
WITHHELD = ("/_stcore/agent", "/_stcore/metrics")
NOT_FOUND = "这个地址没有页面；请从首页 / 进入。"
YEAR = 31_536_000


class Shell:
    """Answers the addresses of pages with the document; passes on what belongs to Streamlit and to our routes."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app
        self._pages = frozenset(page.url for page in PAGES)
        self._first_by_name = frozenset(f"/{page.name}" for page in PAGES if page.first)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        response = self._response(scope) if scope["type"] == "http" else None
        await (response or self._app)(scope, receive, send)

    def _response(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if path in self._pages and scope["method"] in {"GET", "HEAD"}:
            return HTMLResponse(document(BY_URL[path].name), headers={"Cache-Control": "no-cache"})
        if path in self._first_by_name:
            return RedirectResponse("/", status_code=307)
        return None if _is_known(path, scope["method"]) else PlainTextResponse(NOT_FOUND, status_code=404)


def _is_known(path: str, method: str) -> bool:
    """Whether something answers there; for the rest Streamlit would give its own document."""
    first = first_part(path)
    if first == BUILT:
        return (Path(get_static_dir()) / path[1:]).is_file()
    if first in STREAMLIT:
        return not path.startswith(WITHHELD)
    return method in OWN.get(path, _READ if first in NAMED and path.count("/") == 2 else ())


@cache
def document(opened: str) -> str:
    """The whole document of a page; the addresses of our files carry their fingerprint, so that they can be cached.

    Args:
        opened: name of the page.
    """
    first = "".join(f'<link rel="modulepreload" crossorigin data-ahead href="{url}">' for url in ahead(opened))
    page = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    for pattern, ours in (
        (r'<html lang="en">', '<html lang="zh-CN" translate="no">'),
        (r"<title>.*?</title>", f"<title>{TITLE}</title>"),
        (r'<link rel="shortcut icon"[^>]*>', f'<link rel="icon" type="image/svg+xml" href="{file_url("icon.svg")}" />'),
        (r'<link rel="service-desc"[^>]*>', ""),
        (r'<link\s+rel="preload"[^>]*as="font"[^>]*>', ""),
        (r"<!--.*?-->", ""),
        (r"<noscript>.*?</noscript>", "<noscript><p>请在浏览器中启用 JavaScript 后再打开驾驶舱。</p></noscript>"),
        (
            r"</head>",
            f'<script src="{file_url("base.js")}"></script>{first}'
            f'<link rel="stylesheet" href="{file_url("colours.css")}" />'
            f'<link rel="stylesheet" href="{file_url("theme.css")}" />'
            f'<script defer src="{file_url("banner.js")}"></script>'
            f'<script defer src="{file_url("page.js")}"></script>'
            f'<script defer src="{file_url("account.js")}"></script></head>',
        ),
    ):
        page = re.sub(pattern, ours, page, flags=re.DOTALL)
    return page.lstrip()


@cache
def file_url(name: str) -> str:
    """The address of one of our files, which changes when its content does."""
    digest = hashlib.sha256((FILES / name).read_bytes()).hexdigest()[:12]
    return f"{FILES_PREFIX}/{name}?v={digest}"


async def _own_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in {path.name for path in FILES.iterdir()}:
        return PlainTextResponse(NOT_FOUND, status_code=404)
    return FileResponse(FILES / name, headers={"Cache-Control": f"public, max-age={YEAR}, immutable"})


ROUTES = [Route(f"{FILES_PREFIX}/{{name}}", _own_file, methods=["GET", "HEAD"])]
