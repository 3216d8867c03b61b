"""大厅 and 问题清单 as people see them: in each state, in whose scope, with markup in the data, and at every size."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from cockpit import clock
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.lake.folder import open_folder
from cockpit.web import installed, who
from cockpit.web.sitemap import PAGES_FOLDER
from tests.board.busy_hall import busy_hall
from tests.board.small_city import NOW, at, build, settings_for
from tests.board.test_findings import odd_week
from tests.web.people import cookie_for, for_browser
from tests.web.serving import served
from tests.web.test_browser import assert_fits_every_screen

MANAGER = Binding("hall", ("a",))


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def run(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path, page: str, now: datetime = NOW, binding: Binding | None = None,
    **query: str,
) -> AppTest:  # fmt: skip
    """One page as a manager sees it, of the whole city or of what the binding says."""
    name = "of.the.city" if binding is None else f"of.{binding.places[0]}"
    shown_to = cookie_for(data_dir, Role.MANAGER, binding, name=name, now=now)
    monkeypatch.setattr(who, "cookie", lambda: shown_to)
    monkeypatch.setattr(clock, "now", lambda: now.astimezone(UTC))
    installed.install(settings_for(data_dir))
    app = AppTest.from_file(str(PAGES_FOLDER / f"{page}.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception and not app.error
    return app


def bodies(app: AppTest) -> str:
    return " ".join(part.proto.body for part in app.get("html"))


def said(app: AppTest) -> str:
    """All that the page says, without tags."""
    return re.sub(r"<[^>]*>", " ", bodies(app))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hall") / "data"
    build(place, busy_hall() | {"reviews": []}, refuse=False).close()
    return place


def test_who_has_one_hall_sees_it_at_once(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    app = run(monkeypatch, data, "hall", binding=MANAGER)
    text = said(app)

    for words in (
        "厅a",
        "实时",
        "数据截至 10:05",
        "等候人数",
        "办理中",
        "计划开窗未开",
        "未开窗",
        "缺岗",
        "离线",
        "潮汐",
    ):
        assert words in text
    assert "同级中位数" in text and "厅b" not in text
    assert app.selectbox[0].options == ["厅a"]


@pytest.mark.parametrize("hall", ["b", "nowhere"])
def test_another_hall_in_the_address_is_calmly_left_out(monkeypatch: pytest.MonkeyPatch, data: Path, hall: str) -> None:
    text = said(run(monkeypatch, data, "hall", binding=MANAGER, hall=hall))

    assert "网址里的“大厅”没有这个选项" in text and "厅a" in text and "厅b" not in text


def test_a_past_day_a_shut_day_and_an_odd_day(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    past = said(run(monkeypatch, data, "hall", hall="a", day=f"{at('00:00', -7):%Y-%m-%d}"))
    shut = said(run(monkeypatch, data, "hall", hall="a", day=f"{at('00:00', -1):%Y-%m-%d}"))
    odd = said(run(monkeypatch, data, "hall", hall="a", day="yesterday"))

    assert "历史数据" in past and "开过窗" in past and "等候人数" not in past
    assert "这个大厅不开放" in shut and "取号" not in shut.split("与同级大厅比较")[0]
    assert "网址里的“日期”没有这个选项" in odd and "实时" in odd


def test_stale_and_missing_data_are_said_and_never_zero(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    stale = said(run(monkeypatch, data, "hall", at("10:50"), hall="a"))
    silent = said(run(monkeypatch, data, "hall", at("11:30"), hall="a"))
    nothing = said(run(monkeypatch, data, "hall", hall="b"))
    tomorrow = said(run(monkeypatch, data, "hall", at("10:00", 1), hall="a"))

    assert "已有 45 分钟没有新数据" in stale
    assert "无数据" in silent.split("今天到目前为止")[0]  # after an hour without anything, the moment is not known
    assert nothing.count("无数据") >= 5
    assert "今天还没有数据，下面是最后有数据的一天：2026年10月12日" in tomorrow and "历史数据" in tomorrow


def test_before_the_first_import_both_pages_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    open_folder(settings_for(tmp_path / "data"), create=True).close()

    for page in ("hall", "findings"):
        assert "尚无数据" in said(run(monkeypatch, tmp_path / "data", page))


def test_a_ruined_lake_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data", odd_week(), refuse=False).close()
    for file in (tmp_path / "data" / "lake" / "window_sessions").rglob("*.parquet"):
        file.unlink()

    for page in ("hall", "findings"):
        text = said(run(monkeypatch, tmp_path / "data", page))
        assert (
            "不可用" in text and "数据目录" in text and "parquet" not in text and "厅a" not in text.split("不可用")[1]
        )


def test_what_the_data_say_is_text_and_never_markup(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    html = bodies(run(monkeypatch, data, "hall", hall="a"))

    assert "&lt;b&gt;窗口&lt;/b&gt;" in html and "<b>窗口" not in html
    assert "&lt;script&gt;" in html and "<script>" not in html


def test_findings_are_listed_with_their_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data", odd_week(), refuse=False).close()
    whole = run(monkeypatch, tmp_path / "data", "findings")
    opened = said(run(monkeypatch, tmp_path / "data", "findings", open="idle_while_waiting~a~w1~~"))
    own = said(run(monkeypatch, tmp_path / "data", "findings", binding=Binding("hall", ("b",))))
    stolen = run(
        monkeypatch, tmp_path / "data", "findings", binding=Binding("hall", ("b",)), open="idle_while_waiting~a~w1~~"
    )

    assert "厅a · w1" in said(whole) and "规则：" in said(whole) and "无数据" in said(whole)
    assert "&lt;b&gt;窗口" in bodies(whole) and "<b>窗口" not in bodies(whole)
    assert "等候 80.0 人·分钟" in opened and "请核查：" in opened
    assert "厅b" in own and "厅a" not in own
    assert "不在您负责的范围内" in said(stolen) and "等候 80.0" not in said(stolen)


def test_both_pages_fit_every_screen_and_are_taken_along_within_the_scope(browser: Browser, tmp_path: Path) -> None:
    build(tmp_path / "data", odd_week() | {"window_plan": busy_hall()["window_plan"]}, refuse=False).close()
    with served(tmp_path / "data", tmp_path / "log", now=NOW) as server:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        context.add_cookies([for_browser(server.url, cookie_for(server.data_dir, now=server.now))])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda one: complaints.append(one.text) if one.type in {"error", "warning"} else None)
        for address, part in (("/hall?hall=a", ".ck-seat"), ("/findings", ".ck-findings td")):
            page.goto(server.url + address)
            page.locator(part).first.wait_for(timeout=60_000)
            page.locator(".ck-skeleton").first.wait_for(state="detached", timeout=60_000)
            assert_fits_every_screen(page)
        context.close()
        assert complaints == []

        own = cookie_for(server.data_dir, Role.MANAGER, Binding("hall", ("b",)), name="of.b", now=server.now)
        day, week = f"day={NOW:%Y-%m-%d}", "start=2026-10-05&end=2026-10-12"
        for address, own_too in (
            (f"/download/hall-table?table=staff&hall=a&{day}", False),
            (f"/download/hall-table?table=peers&hall=b&{day}", False),  # who sees one hall has no table of others
            (f"/download/hall-rows?hall=a&number=waiting&at=10:07:00&{day}", False),
            (f"/download/findings?{week}", True),
            (f"/download/findings-rows?problem=idle_while_waiting&hall_id=a&window_id=w1&{week}", False),
            (f"/download/findings-rows?problem=idle_while_waiting&hall_id=b&window_id=w9&{week}", True),
        ):
            for cookie, allowed in ((cookie_for(server.data_dir, now=server.now), True), (own, own_too)):
                with browser.new_context() as asking:
                    asking.add_cookies([for_browser(server.url, cookie)])
                    answer = asking.request.get(server.url + address)
                    assert (answer.status, answer.body()[:2] == b"PK") == ((200, True) if allowed else (403, False))
