"""Every page at every size, in both looks, with every state of the data, for every role that opens it.

`make test` looks at so many combinations that each two values of different factors meet at least once; `make proof`
looks at all.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from cockpit.door.roles import PERSONAL, Role
from cockpit.web.server import PAGE_FAILED
from cockpit.web.sitemap import PAGES, PAGES_FOLDER
from tests.web import sights
from tests.web.serving import Server, served
from tests.web.test_browser import FOREIGN, GEOMETRY, SIZES
from tests.web.test_look_browser import serious

STATES = ("normal", "stale", "failing", "empty")
LATER = timedelta(hours=3)
#: Ends of names of accounts, tables and files, which are no words of the framework; commands stand in <code>.
NAMES = re.compile(r"\b[\w-]+\.(person|parquet|csv)\b")
#: What names parts of the page to those who cannot see it.
NAMED = """() => [...document.querySelectorAll('[aria-label], [placeholder], [title]')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }))
  .flatMap((e) => [e.getAttribute('aria-label'), e.placeholder, e.title])
  .filter((name) => name && /^[a-z ]+$/i.test(name.trim()))"""
SAID = """() => { const all = document.body.innerText, code = [...document.querySelectorAll('code')];
  return code.reduce((text, e) => text.replace(e.innerText, ''), all); }"""
#: What a page says in a state of the data, and the pages that have nothing to say about it: those of accounts, of days
#: that are over, and of months, which are late after days only.
TELLS = {"empty": "尚无数据", "failing": "不可用", "stale": "没有新数据"}
UNTOLD = {"empty": {"admin"}, "failing": {"admin"}, "stale": {"admin", "findings", "onenet", "panorama"}}


class Sight(NamedTuple):
    """One combination: what is looked at, in what state, on what screen, by whom."""

    state: str
    role: Role
    page: str
    size: tuple[int, int]
    look: sights.Look

    def __str__(self) -> str:
        """Its name among the tests."""
        return f"{self.state}-{self.role}-{self.page}-{self.size[0]}-{self.look}"


def every_sight() -> list[Sight]:
    """All combinations there are; a page is looked at by those whose role opens it."""
    whole = product(STATES, PERSONAL, (page.name for page in PAGES), SIZES, sights.LOOKS)
    return [Sight(*one) for one in whole if one[2] in {page.name for page in sights.pages_of(one[1])}]


def pairs(sight: Sight) -> set[tuple[tuple[int, object], ...]]:
    """The pairs of values of two factors that meet in a combination."""
    return set(combinations(enumerate(sight), 2))


def pairwise(sights: Sequence[Sight], seed: int = 7) -> list[Sight]:
    """So many of the combinations that every pair which meets in any of them meets in one of these.

    Each time the one with the most pairs that have not met yet; among equals the draw decides.
    """
    left = list(sights)
    random.Random(seed).shuffle(left)
    missing = set().union(*map(pairs, left))
    chosen = []
    while missing:
        best = max(left, key=lambda sight: len(pairs(sight) & missing))
        missing -= pairs(best)
        chosen.append(best)
    return sorted(chosen, key=lambda sight: (STATES.index(sight.state), sight.role))


EVERY = every_sight()
PAIRWISE = pairwise(EVERY)
#: In `make test` axe looks at every page once, at the first sight of it that shows data.
WITH_AXE = {sight.page: sight for sight in reversed(PAIRWISE) if sight.state in ("normal", "stale")}.values()


class Stage(NamedTuple):
    """A server whose data are in one state, and the browser of each person."""

    server: Server
    screens: dict[Role, BrowserContext]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six halls and five weeks."""
    place = tmp_path_factory.mktemp("matrix") / "data"
    sights.demo_city(place, halls=6, days=36, now=sights.MORNING)
    return place


@pytest.fixture(scope="module")
def stage(city: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Stage]]:
    """Sets the stage when a state of the data is first asked for, and takes down the one before."""
    standing: dict[str, Stage] = {}
    with ExitStack() as stack:

        def of(state: str) -> Stage:
            if state not in standing:
                stack.close()
                standing.clear()
                standing[state] = stack.enter_context(staged(state, city, browser, tmp_path_factory.mktemp(state)))
            return standing[state]

        yield of


@contextmanager
def staged(state: str, city: Path, browser: Browser, place: Path) -> Iterator[Stage]:
    """A server over data in this state, with a person of each role signed in."""
    now = sights.MORNING + LATER if state == "stale" else sights.MORNING
    data = place / "data"
    if state != "empty":
        shutil.copytree(city, data)
    cookies = sights.cookies_of_all(data, now, {} if state == "empty" else sights.BOUND)
    with served(data, place / "log", now=now, settings={"web": {"refresh_seconds": 10}}) as server:
        screens = {role: sights.at_the_screen_of(browser, server, cookie) for role, cookie in cookies.items()}
        if state == "failing":
            # It fails while it runs: the server has seen who these people are, and what their counties mean.
            assert all(screen.request.get(f"{server.url}/session").ok for screen in screens.values())
            for file in (data / "lake").rglob("*.parquet"):
                file.unlink()
        try:
            yield Stage(server, screens)
        finally:
            for screen in screens.values():
                screen.close()


def look_at(stage: Stage, sight: Sight, *, axe: bool) -> None:
    """Open the page as this person does, and hold what is seen against everything that must be so."""
    (entry,) = (page for page in PAGES if page.name == sight.page)
    page = stage.screens[sight.role].new_page()
    complaints: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("websocket", lambda socket: asked.add(socket.url.split("/")[2]))
    sights.set_to(page, sight.size, sight.look)
    try:
        page.goto(stage.server.url + entry.url)
        sights.await_drawn(page, 60_000)
        faults = [*page.evaluate(GEOMETRY), *page.evaluate(NAMED), *wrong_words(page, sight)]
        if axe:
            faults += serious(page)
    finally:
        page.close()
    # Chromium itself writes down that /healthz answered as it must where the data cannot be read.
    faults += [told for told in complaints if not (sight.state == "failing" and "503" in told)]
    assert faults == []
    assert asked == {stage.server.url.removeprefix("http://")}


def wrong_words(page: Page, sight: Sight) -> list[str]:
    """Words that have no business on the page, and those missing that tell the state of the data or whose pages."""
    said = page.evaluate(SAID)
    faults = [f"foreign: {word}" for word in FOREIGN.findall(NAMES.sub("", said))]
    faults += [f"failed: {PAGE_FAILED}"] if PAGE_FAILED in said else []
    links = [text.strip() for text in page.locator(".st-key-menu-links").first.locator("a").all_text_contents()]
    if links != [f"{entry.icon}{entry.title}" for entry in sights.pages_of(sight.role)]:
        faults.append(f"links: {links}")
    must = {state for state, words in TELLS.items() if words in said}
    wanted = {sight.state} & TELLS.keys() if sight.page not in UNTOLD.get(sight.state, ()) else set()
    if must != wanted:
        faults.append(f"says {must or 'nothing'} of the state of the data, not {wanted or 'nothing'}")
    return faults


def test_the_matrix_has_every_page_and_every_role() -> None:
    assert {sight.page for sight in EVERY} == {file.stem for file in PAGES_FOLDER.glob("*.py")}
    assert {sight.role for sight in EVERY} == set(PERSONAL)
    assert set().union(*map(pairs, EVERY)) == set().union(*map(pairs, PAIRWISE))
    assert {sight.page for sight in WITH_AXE} == {sight.page for sight in EVERY}


@pytest.mark.parametrize("sight", PAIRWISE, ids=str)
def test_each_two_values_meet_on_a_screen_that_is_right(stage: Callable[[str], Stage], sight: Sight) -> None:
    look_at(stage(sight.state), sight, axe=sight in WITH_AXE)


@pytest.mark.proof
@pytest.mark.parametrize("sight", EVERY, ids=str)
def test_every_screen_is_right(stage: Callable[[str], Stage], sight: Sight) -> None:
    look_at(stage(sight.state), sight, axe=True)
