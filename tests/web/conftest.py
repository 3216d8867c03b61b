"""One server over the small city and one browser, shared by all tests that leave them as they are."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.board.small_city import NOW, build
from tests.web.serving import Server, served


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small city, served; its clock began on the Monday at 10:07."""
    place = tmp_path_factory.mktemp("server")
    build(place / "data").close()
    with served(place / "data", place / "log", now=NOW) as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """The system's Chromium."""
    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=switches)
        yield browser
        browser.close()
