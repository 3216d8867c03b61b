"""`/metrics` for Prometheus: how old the data are, whether all answers, how many are signed in, what was asked for."""

from __future__ import annotations

import datetime as dt
import ipaddress
import time
from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cockpit import clock
from cockpit.errors import CockpitError
from cockpit.settings_values import networks
from cockpit.web import installed
from cockpit.web.gate import address_of
from cockpit.web.health import shared_look
from cockpit.web.sitemap import first_part

NOT_FOR_YOU = "监控指标只给 web.metrics_from 里写明的地址；请在运行驾驶舱的机器上读取，或请管理员添加地址。"
REGISTRY = CollectorRegistry()
_ANSWERS = Counter("cockpit_answers_total", "Answers by area and status", ["area", "status"], registry=REGISTRY)
_SECONDS = Histogram("cockpit_answer_seconds", "Time until an answer begins, by area", ["area"], registry=REGISTRY)
#: First parts of addresses that are counted under a name of their own; anything else is `page`.
_AREAS = {
    name: name for name in ("static", "media", "house", "healthz", "metrics", "session", "login", "oidc", "download")
} | {"_stcore": "live"}


class _State(Collector):
    """What is looked up at the moment of asking."""

    def collect(self) -> Iterable[Metric]:
        """Health of the parts, age of the data, open sessions."""
        found = shared_look()
        up = GaugeMetricFamily("cockpit_up", "1 where this part answers", labels=["part"])
        up.add_metric(["records"], found.records == "ok")
        up.add_metric(["lake"], found.lake == "ok")
        yield up
        if found.data_age_minutes is not None:
            yield GaugeMetricFamily("cockpit_data_age_seconds", "Age of the data", found.data_age_minutes * 60)
        try:
            folder = installed.data_folder()
            if folder is not None:
                now = clock.now()
                idle = dt.timedelta(minutes=installed.settings().door.idle_minutes)
                count = folder.sessions.open_sessions(now, now - idle)
                yield GaugeMetricFamily("cockpit_sessions_open", "People and screens signed in", count)
        except CockpitError:
            return  # cockpit_up says it already


REGISTRY.register(_State())


class Counted:
    """Counts answers and how long they took to begin."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        first = first_part(scope["path"])
        area = _AREAS.get(first, "page")

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _ANSWERS.labels(area, str(message["status"])).inc()
                _SECONDS.labels(area).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counted)


async def _metrics(request: Request) -> Response:
    if not _may_read(request):
        return PlainTextResponse(NOT_FOR_YOU, status_code=403)
    return Response(await run_in_threadpool(generate_latest, REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request) -> bool:
    web = installed.settings().web
    # Who comes through a proxy that nobody has named would look like the proxy itself, which is often this machine.
    if not web.trusted_proxies and ("x-forwarded-for" in request.headers or "forwarded" in request.headers):
        return False
    try:
        asking = ipaddress.ip_address(address_of(request))
    except ValueError:
        return False
    return any(asking in network for network in networks(web.metrics_from))


ROUTES = [Route("/metrics", _metrics, methods=["GET"])]
