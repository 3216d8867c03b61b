"""数据质量 and 运行总览 with many imports, with long names of files, with files refused whole, and with none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from cockpit.board.imports import SHOWN_IMPORTS
from cockpit.door.roles import Role
from cockpit.records.store import RefusedFileRecord
from tests.board.small_city import NOW, at, bring_in, build, case, small_city
from tests.web import sights
from tests.web.people import cookie_for
from tests.web.serving import served
from tests.web.test_browser import GEOMETRY, SIZES

LONG = "取号系统导出_" + "2026年10月12日_各大厅明细（最终版）" * 6 + ".csv"
UNBROKEN = "queue_export_" + "0123456789abcdef" * 12 + ".parquet"
BATCHES, REFUSED = 30, 25


REASON = "第 1 行表头缺少列 project_no、item_code、dept_code、applicant_type、channel、platform、apply_time、status"


@contextmanager
def looking(browser: Browser, data: Path) -> Iterator[Page]:
    """The open page of a data keeper."""
    seldom = {"web": {"refresh_seconds": 60}}
    with served(data, data.with_name("log"), now=NOW, settings=seldom) as server:
        screen = sights.at_the_screen_of(browser, server, cookie_for(data, Role.DATA, now=NOW))
        page = screen.new_page()
        page.goto(server.url)
        yield page
        screen.close()


def panel(page: Page, title: str) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name=title))


def assert_fits(page: Page) -> None:
    for size in SIZES:
        sights.set_to(page, size, "light")
        sights.await_drawn(page)
        assert page.evaluate(GEOMETRY) == [], size


def test_many_imports_and_refusals_with_long_names_fit_and_say_how_many_there_are(
    browser: Browser, tmp_path: Path
) -> None:
    folder = build(tmp_path / "data")
    for number in range(BATCHES):
        bring_in(folder, {"cases": [case(f"m{number}", "s1", at("09:01"))]}, batch_id=f"b-{number:03d}")
    names = [(LONG, UNBROKEN)[number % 2] for number in range(REFUSED)]
    folder.records.add_refusals(
        [
            RefusedFileRecord(
                "standard", name, f"{n:064}", f"{REASON}，{name}。", "数据管理员", NOW - timedelta(minutes=n)
            )
            for n, name in enumerate(names)
        ]
    )
    folder.close()
    with looking(browser, tmp_path / "data") as page:
        assert_fits(page)
        expect(panel(page, "最近导入").locator("tbody tr")).to_have_count(SHOWN_IMPORTS)
        page.goto(f"{page.url}quality")
        assert_fits(page)
        expect(panel(page, "整个拒收的文件")).to_contain_text(f"共 {REFUSED + 1} 行，显示前 20 行")
        expect(panel(page, "整个拒收的文件")).to_contain_text(UNBROKEN)
        expect(panel(page, "导入历史")).to_contain_text(f"共 {BATCHES + 1} 行，显示前 20 行")


def test_where_nothing_was_refused_it_says_so(browser: Browser, tmp_path: Path) -> None:
    build(tmp_path / "data", {"halls": small_city()["halls"]}, refuse=False).close()
    with looking(browser, tmp_path / "data") as page:
        assert_fits(page)
        expect(panel(page, "最近导入").locator("tbody tr")).to_have_count(1)
        page.goto(f"{page.url}quality")
        assert_fits(page)
        expect(panel(page, "整个拒收的文件")).to_have_count(0)
        expect(panel(page, "隔离区")).to_contain_text("没有被隔离的行")
