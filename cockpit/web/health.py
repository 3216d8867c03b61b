"""`/healthz`: for watchdogs and for the page's own banner."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cockpit import clock
from cockpit.board.health import NOTHING_YET, UNREADABLE, Health, health
from cockpit.errors import CockpitError
from cockpit.web import installed

_LOG = logging.getLogger(__name__)
#: Every open page asks every few seconds; within so many seconds they share one look.
SHARED_SECONDS = 2.0
_lock = threading.Lock()
_last: tuple[float, Health] | None = None


def shared_look() -> Health:
    """The last look if it is fresh, else a new one; whoever asks meanwhile waits for it."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > SHARED_SECONDS:
            found = look()
            _last = time.monotonic(), found
        return _last[1]


def look() -> Health:
    """Open what is there and look at it."""
    try:
        folder = installed.data_folder()
    except CockpitError as error:
        _LOG.error("data folder: %s", error.sentence)
        return UNREADABLE
    if folder is None:
        return NOTHING_YET
    return health(folder, clock.now(), installed.settings().web.stale_minutes)


async def _healthz(_request: Request) -> Response:
    found = await run_in_threadpool(shared_look)
    return JSONResponse(
        asdict(found), status_code=503 if found.status == "failed" else 200, headers={"Cache-Control": "no-store"}
    )


ROUTES = [Route("/healthz", _healthz, methods=["GET", "HEAD"])]
