"""Streamlit's built files: which of them a page needs beyond the first ones, and all of them compressed once.

Streamlit's client finds out what a page is drawn with when it is told what to draw, and only then asks for it, file by
file; the largest, Plotly, is half of what a first view costs the browser. The document names these files, so that they
are fetched and parsed while the connection is still being made.

Streamlit sends its files as they lie on the disk, nine megabytes for a page. Their names change with their content, so
each is compressed once, when it is first asked for, and kept. Plotly's carries a hint by which a browser that knows it
compiles the whole beside its other work, instead of function by function while the page waits (a quarter of a second).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

BUILT = "static"
#: What the pages' elements are drawn with, by the name of the file without its mark.
EVERYWHERE = ("Html", "PageLink")
FILTERS, CHARTS = "Selectbox", "PlotlyChart"
#: What each page is drawn with beside that.
DRAWN_WITH = {
    "overview": (CHARTS,),
    "alerts": (FILTERS,),
    "hall": (FILTERS, CHARTS),
    "onenet": (FILTERS, CHARTS),
    "reviews": (FILTERS, CHARTS),
    "panorama": (FILTERS, CHARTS),
    "findings": (FILTERS,),
    "reports": (FILTERS,),
    "indicators": (FILTERS,),
    "quality": (FILTERS,),
    "admin": (FILTERS,),
}
KEPT_FOR = 31_536_000
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')
#: https://v8.dev/blog/explicit-compile-hints; a comment to every other browser.
HINT = b"//# allFunctionsCalledOnLoad\n"
#: A file smaller than this is not worth compressing.
_SMALL = 1024
#: More than all of Streamlit's files that are compressed, so that none is compressed twice.
_FILES = 512


@cache
def ahead(page: str) -> tuple[str, ...]:
    """Addresses of the scripts that a page needs beyond those of Streamlit's own document, the largest first.

    Args:
        page: name of the page.
    """
    folder = Path(get_static_dir()) / BUILT / "js"
    there = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    named = (*EVERYWHERE, *DRAWN_WITH.get(page, ()))
    # A release of Streamlit that names them otherwise costs only time: the client still finds what it needs.
    found: dict[str, int] = {}
    for name in named:
        for path in folder.glob(f"{name}.*.js"):
            for needed in _with_imports(path):
                if needed.name not in there:
                    found[needed.name] = needed.stat().st_size
    return tuple(f"/{BUILT}/js/{name}" for name in sorted(found, key=lambda name: -found[name]))


def _with_imports(path: Path) -> Iterator[Path]:
    """A script and all that it imports at once."""
    seen, todo = set(), [path]
    while todo:
        one = todo.pop()
        if one not in seen and one.is_file():
            seen.add(one)
            yield one
            todo += [one.parent / name for name in _imported(one)]


@lru_cache(_FILES)
def _imported(path: Path) -> tuple[str, ...]:
    return tuple(_IMPORTED.findall(path.read_text(encoding="utf-8")))


class Compressed:
    """Answers for Streamlit's built files with what was compressed once; passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        response = await self._response(scope)
        await (response or self._app)(scope, receive, send)

    async def _response(self, scope: Scope) -> Response | None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(f"/{BUILT}/"):
            return None
        headers, path = Headers(scope=scope), Path(get_static_dir()) / scope["path"][1:]
        plain = "gzip" not in headers.get("accept-encoding", "") or "range" in headers
        if plain or path.suffix not in _TYPES or ".." in path.parts or not path.is_file():
            return None
        body = await run_in_threadpool(_compressed, path)
        if body is None:
            return None
        said = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "Content-Type": _TYPES[path.suffix]}
        return Response(body, headers=said | {"Cache-Control": f"public, immutable, max-age={KEPT_FOR}"})


@lru_cache(_FILES)
def _compressed(path: Path) -> bytes | None:
    """The content compressed; None where that is not worth it."""
    hint = HINT if path.name.startswith(f"{CHARTS}.") and path.suffix == ".js" else b""
    content = hint + path.read_bytes()
    return gzip.compress(content, 6, mtime=0) if len(content) >= _SMALL else None
