"""The wall screen for weeks, put into an hour: ticks, restarts, a dead network; and ten screens beside forty people.

WALL_SOAK_SECONDS makes the hour shorter or longer.
"""

import asyncio
import os
import statistics
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from cockpit.door.roles import Role
from cockpit.web.gate import COOKIE
from tests.bench.wire import Wire
from tests.board.small_city import build
from tests.web.people import cookie_for, for_browser, opened, wall_cookie_for
from tests.web.serving import free_port, served
from tests.web.wall_bodies import AT, NOW, put, shown

pytestmark = pytest.mark.proof
SECONDS = int(os.environ.get("WALL_SOAK_SECONDS", "3600"))
RESTARTS, DEAD = 3, min(60, SECONDS // 6)
WALLS, PEOPLE, TICK_SECONDS = 10, 40, 1.0


class Ticks:
    """Writes another snapshot each second, as long as it runs; `count` says how many people wait in the last one."""

    def __init__(self, data: Path) -> None:
        self.count, self._data, self._ended = 0, data, threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _run(self) -> None:
        with opened(self._data) as folder:
            while not self._ended.wait(1.0):
                count = self.count + 1
                body = shown("red" if count % 240 > 200 else "normal")
                body["now"]["tickets"] = count
                body["arrivals"]["today"][7] = count % 400
                put(folder, body, AT + timedelta(seconds=count))
                self.count = count


def heap(page: Page) -> float:
    """Memory of the page's own objects after a collection, MiB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return found["JSHeapUsedSize"] / 2**20


def right(page: Page, ticks: Ticks, within: float) -> None:
    """The screen shows what was written at most a few ticks ago."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        text = page.locator(".kpi b > span").nth(2).inner_text().replace(",", "")
        if text.isdigit() and ticks.count - int(text) <= 12:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"shows {text}, {ticks.count} was written")


def test_an_hour_of_ticks_restarts_and_a_dead_network(browser: Browser, tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    build(data).close()
    cookie, ticks, dialogs = wall_cookie_for(data, now=NOW), Ticks(data), []
    put_first(data)
    with ExitStack() as walls, ticks.running():
        server = walls.enter_context(ExitStack())
        running = server.enter_context(served(data, tmp_path / "log", now=NOW, port=port))
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
        context.add_cookies([for_browser(running.url, cookie)])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        page.goto(f"{running.url}/wall?scene=now")
        page.wait_for_selector("#stage:not(.dark)")
        begun = time.monotonic()
        page.wait_for_timeout(min(30, SECONDS / 10) * 1000)
        before = heap(page)
        for restart in range(RESTARTS):
            page.wait_for_timeout(max(0.0, begun + SECONDS * (restart + 1) / 5 - time.monotonic()) * 1000)
            right(page, ticks, 15)
            server.close()
            page.wait_for_timeout(3000)
            server.enter_context(served(data, tmp_path / "log", now=NOW, port=port))
            right(page, ticks, 40)
        context.set_offline(True)
        page.wait_for_timeout(DEAD * 1000)
        if DEAD >= 20:
            assert "暂时连不上服务器" in page.inner_text("#banner.on")
        context.set_offline(False)
        right(page, ticks, 40)
        page.wait_for_timeout(max(0.0, begun + SECONDS - time.monotonic()) * 1000)
        right(page, ticks, 15)
        after = heap(page)
        context.close()
    print(f"{ticks.count} ticks, heap {before:.1f} → {after:.1f} MiB")
    assert after <= 1.2 * before and dialogs == []


def put_first(data: Path) -> None:
    with opened(data) as folder:
        put(folder, shown("normal"))


def test_ten_screens_beside_forty_people(tmp_path: Path) -> None:
    data = tmp_path / "data"
    build(data).close()
    put_first(data)
    walls = [wall_cookie_for(data, name=f"屏{number}", now=NOW) for number in range(WALLS)]
    people = [cookie_for(data, Role.LEADER, name=f"leader.{number}", now=NOW) for number in range(PEOPLE)]
    seconds, ticks = min(SECONDS, 60), Ticks(data)
    # The browser of other tests keeps a loop in this thread, so the sessions have one of their own.
    with served(data, tmp_path / "log", now=NOW) as running, ticks.running(), ThreadPoolExecutor(1) as thread:
        took = thread.submit(asyncio.run, _together(running.url, walls, people, seconds)).result()
    p95 = statistics.quantiles(took, n=20)[-1]
    print(f"{len(took)} looks of {WALLS} screens beside {PEOPLE} sessions: p95 {p95:.3f} s, longest {max(took):.3f} s")
    assert len(took) >= WALLS * seconds / 10 and p95 <= TICK_SECONDS


async def _together(url: str, walls: list[str], people: list[str], seconds: int) -> list[float]:
    took: list[float] = []
    wires = [Wire(url, cookie, "/") for cookie in people]
    for wire in wires:
        await wire.__aenter__()
        await wire.opened()
    until = time.perf_counter() + seconds

    async def screen(cookie: str, offset: float) -> None:
        await asyncio.sleep(offset)
        while time.perf_counter() < until:
            took.append(await asyncio.to_thread(_asked, url, cookie))
            await asyncio.sleep(5.0)

    async def session(wire: Wire, offset: float) -> None:
        await asyncio.sleep(offset)
        while time.perf_counter() < until:
            await wire.renewed()
            await asyncio.sleep(10.0)

    await asyncio.gather(
        *(screen(cookie, number * 5 / WALLS) for number, cookie in enumerate(walls)),
        *(session(wire, number * 10 / PEOPLE) for number, wire in enumerate(wires)),
    )
    for wire in wires:
        await wire.__aexit__(None, None, None)
    return took


def _asked(url: str, cookie: str) -> float:
    """A screen's look at a new snapshot, to the last byte."""
    begun = time.perf_counter()
    request = urllib.request.Request(f"{url}/wall-data", headers={"Cookie": f"{COOKIE}={cookie}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200 and len(answer.read()) > 10_000
    return time.perf_counter() - begun
