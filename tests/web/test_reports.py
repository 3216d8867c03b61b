"""月报 in a browser: none yet, the list with its states, an edition read, files within one's scope, made again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from cockpit.board import reports as board
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.records.reports import Reports
from cockpit.report.making import PDF, Maker, Work, file_of
from metrics.periods import parse
from tests.web import sights
from tests.web.people import audit_of, cookie_for, for_browser, opened
from tests.web.serving import Server, served
from tests.web.test_browser import GEOMETRY, SIZES

NOW = dt.datetime.fromisoformat("2026-11-08T09:00:00+08:00")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Three halls over two months and a week."""
    place = tmp_path_factory.mktemp("reports")
    sights.demo_city(place / "data", halls=3, days=70, now=NOW)
    with served(place / "data", place / "log", now=NOW) as running:
        yield running


def at_the_screen(browser: Browser, server: Server, role: Role, binding: Binding | None = None) -> BrowserContext:
    name = f"{role}.{'.'.join((binding or Binding()).places) or 'city'}"
    cookie = cookie_for(server.data_dir, role, binding, name=name, now=server.now)
    context = browser.new_context(locale="zh-CN")
    context.add_cookies([for_browser(server.url, cookie)])
    return context


def test_reports_are_listed_read_compared_and_made_again_by_whoever_may(browser: Browser, server: Server) -> None:
    with at_the_screen(browser, server, Role.MANAGER) as context:
        page = context.new_page()
        page.goto(f"{server.url}/reports")
        sights.await_drawn(page)
        assert "还没有月报" in page.inner_text("body")

        with opened(server.data_dir) as folder:
            before, month = (Maker(folder, parse(label), NOW) for label in ("2026-09", "2026-10"))
            assert before.make(before.scopes[0], Work("first", "作业")).faults == ()
            made = [month.make(scope, Work("second", "作业")) for scope in month.scopes]
            assert [one.faults for one in made] == [()] * len(made)
        city, hall = made[0], made[-1]
        page.goto(f"{server.url}/reports")
        sights.await_drawn(page)
        assert f"2026年10月（{len(made)} 份）" in page.inner_text("body")
        page.goto(f"{server.url}/reports?period=2026-10&report={city.report_id}&with=1")
        sights.await_drawn(page)
        with opened(server.data_dir) as folder:
            told = board.said(folder, city)
        body = page.inner_text("body")
        first = told["chapters"][0]["sections"][0]["blocks"][0]["sentences"][0]["text"]
        assert first in body and "两个月对照" in body and "自检通过，未发送" in body
        for size in SIZES:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            sights.await_drawn(page)
            assert page.evaluate(GEOMETRY) == []

        page.get_by_label("原因").fill("评价数据补齐")
        page.get_by_role("button", name="重新生成").click()
        page.get_by_text("已登记，作业程序会在几分钟内生成新的一版").wait_for()
        with opened(server.data_dir) as folder:
            (asked,) = Reports(folder.records.database).requests()
            assert (asked.period, asked.kind, asked.why) == ("2026-10", "city", "评价数据补齐")

        given = context.request.get(f"{server.url}/download/report-view?report={city.report_id}")
        assert given.headers["content-disposition"].startswith("inline")
        with opened(server.data_dir) as folder:
            assert given.body() == file_of(folder, city, PDF).read_bytes()
            assert any(action == "download" and "report-view" in what for _, action, what in audit_of(folder))

    mine = Binding("hall", (hall.scope_key,))
    with at_the_screen(browser, server, Role.MANAGER, mine) as context:
        address = f"{server.url}/download/report-pdf?report="
        assert context.request.get(f"{address}{hall.report_id}").status == 200
        for other in (city.report_id, 10**6, "x", ""):
            assert context.request.get(f"{address}{other}").status == 403
        page = context.new_page()
        page.goto(f"{server.url}/reports?report={city.report_id}")
        sights.await_drawn(page)
        assert "不在您负责的范围内" in page.inner_text("body") and "（1 份）" in page.inner_text("body")
    with at_the_screen(browser, server, Role.LEADER) as context:
        page = context.new_page()
        page.goto(f"{server.url}/reports?report={city.report_id}")
        sights.await_drawn(page)
        assert page.get_by_role("button", name="重新生成").count() == 0


def test_two_months_are_told_apart_by_what_was_stored(tmp_path: Path) -> None:
    def told(value: float | None, shown: str) -> dict[str, object]:
        rows = [{"key": f"wait@{shown}@city", "name": "平均等候", "value": shown}]
        block = {"kind": "keys", "rows": rows}
        return {
            "chapters": [{"sections": [{"blocks": [block]}]}],
            "figures": {f"wait@{shown}@city": {"value": value, "shown": shown, "unit": "分钟"}},
        }

    def change(now: float | None, then: float | None) -> str:
        shown = ("无数据" if one is None else f"{one:.1f} 分钟" for one in (now, then))
        (row,) = board.compared(*(told(one, text) for one, text in zip((now, then), shown, strict=True)))
        return row.change

    assert change(12.34, 10.0) == "+2.3 分钟"
    assert change(10.0, 12.34) == "−2.3 分钟"
    assert change(10.04, 10.0) == "0.0 分钟"
    assert change(None, 10.0) == "—"
