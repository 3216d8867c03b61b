"""预警处置 on a phone: the list comes before most filters, which wait behind 更多条件 and stay in the address."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from cockpit.door.roles import Role
from cockpit.web.incident_parts import first_steps
from tests.board.incidents_by_hand import COUNTY, Hand
from tests.board.small_city import NOW, build
from tests.web.people import cookie_for, for_browser
from tests.web.serving import served

WAITS = 20_000


def test_the_list_comes_first_and_more_filters_wait_behind_a_button(browser: Browser, tmp_path: Path) -> None:
    folder = build(tmp_path / "data")
    Hand(folder).turn(NOW, "ywtb_case_rate", COUNTY, 2)
    folder.close()
    cookie = cookie_for(tmp_path / "data", Role.MANAGER, now=NOW)
    with served(tmp_path / "data", tmp_path / "log", now=NOW) as server:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.add_cookies([for_browser(server.url, cookie)])
        page = context.new_page()
        page.goto(f"{server.url}/alerts?who=all")
        expect(page.locator("article.ck-incident").first).to_be_visible(timeout=WAITS)
        top = page.locator("article.ck-incident").first.bounding_box()
        assert top is not None and top["y"] + top["height"] < 600
        assert page.locator(".st-key-filters label").all_inner_texts() == ["内容", "哪些"]
        page.get_by_role("button", name="更多条件").click()
        page.get_by_label("级别").click()
        page.get_by_role("option", name="红", exact=True).click()
        expect(page.get_by_role("button", name="更多条件（已选 1 项）")).to_be_visible(timeout=WAITS)
        assert "level=3" in page.url
        page.reload()
        expect(page.get_by_role("button", name="更多条件（已选 1 项）")).to_be_visible(timeout=WAITS)
        context.close()


def test_several_alerts_ask_for_each_step_once() -> None:
    assert first_steps(["按建议窗数增开窗口", "增开窗口，调后台人员", "增开窗口"]) == [
        "按建议窗数增开窗口",
        "调后台人员",
    ]
    assert first_steps(["值班长到场"]) == ["值班长到场"] and first_steps([]) == []
