"""The look in a real browser: every part in every state, light and dark, at three sizes, by mouse and by keyboard.

axe-core looks for what would keep people with disabilities out; what it calls serious or critical fails.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.board.small_city import NOW, build
from tests.web.gallery_server import Gallery, gallery
from tests.web.people import cookie_for, for_browser
from tests.web.serving import Server, served
from tests.web.test_browser import FOREIGN, GEOMETRY, SIZES

LOOKS = ("light", "dark")
OPENED = "[data-testid=stPopoverBody]"


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
    yield browser
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    with gallery(tmp_path_factory.mktemp("gallery") / "log") as server:
        yield server


@contextmanager
def seen(
    browser: Browser,
    url: str,
    look: str,
    size: tuple[int, int] = (1366, 768),
    cookies: Sequence[Any] = (),
) -> Iterator[Page]:
    """An open page in a look; at the end it must have asked nobody else and complained of nothing."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if look == "dark" else "light",
        locale="zh-CN",
    )
    context.add_cookies(list(cookies))
    page = context.new_page()
    complaints: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.goto(url)
    page.locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    yield page
    context.close()
    assert asked == {url.split("/")[2]} and complaints == []


def signed_in(server: Server) -> Any:  # noqa: ANN401 (the driver's own type)
    """The cookie of somebody who may see everything."""
    return for_browser(server.url, cookie_for(server.data_dir, now=server.now))


def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical, with the places."""
    found = Axe().run(page).response
    assert found["passes"], "axe-core has not run"
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_part_fits_every_screen_in_both_looks(
    chromium: Browser, samples: Gallery, look: str, size: tuple[int, int]
) -> None:
    with seen(chromium, samples.url, look, size) as page:
        expect(page.locator(".js-plotly-plot")).to_have_count(4)
        page.wait_for_timeout(600)
        assert page.evaluate(GEOMETRY) == []
        said = page.locator("body").inner_text().replace("onerror", "").replace("python -m cockpit demo", "")
        assert FOREIGN.findall(said) == []


@pytest.mark.parametrize("look", LOOKS)
def test_streamlit_and_our_own_style_agree_on_the_look(chromium: Browser, samples: Gallery, look: str) -> None:
    ours = "getComputedStyle(document.documentElement).getPropertyValue('--ink')"
    theirs = "getComputedStyle(document.querySelector('.stApp')).colorScheme"
    with seen(chromium, samples.url, look) as page:
        assert page.evaluate(theirs) == look
        assert page.evaluate(ours) == {"light": "#1b2733", "dark": "#e8edf3"}[look]
        accents = {"light": "rgb(29, 79, 145)", "dark": "rgb(138, 184, 245)"}
        line = page.locator(".st-key-panel-course .js-plotly-plot .scatterlayer path.js-line").last
        expect(line).to_have_css("stroke", accents[look])
        hall = page.get_by_role("combobox", name="大厅")
        hall.click()
        page.get_by_role("option", name="云栖", exact=True).click()
        expect(page).to_have_url(f"{samples.url}/?hall=c1")

        other: Literal["dark", "light"] = "light" if look == "dark" else "dark"
        page.emulate_media(color_scheme=other)  # the visitor's system changes in the evening
        expect(page.locator(".stApp")).to_have_css("color-scheme", other)
        expect(line).to_have_css("stroke", accents[other])
        expect(hall).to_have_value("云栖")


def test_the_bar_leads_from_page_to_page_and_stays_above(chromium: Browser, samples: Gallery) -> None:
    with seen(chromium, samples.url, "light") as page:
        page.locator("tbody tr").nth(5).scroll_into_view_if_needed()
        page.mouse.wheel(0, 300)
        bar = page.locator(".st-key-menu").bounding_box()
        assert bar and bar["y"] == 0 and bar["height"] == 56
        page.locator(".st-key-menu-links").get_by_role("link", name="好差评").click()
        expect(page).to_have_url(f"{samples.url}/p2")
        expect(page.locator(".stMain")).to_contain_text("好差评")
    with seen(chromium, samples.url, "dark", SIZES[2]) as page:
        expect(page.locator(".st-key-menu-links").first).to_be_hidden()
        page.get_by_role("button", name="菜单").click()
        page.locator(OPENED).get_by_role("link", name="系统管理").click()
        expect(page).to_have_url(f"{samples.url}/p6")
        expect(page.get_by_role("button", name="菜单 · 系统管理")).to_be_visible()


@pytest.mark.parametrize(("look", "size"), [("light", SIZES[0]), ("dark", SIZES[2])])
def test_nothing_in_our_markup_keeps_people_out(
    chromium: Browser, samples: Gallery, look: str, size: tuple[int, int]
) -> None:
    with seen(chromium, samples.url, look, size) as page:
        page.wait_for_timeout(600)
        assert serious(page) == []
        page.locator(".st-key-behind-all-ywtb button").click()
        page.locator(f"{OPENED} table").wait_for()
        page.wait_for_timeout(400)
        assert serious(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_first_screen_keeps_nobody_out(chromium: Browser, tmp_path: Path, look: str) -> None:
    build(tmp_path / "data").close()
    with (
        served(tmp_path / "data", tmp_path / "log", now=NOW) as server,
        seen(
            chromium, server.url, look, cookies=[for_browser(server.url, cookie_for(server.data_dir, now=NOW))]
        ) as page,
    ):
        page.wait_for_timeout(600)
        assert serious(page) == []


@pytest.mark.parametrize("size", [SIZES[0], SIZES[2]], ids=["desktop", "phone"])
def test_what_stands_behind_a_number_opens_and_closes_by_keyboard(
    chromium: Browser, samples: Gallery, size: tuple[int, int]
) -> None:
    with seen(chromium, samples.url, "light", size) as page:
        opens = page.locator(".st-key-behind-all-ywtb button")
        opens.focus()
        page.keyboard.press("Enter")
        opened = page.locator(OPENED)
        expect(opened.locator("dl")).to_contain_text("经统一平台办结的办件：12,345")
        expect(opened.locator("tbody tr")).to_have_count(20)
        expect(opened.locator("a.ck-button")).to_have_attribute("href", "/download/rows.xlsx?rate=ywtb")
        place = opened.bounding_box()
        assert place and place["x"] >= 0 and place["x"] + place["width"] <= size[0]
        assert place["y"] >= 0 and place["y"] + place["height"] <= size[1] + 1

        page.keyboard.press("Escape")
        expect(opened).to_have_count(0)
        assert page.evaluate("document.activeElement.textContent").startswith("依据与明细")

        page.locator(".st-key-behind-all-evil button").click()
        expect(opened).to_contain_text("明细读不出来；请稍后再试")
        opened.get_by_role("button", name="关闭").click()
        expect(opened).to_have_count(0)


def test_filters_stand_in_the_address_and_speak_chinese(chromium: Browser, samples: Gallery) -> None:
    with seen(chromium, f"{samples.url}/?hall=nope&county=x", "light") as page:
        expect(page.locator(".ck-notice").first).to_contain_text("网址里的“大厅”没有这个选项")
        expect(page).to_have_url(f"{samples.url}/?county=x")
        hall = page.get_by_role("combobox", name="大厅")
        hall.click()
        hall.press_sequentially("没有这个")
        expect(page.get_by_role("listbox")).to_have_text("没有符合的选项")
        for _ in range(4):
            page.keyboard.press("Backspace")
        page.get_by_role("option", name="云栖", exact=True).click()
        expect(page).to_have_url(f"{samples.url}/?county=x&hall=c1")
        english = page.evaluate(
            "[...document.querySelectorAll('[aria-label], [placeholder], [title]')].flatMap(e => "
            "[e.getAttribute('aria-label'), e.placeholder, e.title])"
        )
        named = [name for name in english if name and name.isascii() and name.strip().isalpha()]
        assert named == []

        page.go_back()
        expect(hall).to_have_value("全部大厅")


def test_a_name_that_means_harm_is_text(chromium: Browser, samples: Gallery) -> None:
    with seen(chromium, samples.url, "light") as page:
        assert page.locator(".stMain img[src=x]").count() == 0
        expect(page.locator("table").first).to_contain_text("<img src=x onerror=alert(1)>云栖&amp;<b>粗</b>")
        expect(page.locator(".st-key-panel-bars")).to_contain_text("<img src=…")
