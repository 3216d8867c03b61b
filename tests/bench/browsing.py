"""How long a person waits in a real Chromium: for the first view of a page, and for a changed filter."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cockpit.door.roles import Role
from cockpit.web.sitemap import PageEntry
from tests.bench.devtools import Chromium, Tab, chromium
from tests.web.people import cookie_for, for_browser
from tests.web.serving import Server

WIDTH, HEIGHT = 1366, 768
#: Of the window the browser's own bars take so much.
BARS = 87
WAITS = 120.0
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

#: Drawn: the head is there, nothing is being read, no script runs, every chart has its lines, and so it stays. The page
#: is looked at when something in it has changed, in the frame that shows it, so that looking costs next to nothing.
WATCH = """(() => {
  const was = {since: null, moved: 0, runs: 0, state: null, due: false};
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
    was.due = false;
    if (!settled()) was.since = null;
    else if (was.since === null) was.since = performance.now();
  };
  // A short run may begin and end between two frames.
  new MutationObserver(() => {
    state();
    if (!was.due) requestAnimationFrame(look);
    was.due = true;
  }).observe(document, {subtree: true, childList: true, attributes: true});
  document.addEventListener('click', () => { was.moved = performance.now(); was.runs = 0; was.since = null; }, true);
})()"""
QUIET = "window.__watch && window.__watch.since !== null && performance.now() - window.__watch.since > 400"
DRAWN, DRAWN_ANEW = QUIET, f"window.__watch && window.__watch.runs > 0 && {QUIET}"
FAILED = "document.querySelector('.ck-notice.fail, [data-testid=stAlert]')?.innerText"
COMBOBOX = "[...document.querySelectorAll('[role=combobox]')].find(e => e.ariaLabel === '{}')"
OPTIONS = "document.querySelectorAll('[role=option]')"


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


def waits(server: Server, entry: PageEntry, runs: int, place: Path) -> Waits:
    """Open a page so many times after once to warm the server, then change its filter as often.

    Args:
        server: the running server.
        entry: the page.
        runs: how often.
        place: folder for the profiles of the browsers.
    """
    with _person(server, entry, place / f"{entry.name}-before") as person, _tab(person, server, entry):
        pass
    with _person(server, entry, place / entry.name) as person:
        with _tab(person, server, entry) as tab:
            strange = _drawn_after(tab)
        views, of_browser, before = [], [], cpu_of(server.process.pid)
        for _ in range(runs):
            with _tab(person, server, entry) as tab:
                views.append(_drawn_after(tab))
                of_browser.append(tab.cpu())
        viewed = cpu_of(server.process.pid)
        changes: list[float] = []
        if entry.name in FILTERS:
            with _tab(person, server, entry) as tab:
                changes = [_change(tab, FILTERS[entry.name], number) for number in range(1, runs + 1)]
    changed = cpu_of(server.process.pid) - viewed
    return Waits(
        entry, strange, views, changes, (viewed - before) / runs, statistics.median(of_browser), changed / runs
    )


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and all its threads so far."""
    spent = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _person(server: Server, entry: PageEntry, profile: Path) -> Iterator[Chromium]:
    """Somebody signed in, whose browser has no file of the product yet."""
    cookie = for_browser(server.url, cookie_for(server.data_dir, WHO.get(entry.name, Role.LEADER), now=server.now))
    with chromium(profile, WIDTH, HEIGHT + BARS) as person:
        person.sign_in(cookie)
        yield person


@contextmanager
def _tab(person: Chromium, server: Server, entry: PageEntry) -> Iterator[Tab]:
    """A new tab with a drawn page."""
    with person.tab(WATCH) as tab:
        tab.go(f"{server.url}{entry.url}")
        tab.until(DRAWN, WAITS)
        assert not tab.said(FAILED), tab.said(FAILED)
        yield tab


def _drawn_after(tab: Tab) -> float:
    """Seconds from the navigation's start to the page drawn, by the browser's own clock."""
    return float(tab.said("window.__watch.since")) / 1000


def _change(tab: Tab, filtered_by: str, number: int) -> float:
    """Choose the option of this number; seconds from the click to the page drawn anew."""
    tab.click(COMBOBOX.format(filtered_by))
    tab.until(f"{OPTIONS}.length > 0", WAITS)
    tab.click(f"{OPTIONS}[{number} % {OPTIONS}.length]")
    tab.until(DRAWN_ANEW, WAITS)
    return float(tab.said("window.__watch.since - window.__watch.moved")) / 1000
