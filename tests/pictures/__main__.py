"""Pictures of every page, as people of each role see it, and of the door, at three sizes and in both looks; one sheet.

`python -m tests.pictures` builds a small demo city for it; `python -m tests.pictures DATA --at "2026-11-20 10:30"`
serves a copy of a data folder with the clock at that time. `--sheet` makes the sheet and the README's picture anew.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

os.environ["TZ"] = "Asia/Shanghai"
time.tzset()

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - the zone comes first

from cockpit.door.roles import PERSONAL, Role  # noqa: E402
from cockpit.watch.months import MonthStore  # noqa: E402
from tests.pictures.sheet import Taken, contact_sheet, within  # noqa: E402
from tests.web import sights  # noqa: E402
from tests.web.people import opened  # noqa: E402
from tests.web.serving import ROOT, Server, served  # noqa: E402

SIZES = ((1366, 768), (1920, 1080), (390, 844))
DOCS = ROOT / "docs"
SHEET_BYTES, OVERVIEW_BYTES = 700_000, 300_000
#: Taller than any page gets; what lies below is on the page, but not on its picture.
TALLEST = 12_000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures and say where they are."""
    asked = _asked(arguments)
    out = asked.out or Path(tempfile.mkdtemp(prefix="cockpit-pictures-"))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "data"
        now: datetime = asked.at
        if asked.data is None:
            sights.demo_city(data, halls=6, days=60, now=now)
        else:
            shutil.copytree(asked.data, data)  # people are added, and facts may be made
        with opened(data) as folder:  # as the jobs do, so that no page says that it is still counting
            MonthStore(folder.lake).refresh(folder.lake.snapshot(), now)
        cookies = sights.cookies_of_all(data, now)
        program = next(found for name in _BROWSERS if (found := shutil.which(name)))
        with served(data, out / "server.log", now=now) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            taken: list[Taken] = []
            for role in asked.role or PERSONAL:
                screen = sights.at_the_screen_of(browser, server, cookies[role])
                for entry in sights.pages_of(role):
                    page = screen.new_page()
                    sights.set_to(page, SIZES[0], "light")
                    page.goto(server.url + entry.url)
                    sights.await_drawn(page, 300_000)
                    for size in SIZES:
                        for look in sights.LOOKS:
                            path = out / f"{role}-{entry.name}-{size[0]}-{look}.png"
                            taken.append(Taken(role, entry.name, entry.title, size, look, path))
                            _take(page, size, look, path)
                            print(path, flush=True)
                    page.close()
                screen.close()
            _take_door(browser, server, cookies[Role.ADMIN], out)
            if asked.sheet:
                contact_sheet(browser, taken, DOCS / "pages.png", SHEET_BYTES)
                (first,) = (one for one in taken if one.is_of(Role.LEADER, "overview", SIZES[0], "light"))
                within(first.first_screen, DOCS / "overview.png", OVERVIEW_BYTES)
            browser.close()


def _take_door(browser: Browser, server: Server, cookie: str, out: Path) -> None:
    """What stands before the pages: sign-in, the same after a wrong password, a new password, a screen's bad token."""
    for name, address, signed_in in (
        ("login", "/login", False),
        ("refused", "/login", False),
        ("password", "/password", True),
        ("screen", "/screen?token=none", False),
    ):
        context = sights.at_the_screen_of(browser, server, cookie) if signed_in else browser.new_context(locale="zh-CN")
        page = context.new_page()
        page.goto(server.url + address)
        if name == "refused":
            page.fill("#name", "wang")
            page.fill("#password", "wrong password")
            page.get_by_role("button").click()
            page.get_by_role("alert").wait_for()
        for size in SIZES:
            for look in sights.LOOKS:
                sights.set_to(page, size, look)
                path = out / f"door-{name}-{size[0]}-{look}.png"
                page.screenshot(path=path)
                print(path, flush=True)
        context.close()


def _take(page: Page, size: tuple[int, int], look: sights.Look, path: Path) -> None:
    """The first screen, and the whole page beside it: it scrolls inside, so the screen is made as high as it is."""
    sights.set_to(page, size, look)
    sights.await_drawn(page)
    page.wait_for_timeout(300)
    page.screenshot(path=path.with_suffix(".screen.png"))
    high = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    if high > size[1]:
        sights.set_to(page, (size[0], min(high, TALLEST)), look)
        sights.await_drawn(page)
    page.screenshot(path=path)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, help="data folder; a copy is served")
    parser.add_argument("--at", type=_instant, default=sights.MORNING, help="time of the clock, e.g. 2026-11-20 10:30")
    parser.add_argument("--out", type=Path, help="folder for the pictures; a new one where not given")
    parser.add_argument("--role", type=Role, choices=PERSONAL, action="append", help="only as this role sees it")
    parser.add_argument("--sheet", action="store_true", help="make docs/pages.png and docs/overview.png anew")
    return parser.parse_args(arguments)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=sights.MORNING.tzinfo)


if __name__ == "__main__":
    main()
