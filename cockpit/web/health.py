"""`/healthz`: for watchdogs and for the page's own banner."""

from __future__ import annotations

import logging
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
    found = await run_in_threadpool(look)
    return JSONResponse(
        asdict(found), status_code=503 if found.status == "failed" else 200, headers={"Cache-Control": "no-store"}
    )


ROUTES = [Route("/healthz", _healthz, methods=["GET", "HEAD"])]
