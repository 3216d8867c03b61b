"""How long a person waits in a real Chromium: for the first view of a page, and for a changed filter."""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from cockpit.door.roles import Role
from cockpit.web.sitemap import PageEntry
from tests.web.people import cookie_for, for_browser
from tests.web.serving import Server

SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
SIZE = ViewportSize(width=1366, height=768)
WAITS_MS = 120_000
#: A filter of each page and the label of its box; the first screen has none.
FILTERS = {
    "hall": "大厅",
    "onenet": "范围",
    "reviews": "大厅",
    "panorama": "范围",
    "findings": "大厅",
    "indicators": "类别",
    "quality": "大厅",
    "admin": "内容",
}
#: Who opens a page, where a leader does not.
WHO = {"admin": Role.ADMIN}

#: Drawn: the head is there, nothing is being read, no script runs, every chart has its lines, and so it stays.
WATCH = """(() => {
  const was = {since: null, moved: 0, runs: 0, state: null};
  window.__watch = was;
  const pending = '.ck-skeleton, [data-testid=stSkeleton], [data-testid=stAppSkeleton], [data-stale=true]';
  const state = () => {
    const found = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState;
    if (found === 'running' && was.state !== 'running') was.runs += 1;
    return was.state = found;
  };
  const settled = () => state() === 'notRunning' && document.querySelector('.ck-head h1')
    && !document.querySelector(pending)
    && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.main-svg'));
  const look = () => {
    if (!settled()) was.since = null;
    else if (was.since === null) was.since = performance.now();
    requestAnimationFrame(look);
  };
  // A short run may begin and end between two frames.
  new MutationObserver(state).observe(
    document, {subtree: true, attributes: true, attributeFilter: ['data-test-script-state']});
  document.addEventListener('click', () => { was.moved = performance.now(); was.runs = 0; was.since = null; }, true);
  requestAnimationFrame(look);
})()"""
DRAWN = "() => { const w = window.__watch; return w.since !== null && performance.now() - w.since > 400 }"
DRAWN_ANEW = (
    "() => { const w = window.__watch; return w.runs > 0 && w.since !== null && performance.now() - w.since > 400 }"
)


@dataclass(frozen=True)
class Waits:
    """Seconds somebody waits on a page.

    Attributes:
        entry: the page.
        strange: from navigating there to the page drawn, in a browser that has none of the product's files yet.
        views: the same in a new tab of a browser that has them, by somebody who is signed in.
        changes: from the click on another value of a filter to the page drawn anew, each value for the first time.
        server_cpu: CPU seconds of the server for a view.
        browser_cpu: CPU seconds of the browser's process for a view; it and the server hardly work at the same time.
        change_cpu: CPU seconds of the server for a change.
    """

    entry: PageEntry
    strange: float
    views: Sequence[float]
    changes: Sequence[float]
    server_cpu: float
    browser_cpu: float
    change_cpu: float


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield browser
        browser.close()


def waits(browser: Browser, server: Server, entry: PageEntry, runs: int) -> Waits:
    """Open a page so many times after once to warm the server, then change its filter as often."""
    cookie = for_browser(server.url, cookie_for(server.data_dir, WHO.get(entry.name, Role.LEADER), now=server.now))
    with _person(browser, cookie) as person, _tab(person, server, entry):
        pass
    with _person(browser, cookie) as person:
        with _tab(person, server, entry) as page:
            strange = _drawn_after(page)
        views, of_browser, before = [], [], cpu_of(server.process.pid)
        for _ in range(runs):
            with _tab(person, server, entry) as page:
                views.append(_drawn_after(page))
                of_browser.append(_cpu_of(page))
        viewed = cpu_of(server.process.pid)
        changes: list[float] = []
        if entry.name in FILTERS:
            with _tab(person, server, entry) as page:
                changes = [_change(page, FILTERS[entry.name], number) for number in range(1, runs + 1)]
    changed = cpu_of(server.process.pid) - viewed
    return Waits(
        entry, strange, views, changes, (viewed - before) / runs, statistics.median(of_browser), changed / runs
    )


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and all its threads so far."""
    spent = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _person(browser: Browser, cookie: Any) -> Iterator[BrowserContext]:  # noqa: ANN401 (the driver's own type)
    """Somebody signed in, whose browser has no file of the product yet."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN")
    context.add_cookies([cookie])
    context.add_init_script(WATCH)
    yield context
    context.close()


@contextmanager
def _tab(person: BrowserContext, server: Server, entry: PageEntry) -> Iterator[Page]:
    """A new tab with a drawn page."""
    page = person.new_page()
    page.goto(f"{server.url}{entry.url}", wait_until="commit")
    page.wait_for_function(DRAWN, timeout=WAITS_MS)
    assert page.locator(".ck-notice.fail, [data-testid=stAlert]").count() == 0, page.locator("body").inner_text()
    yield page
    page.close()


def _drawn_after(page: Page) -> float:
    """Seconds from the navigation's start to the page drawn, by the browser's own clock."""
    found: float = page.evaluate("window.__watch.since")
    return found / 1000


def _cpu_of(page: Page) -> float:
    """CPU seconds of the browser's process for this page so far."""
    talk = page.context.new_cdp_session(page)
    talk.send("Performance.enable")
    told = {metric["name"]: metric["value"] for metric in talk.send("Performance.getMetrics")["metrics"]}
    return float(told["ProcessTime"])


def _change(page: Page, filtered_by: str, number: int) -> float:
    """Choose the option of this number; seconds from the click to the page drawn anew."""
    page.get_by_role("combobox", name=filtered_by, exact=True).click()
    options = page.get_by_role("option")
    options.first.wait_for()
    options.nth(number % options.count()).click()
    page.wait_for_function(DRAWN_ANEW, timeout=WAITS_MS)
    found: float = page.evaluate("window.__watch.since - window.__watch.moved")
    return found / 1000
