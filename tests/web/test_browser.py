"""The first screen in a real browser: each state at three sizes, nothing English, from outside or cut off."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from cockpit.demo.city import write_city
from cockpit.door.roles import Role
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import open_folder
from tests.board.small_city import NOW, at, bring_in, build, case, settings_for
from tests.web.people import cookie_for, for_browser
from tests.web.polls import POLLS_ZONE, write_polls
from tests.web.serving import Server, free_port, served

SIZES = ((1366, 768), (1920, 1080), (390, 844))
#: Words that only the framework or its libraries would put on a page.
FOREIGN = re.compile(
    r"streamlit|running|rerun|deploy|connect|fullscreen|full screen|download|search|made with|press|skip|menu|settings"
    r"|error|loading|please|autoscale|zoom|\bpan\b|\breset\b|trace \d|undefined|null|NaN",
    re.IGNORECASE,
)

#: What lies outside the screen, what is cut off, and which blocks lie over each other.
GEOMETRY = """() => {
  const wide = document.documentElement.clientWidth, faults = [];
  const seen = (e) => { const r = e.getBoundingClientRect();
    return e.checkVisibility({ visibilityProperty: true }) && r.width > 0 && r.height > 0; };
  for (const box of [document.documentElement, document.body, document.querySelector('[data-testid=stMain]')])
    if (box.scrollWidth > box.clientWidth + 1) faults.push(`${box.tagName} scrolls sideways`);
  for (const e of document.querySelectorAll('[data-testid=stMain] *')) {
    if (!seen(e) || e.closest('svg')) continue;
    const r = e.getBoundingClientRect();
    if (r.left < -1 || r.right > wide + 1) faults.push(`outside: ${e.className} ${e.textContent.slice(0, 30)}`);
    const cut = e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && getComputedStyle(e).overflowX !== 'visible';
    if (cut) faults.push(`cut off: ${e.className} ${e.textContent.slice(0, 30)}`);
  }
  const blocks = [...document.querySelectorAll(
    '.ck-head > *, .ck-notice, .ck-figure, [data-testid=stPopover], .ck-panel > *, .ck-foot > *, .ck-level, '
    + '[data-testid=stPlotlyChart], [data-testid=stSelectbox], td > span, th'
  )].filter(seen);
  for (const [i, a] of blocks.entries()) for (const b of blocks.slice(i + 1)) {
    if (a.contains(b) || b.contains(a)) continue;
    const p = a.getBoundingClientRect(), q = b.getBoundingClientRect();
    const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    const both = `${a.textContent.slice(0, 20)} | ${b.textContent.slice(0, 20)}`;
    if (across > 1 && down > 1) faults.push(`over each other: ${both}`);
  }
  return faults;
}"""


@contextmanager
def looking(browser: Browser, server: Server, waits_for: str, may_say: str = "nothing") -> Iterator[Page]:
    """An open page; at the end it must have asked nobody else and complained of nothing but `may_say`."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_cookies([for_browser(server.url, cookie_for(server.data_dir, Role.DATA, now=server.now))])
    page = context.new_page()
    complaints: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("websocket", lambda socket: asked.add(socket.url.split("/")[2]))
    page.goto(server.url)
    page.locator(waits_for).first.wait_for(timeout=20_000)
    yield page
    context.close()
    assert asked == {server.url.removeprefix("http://")}
    assert [complaint for complaint in complaints if may_say not in complaint] == []


def assert_fits_every_screen(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        assert page.evaluate(GEOMETRY) == [], f"{width}×{height}"
        assert FOREIGN.findall(page.locator("body").inner_text()) == []


def test_an_empty_folder_says_what_to_do_first(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path / "data", tmp_path / "log") as server, looking(browser, server, ".ck-notice") as page:
        expect(page).to_have_title("政务服务驾驶舱")
        expect(page.locator("code").first).to_have_text(f"python -m cockpit demo --data {tmp_path / 'data'}")
        assert_fits_every_screen(page)


def test_the_small_city_is_shown_and_follows_its_data(browser: Browser, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    with (
        served(tmp_path / "data", tmp_path / "log", now=NOW) as server,
        looking(browser, server, ".js-plotly-plot") as page,
    ):
        assert_fits_every_screen(page)
        page.set_viewport_size({"width": 1366, "height": 768})

        reason = page.locator("details").first
        reason.locator("summary").click()
        expect(reason.locator("tbody tr")).to_have_count(5)
        page.locator("[data-testid=stPlotlyChart]").hover()
        assert not page.locator("[data-testid=stElementToolbar], .modebar").locator("visible=true").count()
        assert page.evaluate(GEOMETRY) == []

        submitted = page.locator("[class*=st-key-figure-]").nth(3)
        expect(submitted).to_contain_text("办件申请2")
        folder = open_folder(settings_for(tmp_path / "data"))
        bring_in(folder, {"cases": [case("p7", "s1", at("10:01"))]}, batch_id="b2")
        folder.close()

        expect(submitted).to_contain_text("办件申请3", timeout=10_000)  # without anybody reloading
        expect(reason).to_have_attribute("open", "")  # and without closing what a reader has opened


def test_the_demo_city_in_the_middle_of_a_working_day(browser: Browser, tmp_path: Path) -> None:
    now = datetime(2026, 11, 20, 10, 37, tzinfo=ZoneInfo("Asia/Shanghai"))
    write_city(tmp_path / "files", days=36, until=now.date(), now=now)
    folder = open_folder(settings_for(tmp_path / "data"), create=True)
    import_files(folder, load_profile("standard"), [tmp_path / "files"], by="演示", now=now.astimezone(UTC))
    folder.close()

    with (
        served(tmp_path / "data", tmp_path / "log", now=now) as server,
        looking(browser, server, ".js-plotly-plot") as page,
    ):
        expect(page.locator(".ck-mark")).to_have_text("实时")
        expect(page.locator("table").first.locator("tbody tr")).to_have_count(7)  # six halls and what has none
        figures = page.locator(
            "[class*=st-key-figures-]"
        ).inner_text()  # one hall gives only states and so has no tickets
        assert "无数据" not in figures.replace("个大厅无数据", "")
        assert page.locator(".legendtext").all_text_contents()[-1] == "今天"
        assert_fits_every_screen(page)


def test_real_halls_that_give_only_the_states_of_their_queues(browser: Browser, tmp_path: Path, real_dir: Path) -> None:
    write_polls(real_dir / "warsaw_hall_polls_2020-01-07_10.csv.gz", tmp_path / "files")
    folder = open_folder(settings_for(tmp_path / "data", city={"timezone": POLLS_ZONE}), create=True)
    import_files(folder, load_profile("standard"), [tmp_path / "files"], by="数据管理员")
    folder.close()

    with served(tmp_path / "data", tmp_path / "log") as server, looking(browser, server, ".js-plotly-plot") as page:
        expect(page.locator(".ck-notice")).to_contain_text("2020年1月10日 星期五")
        figures = page.locator("[class*=st-key-figure-]")
        for place, waits in ((0, "无数据"), (3, "无数据"), (4, "无数据")):
            expect(figures.nth(place)).to_contain_text(waits)
        expect(page.locator("table").first.locator("tbody tr")).to_have_count(20)
        assert_fits_every_screen(page)


def test_a_ruined_folder_is_one_sentence(browser: Browser, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    for file in (tmp_path / "data" / "lake" / "tickets").rglob("*.parquet"):
        file.unlink()
    with (
        served(tmp_path / "data", tmp_path / "log", now=NOW) as server,
        looking(browser, server, ".ck-notice.fail", may_say="503") as page,
    ):
        assert_fits_every_screen(page)


def test_while_the_server_is_away_the_page_says_so_in_chinese_and_comes_back_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    build(tmp_path / "data").close()
    port = free_port()
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    cookie = cookie_for(tmp_path / "data", Role.DATA, now=NOW)
    page = context.new_page()
    banner, dialog = page.locator("#ck-banner"), page.locator("[data-testid=stDialog]")
    with served(tmp_path / "data", tmp_path / "log", now=NOW, port=port) as server:
        context.add_cookies([for_browser(server.url, cookie)])
        page.goto(server.url)
        page.locator(".js-plotly-plot").wait_for(timeout=20_000)
        expect(banner).to_be_hidden()

    expect(banner).to_be_visible(timeout=20_000)
    expect(banner).to_contain_text("正在自动重连")
    expect(banner).to_contain_text("画面上的数据已是 2 分钟前的")
    expect(dialog).to_be_hidden()
    assert FOREIGN.findall(page.locator("body").inner_text()) == []

    with served(tmp_path / "data", tmp_path / "log", now=at("10:20"), port=port):
        expect(banner).to_be_hidden(timeout=20_000)
        expect(page.locator(".ck-asof")).to_contain_text("15 分钟前", timeout=20_000)
        expect(dialog).to_have_count(0)
    context.close()
