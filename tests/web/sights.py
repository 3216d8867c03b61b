"""Pages as people of each role see them: who there is, a browser for them, and when a page is wholly drawn.

What the matrix of pages and the pictures have in common.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from cockpit.demo.city import write_city
from cockpit.door.accounts import Binding
from cockpit.door.roles import PAGES as OPENED_BY
from cockpit.door.roles import PERSONAL, Role
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.web.sitemap import PAGES, PageEntry
from tests.web.people import cookie_for, for_browser, opened
from tests.web.serving import Server

Look = Literal["light", "dark"]
LOOKS: tuple[Look, ...] = ("light", "dark")
#: A Friday in the middle of the morning, in the demo city.
MORNING = datetime(2026, 11, 20, 10, 37, tzinfo=ZoneInfo("Asia/Shanghai"))
#: What people of each role are bound to; the others see the whole city.
BOUND: Mapping[Role, Binding] = {Role.MANAGER: Binding("hall", ("H002",)), Role.DUTY: Binding("county", ("云栖区",))}

#: Everything asked for is there: the script is at rest, nothing waits, every chart has its drawing, the type is loaded.
_DRAWN = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const charts = [...document.querySelectorAll('[data-testid=stPlotlyChart]')];
  return app && app.dataset.testScriptState === 'notRunning' && document.querySelector('.stMain .ck-head')
    && !document.querySelector('.ck-skeleton, [data-testid=stSkeleton]')
    && charts.every((chart) => chart.querySelector('.js-plotly-plot .main-svg'))
    && document.fonts.status === 'loaded';
}"""
#: The height of the page does not change any more.
_AT_REST = """() => {
  const high = document.querySelector('[data-testid=stMain]').scrollHeight, since = window.ckSince;
  if (!since || since.high !== high) { window.ckSince = { high, at: performance.now() }; return false; }
  return performance.now() - since.at > 300;
}"""


def demo_city(data_dir: Path, *, halls: int, days: int, now: datetime) -> None:
    """A demo city in a data folder, brought in through the gate, told about until `now`."""
    files = data_dir.with_name(f"{data_dir.name}-files")
    write_city(files, halls=halls, days=days, until=now.date(), now=now)
    with opened(data_dir) as folder:
        import_files(folder, load_profile("standard"), [files], by="演示", now=now.astimezone(UTC))


def pages_of(role: Role) -> tuple[PageEntry, ...]:
    """The pages that a role opens, in the order of the bar."""
    return tuple(page for page in PAGES if page.name in OPENED_BY[role])


def cookies_of_all(data_dir: Path, now: datetime, bound: Mapping[Role, Binding] = BOUND) -> dict[Role, str]:
    """A session of one person of each role."""
    return {role: cookie_for(data_dir, role, bound.get(role), now=now) for role in PERSONAL}


def at_the_screen_of(browser: Browser, server: Server, cookie: str) -> BrowserContext:
    """A browser of somebody who has signed in."""
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
    context.add_cookies([for_browser(server.url, cookie)])
    return context


def set_to(page: Page, size: tuple[int, int], look: Look) -> None:
    """The screen's size and the look of the visitor's system."""
    page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
    page.emulate_media(color_scheme=look)


def await_drawn(page: Page, timeout: float = 90_000) -> None:
    """Until the page is wholly drawn and at rest."""
    page.wait_for_function(_DRAWN, timeout=timeout, polling=100)
    page.evaluate("delete window.ckSince")
    page.wait_for_function(_AT_REST, timeout=timeout, polling=100)
