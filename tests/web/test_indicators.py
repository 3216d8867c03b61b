"""指标目录 in a browser: never evaluated, with alerts, ailing; thresholds changed; each sees their own part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from alerts.catalogue import catalogue
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from tests.board.small_city import NOW, build
from tests.board.test_indicators import filled
from tests.web import sights
from tests.web.people import audit_of, cookie_for, for_browser, opened
from tests.web.serving import Server, served
from tests.web.test_browser import GEOMETRY, SIZES

WAITS = 60_000


@contextmanager
def screen(browser: Browser, server: Server, role: Role, binding: Binding | None = None) -> Iterator[Page]:
    """A page of somebody of this role; it ends with no complaint of the browser."""
    cookie = cookie_for(server.data_dir, role, binding, name=f"{role}.{(binding or Binding()).to}", now=server.now)
    with browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN") as context:
        context.add_cookies([for_browser(server.url, cookie)])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda one: complaints.append(one.text) if one.type in {"error", "warning"} else None)
        yield page
        assert complaints == []


def card(page: Page, name: str) -> str:
    return page.locator(f"#{name}").inner_text()


def test_the_catalogue_tells_the_state_and_its_thresholds_are_changed_on_it(browser: Browser, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    with served(tmp_path / "data", tmp_path / "log", now=NOW) as server:
        with screen(browser, server, Role.DATA) as page:
            show = _shower(page, server)
            show("/indicators")
            assert page.locator(".ck-indicator").count() == len(catalogue())
            assert "判定程序还没有运行过" in page.inner_text("body")
            assert page.locator(".ck-indicator .ck-level.normal").count() == 0  # what nobody knows is not green
            assert page.locator(".ck-indicator .ck-level", has_text="尚未判定").count() == len(catalogue())

            with opened(server.data_dir) as folder:
                filled(folder)
            show("/indicators")
            told = page.inner_text("body")
            assert "最长在队等候 1 个指标最近一次没有读出来" in told and "ZeroDivisionError" not in told
            assert "红 1 处" in card(page, "wait_avg") and "30 天报警 5 次（黄 1、橙 2、红 2）" in card(
                page, "wait_avg"
            )
            assert "运行异常" in card(page, "wait_max_open") and "今天尚未判定" in card(page, "staff_on_duty_rate")
            assert "没有数据" in card(page, "window_open_rate") and "样本不足" in card(page, "abandon_rate")
            for size in SIZES:
                page.set_viewport_size({"width": size[0], "height": size[1]})
                sights.await_drawn(page)
                assert page.evaluate(GEOMETRY) == []
            page.set_viewport_size({"width": 1366, "height": 768})
            show("/indicators?now=ailing")
            assert page.locator(".ck-indicator").count() == 1
            show("/indicators?now=firing")
            assert {one.get_attribute("id") for one in page.locator(".ck-indicator").all()} == {
                "wait_avg", "wait_max_open", "overdue_open", "ywtb_case_rate",
            }  # fmt: skip

            page.locator("#wait_avg a").click()
            page.wait_for_url(re.compile("open=wait_avg"), timeout=WAITS)
            expect(page.get_by_text("正在报警的地点")).to_be_visible(timeout=WAITS)
            sights.await_drawn(page)
            assert "石桥 · 综合" in page.inner_text("body")
            page.get_by_label("黄（分钟）").fill("30")
            page.get_by_label("原因").fill("<b>试行</b>")
            page.get_by_role("button", name="改为这些阈值").click()
            expect(page.get_by_text("恢复 < 黄 < 橙 < 红")).to_be_visible(timeout=WAITS)
            sights.await_drawn(page)  # what is being drawn anew takes no text
            page.get_by_label("黄（分钟）").fill("16")
            page.get_by_role("button", name="改为这些阈值").click()
            expect(page.get_by_text("平均等候 已改为 黄 16")).to_be_visible(timeout=WAITS)
            expect(page.get_by_text("<b>试行</b>", exact=True)).to_be_visible(timeout=WAITS)
            sights.await_drawn(page)
            assert "已调整：黄" in card(page, "wait_avg")
            page.set_viewport_size({"width": 390, "height": 844})
            show("/indicators?open=wait_avg")
            assert page.evaluate(GEOMETRY) == []
        with opened(server.data_dir) as folder:
            assert [line[1] for line in audit_of(folder)[:2]] == ["thresholds.change", "refused.set_threshold"]

        with screen(browser, server, Role.MANAGER, Binding("hall", ("p1",))) as page:
            show = _shower(page, server)
            show("/indicators?open=wait_avg")
            told = page.inner_text("body")
            assert all(name not in told for name in ("石桥", "市本级", "云栖", "正在报警的地点"))
            assert "没有读数" in card(page, "wait_avg") and "没有报警记录" in card(page, "wait_avg")
            assert "由全市判定" in card(page, "overdue_open") and "按预算建议" not in told
            assert "data.city" in told  # a change for the whole city concerns every hall
            assert page.request.get(f"{server.url}/download/indicator-firing?indicator=wait_avg").status == 200
            assert page.request.get(f"{server.url}/download/indicator-firing?indicator=none").status == 403
        with screen(browser, server, Role.AUDITOR) as page:
            assert page.request.get(f"{server.url}/download/indicator-changes?indicator=wait_avg").status == 403


def _shower(page: Page, server: Server) -> Callable[[str], None]:
    def show(address: str) -> None:
        page.goto(server.url + address)
        page.locator(".ck-indicator").first.wait_for(timeout=WAITS)
        sights.await_drawn(page)

    return show
