"""好差评, 数据质量 and 系统管理 in a real browser: each fits its screens, and what their buttons do is done."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from tests.board.small_city import HALLS, NOW, bring_in, build, refused_rows
from tests.board.test_reviews import city
from tests.web.people import audit_of, cookie_for, for_browser, opened
from tests.web.serving import Server, served
from tests.web.test_browser import FOREIGN, GEOMETRY, SIZES


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    tables = city()
    tables["halls"] = [{**hall, "short_name": f"{hall['short_name']}<i>"} for hall in HALLS]
    build(tmp_path / "data", tables, refuse=False).close()
    with opened(tmp_path / "data") as folder:
        bring_in(folder, {"halls": tables["halls"]}, batch_id="b2", refused=refused_rows())
    with served(tmp_path / "data", tmp_path / "log", now=NOW) as server:
        yield server


def page_of(browser: Browser, server: Server, role: Role, binding: Binding | None = None) -> Page:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_cookies([for_browser(server.url, cookie_for(server.data_dir, role, binding, now=server.now))])
    return context.new_page()


def opened_at(page: Page, server: Server, path: str, waits_for: str) -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_text(waits_for).first.wait_for(timeout=60_000)
    page.wait_for_function("() => !document.querySelector('.ck-skeleton')", timeout=60_000)
    page.wait_for_timeout(500)


def assert_fits(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        assert page.evaluate(GEOMETRY) == [], f"{width}×{height}"
        assert FOREIGN.findall(re.sub(r"\b\w+\.(person|parquet|csv)\b", "", page.locator("body").inner_text())) == []
    page.set_viewport_size({"width": 1366, "height": 768})


def test_a_bad_review_is_followed_up_on_the_page(browser: Browser, server: Server) -> None:
    page = page_of(browser, server, Role.MANAGER, Binding("hall", ("s1",)))
    opened_at(page, server, "/reviews?review=fresh", "疑似代评、刷评")

    body = page.locator("body")
    expect(body).to_contain_text("<script>alert(1)</script>")  # as text
    expect(body).not_to_contain_text("13812345678")
    expect(body).not_to_contain_text("云栖")  # another hall's
    assert_fits(page)
    page.get_by_label("说明").fill("已核对录像")
    page.get_by_role("button", name="登记这一步").click()
    expect(page.locator(".ck-notice").first).to_contain_text("已登记“核实：情况属实”", timeout=30_000)
    expect(body).to_contain_text("本页登记 1 件，来源尚未确认", timeout=30_000)

    with opened(server.data_dir) as folder:
        (event,) = folder.follow_ups.all()
        assert (event.review_id, event.hall_id, event.who, event.text) == (
            "fresh",
            "s1",
            "manager.person",
            "已核对录像",
        )
    for link in page.locator("a[download]").all()[:4]:
        assert page.request.get(f"{server.url}{link.get_attribute('href')}").body().startswith(b"PK")
    for forged in ("/download/review-cases?month=2026-10&hall=c1", "/download/quality-rows", "/download/admin-audit"):
        assert page.request.get(f"{server.url}{forged}").status == 403


def test_data_staff_see_what_was_refused_and_leaders_only_why(browser: Browser, server: Server) -> None:
    page = page_of(browser, server, Role.DATA)
    opened_at(page, server, "/quality", "导入历史")
    expect(page.locator("body")).to_contain_text("<b>bad</b>")
    assert_fits(page)
    assert page.request.get(f"{server.url}/download/quality-rows").body().startswith(b"PK")

    # Whose role does not open a page downloads nothing of it, whatever rights it has.
    for forged in ("review-cases", "review-rates", "review-praise", "review-rows"):
        assert page.request.get(f"{server.url}/download/{forged}?month=2026-10&rate=callback_rate").status == 403

    leader = page_of(browser, server, Role.LEADER)
    opened_at(leader, server, "/quality", "导入历史")
    expect(leader.locator("body")).to_contain_text("隔离区：按批次、表和原因")
    expect(leader.locator("body")).not_to_contain_text("<b>bad</b>")


def test_an_account_is_added_and_its_password_shown_once(browser: Browser, server: Server) -> None:
    page = page_of(browser, server, Role.ADMIN)
    opened_at(page, server, "/admin", "添加账号")
    assert_fits(page)
    page.get_by_label("账号", exact=True).fill("zhang.san")
    page.get_by_label("手机号或邮箱（可空）").fill("13800138000")
    page.get_by_role("button", name="添加", exact=True).click()
    told = page.locator(".ck-notice").first
    expect(told).to_contain_text("已添加账号 zhang.san", timeout=30_000)
    secret = told.locator("code").inner_text()
    assert len(secret) > 10
    page.reload()
    page.get_by_text("添加账号").first.wait_for(timeout=60_000)
    expect(page.locator("body")).to_contain_text("zhang.san")
    expect(page.locator("body")).not_to_contain_text(secret)
    expect(page.get_by_role("button", name="停用", exact=True)).to_be_disabled()
    # How a person is reached can be given and changed, and is shown to nobody.
    expect(page.locator("body")).not_to_contain_text("13800138000")
    opened_at(page, server, "/admin", "zhang.san")
    whose = page.get_by_role("combobox", name="要修改的账号")
    while whose.input_value() != "zhang.san":  # a page that is drawn anew meanwhile closes the list
        whose.click()
        whose.fill("zhang.san")
        whose.press("Enter")
        page.wait_for_timeout(1_000)
    # The role offered is that of this account, not that of the one before.
    changing = page.locator(".st-key-panel-change")
    expect(changing.get_by_role("combobox", name="角色")).to_have_value("中心领导", timeout=30_000)
    page.get_by_label(re.compile("收消息的手机号或邮箱（已登记")).fill("zhang.san@example.cn")
    page.get_by_role("button", name="保存联系方式").click()
    expect(page.locator(".ck-notice").first).to_contain_text("账号 zhang.san 的联系方式已登记", timeout=30_000)
    expect(page.locator("body")).not_to_contain_text("zhang.san@example.cn")

    opened_at(page, server, "/admin?part=walls", "签发大屏令牌")
    page.get_by_label("哪一块屏").fill("东墙")
    page.get_by_role("button", name="签发", exact=True).click()
    expect(page.locator(".ck-notice code").first).to_contain_text("/screen?token=", timeout=30_000)

    auditor = page_of(browser, server, Role.AUDITOR)
    opened_at(auditor, server, "/admin?part=audit", "添加账号")
    assert_fits(auditor)
    opened_at(auditor, server, "/admin", "zhang.san")
    assert auditor.locator("[data-testid=stButton], [data-testid=stForm]").count() == 0
    with opened(server.data_dir) as folder:
        assert ("admin.person", "account.add", "zhang.san") in audit_of(folder)
        assert ("admin.person", "account.contact", "zhang.san") in audit_of(folder)
        account = folder.people.account("zhang.san")
        assert account is not None and account.contact == "zhang.san@example.cn"
