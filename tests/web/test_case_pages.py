"""一网通办 and 办件全景 as people see them: in each state, within their scope, as workbooks, at three sizes."""

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import fastexcel
import pytest
import streamlit as st
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from cockpit import clock
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.watch.months import MonthStore
from cockpit.web import case_files, case_reading, downloads, installed, who
from cockpit.web.server import ENTRY
from tests.board.case_city import CITY, MANAGER, TWO, case_city
from tests.board.small_city import NOW, settings_for
from tests.web.people import cookie_for, for_browser
from tests.web.serving import served
from tests.web.test_browser import FOREIGN, GEOMETRY, SIZES

PAGES = ("onenet", "panorama")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "data"
    folder, _ = case_city(path)
    MonthStore(folder.lake).refresh(folder.lake.snapshot(), NOW)
    folder.close()
    return path


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Iterator[Path]:
    """The city, with nothing kept in memory from before."""
    st.cache_data.clear()
    installed.install(settings_for(made))
    yield made
    st.cache_data.clear()


def run(
    monkeypatch: pytest.MonkeyPatch,
    data_dir: Path,
    page: str,
    cookie: str | None = None,
    now: datetime = NOW,
) -> str:
    """All that a page says."""
    shown_to = cookie or cookie_for(data_dir, now=now)
    monkeypatch.setattr(who, "cookie", lambda: shown_to)
    monkeypatch.setattr(clock, "now", lambda: now.astimezone(UTC))
    installed.install(settings_for(data_dir))
    app = AppTest.from_file(str(ENTRY), default_timeout=60)
    app.run()
    app = app.switch_page(str(ENTRY.parents[2] / "pages" / f"{page}.py")).run()
    assert not app.exception and not app.error
    return unescape(re.sub(r"<[^>]*>", " ", " ".join(part.proto.body for part in app.get("html"))))


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_say_what_they_are_of_and_until_when(monkeypatch: pytest.MonkeyPatch, data: Path, page: str) -> None:
    text = run(monkeypatch, data, page)
    assert "2026年10月（至 10月12日）" in text and "全市" in text and "数据截至" in text and "汇总于" in text
    wanted = ("一网通办办件率", "各区县", "哪些事项拉低了") if page == "onenet" else ("受理", "各主题", "各层级大厅")
    assert all(words in text for words in wanted)
    assert "食品经营许可<b>" in text  # a name with markup is text


@pytest.mark.parametrize("page", PAGES)
def test_before_the_first_case_the_pages_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    assert "还没有可以统计的办件" in run(monkeypatch, tmp_path / "data", page)


@pytest.mark.parametrize("page", PAGES)
def test_a_ruined_lake_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: Path, page: str) -> None:
    shutil.copytree(made, tmp_path / "data")
    cookie = cookie_for(tmp_path / "data", now=NOW)
    shutil.rmtree(tmp_path / "data" / "lake" / "months")
    for file in (tmp_path / "data" / "lake" / "cases").rglob("*.parquet"):
        file.unlink()
    text = run(monkeypatch, tmp_path / "data", page, cookie)
    assert "不可用" in text and "cases" in text and "Traceback" not in text


def test_data_that_stopped_coming_are_called_so(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    assert "没有新数据" in run(monkeypatch, data, "onenet", now=NOW.replace(day=16))


def test_a_manager_sees_the_own_hall_alone(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    cookie = cookie_for(data, Role.MANAGER, Binding("hall", ("t1",)), name="石桥主任", now=NOW)
    for page in PAGES:
        text = run(monkeypatch, data, page, cookie)
        assert "石桥" in text
        assert not {"云栖 ", "市本级", "空港园", "临江县"} & set(re.findall(r"云栖 |市本级|空港园|临江县", text))


@pytest.mark.parametrize("kind", ["onenet", "panorama", "onenet-rows", "panorama-rows"])
def test_workbooks_hold_what_the_viewer_may_see_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, data: Path, kind: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW.astimezone(UTC))
    case_files.register()
    folder = installed.data_folder()
    assert folder is not None
    asked = {"period": "2026-09", "number": "ywtb_case_rate"}
    texts = {}
    for viewer in (CITY, MANAGER, TWO):
        texts[viewer.name] = sheets(folder, viewer, kind, asked)
    assert "云栖" in texts[CITY.name]
    for name in (MANAGER.name, TWO.name):
        assert "市本级" not in texts[name] and "云栖\n" not in texts[name]
    for place in ("hall:c1", "county:云栖区", "hall:none", "x"):
        with pytest.raises(Refused):
            sheets(folder, MANAGER, kind, asked | {"place": place})
    for wrong in ({"period": "2026-13"}, {"item": "none"}, {"theme": "none"}, {"rate": "none"}, {"period": ""}):
        with pytest.raises(Refused):
            sheets(folder, CITY, kind, asked | wrong)


@pytest.mark.parametrize("role", [Role.DATA, Role.AUDITOR, Role.ADMIN, Role.WALL])
@pytest.mark.parametrize("kind", ["onenet", "panorama", "onenet-rows", "panorama-rows"])
def test_who_does_not_open_the_page_gets_no_workbook_of_it(data: Path, role: Role, kind: str) -> None:
    case_files.register()
    folder = installed.data_folder()
    assert folder is not None
    with pytest.raises(Refused):
        sheets(folder, Viewer("别的角色", None, role), kind, {"period": "2026-09", "number": "ywtb_case_rate"})


def test_no_rows_are_listed_for_a_number_that_has_none(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW.astimezone(UTC))
    folder = installed.data_folder()
    assert folder is not None
    for number in ("wait_avg", "none", "", "submitted"):
        with pytest.raises(Refused):
            case_reading.rows_of(folder, CITY, {"period": "2026-09", "number": number}, 10)


def test_the_pages_in_a_browser(browser: Browser, data: Path, tmp_path: Path) -> None:
    with served(data, tmp_path / "log", now=NOW) as server:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        context.add_cookies([for_browser(server.url, cookie_for(data, now=NOW))])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(request.url.split("/")[2]))
        for name in PAGES:
            page.goto(f"{server.url}/{name}?period=2026-09")
            page.locator(".js-plotly-plot").first.wait_for(timeout=30_000)
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_timeout(600)
                assert page.evaluate(GEOMETRY) == [], f"{name} {width}×{height}"
                assert FOREIGN.findall(page.locator("body").inner_text()) == []
            page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{server.url}/onenet?period=2026-09")
        page.get_by_role("link", name="云栖区").click()
        page.get_by_role("link", name="石桥").wait_for(timeout=20_000)
        assert "place=county" in page.url
        page.get_by_text("依据与明细").first.click()
        page.locator(".ck-behind table").wait_for(timeout=20_000)
        assert complaints == [] and asked <= {server.url.removeprefix("http://"), ""}
        context.close()


def sheets(folder: DataFolder, viewer: Viewer, kind: str, asked: Mapping[str, str]) -> str:
    """All text of a workbook, a cell a line."""
    made = downloads._made(folder, viewer, kind, asked, "127.0.0.1")
    book = fastexcel.read_excel(made.content)
    frames = [book.load_sheet(name, header_row=None, dtypes="string").to_polars() for name in book.sheet_names]
    return "\n".join(str(cell) for frame in frames for row in frame.rows() for cell in row)
