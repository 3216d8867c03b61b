"""A screen that hangs for weeks loads itself anew: at night, and for another version of the server; never in a loop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.board.small_city import build
from tests.web.people import for_browser, opened, wall_cookie_for
from tests.web.serving import Server, served
from tests.web.wall_bodies import NOW, put, shown

#: Four in the morning of the next day, when screens load themselves anew.
NIGHT = NOW.replace(hour=4, minute=10) + dt.timedelta(days=1)
EARLIEST = "Math.random = () => 0"


@contextmanager
def screen(browser: Browser, server: Server, cookie: str) -> Iterator[tuple[Page, list[str]]]:
    """A page with a screen's token, and every document that it has loaded so far."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.add_cookies([for_browser(server.url, cookie)])
    page, loads = context.new_page(), []
    page.on("request", lambda request: loads.append(request.url) if request.resource_type == "document" else None)
    yield page, loads
    context.close()


@pytest.fixture
def hung(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Server, str]]:
    """A server at an instant, and a token for it."""
    now = getattr(request, "param", NOW)
    build(tmp_path / "data").close()
    with opened(tmp_path / "data") as folder:
        put(folder, shown("quiet"))
    cookie = wall_cookie_for(tmp_path / "data", now=now)
    with served(tmp_path / "data", tmp_path / "log", now=now) as running:
        yield running, cookie


def of_another_version(route: Route) -> None:
    answer = route.fetch()
    version = answer.text().split('data-version="')[1].split('"')[0]
    route.fulfill(response=answer, body=answer.text().replace(version, "0" * len(version)))


def test_a_screen_of_an_older_version_loads_itself_anew_once(browser: Browser, hung: tuple[Server, str]) -> None:
    with screen(browser, *hung) as (page, loads):
        page.route("**/wall", of_another_version, times=1)
        with page.expect_response(lambda answer: answer.url.endswith("/wall-data")):
            page.goto(f"{hung[0].url}/wall")
        page.wait_for_function("document.documentElement.dataset.version.replaceAll('0', '') !== ''")
        page.wait_for_selector("#status .calm")
        page.wait_for_timeout(8000)
        assert len(loads) == 2


def test_a_version_that_never_comes_right_does_not_make_the_screen_flicker(
    browser: Browser, hung: tuple[Server, str]
) -> None:
    with screen(browser, *hung) as (page, loads):
        page.route("**/wall", of_another_version)
        page.goto(f"{hung[0].url}/wall")
        page.wait_for_selector("#status .calm")
        page.wait_for_timeout(16_000)
        assert len(loads) == 2


@pytest.mark.parametrize("hung", [NIGHT], indirect=True)
def test_a_screen_loads_itself_anew_at_night_once_it_has_been_on_for_two_hours(
    browser: Browser, hung: tuple[Server, str]
) -> None:
    with screen(browser, *hung) as (page, loads):
        page.clock.install()
        page.add_init_script(EARLIEST)
        page.goto(f"{hung[0].url}/wall")
        page.wait_for_selector("#stage:not(.dark)")
        page.wait_for_timeout(7000)
        assert len(loads) == 1  # it has only just been switched on
        page.clock.fast_forward("02:01:00")
        with page.expect_request(lambda request: request.resource_type == "document", timeout=20_000):
            pass
        page.wait_for_selector("#stage:not(.dark)")
        page.wait_for_timeout(7000)
        assert len(loads) == 2
