"""预警处置 in a browser: from the link on a phone to the closed incident, seen by others at once; rights; names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from alerts.deeds import Deed
from alerts.incidents import Closing, Kind
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.records import door_tables
from cockpit.records.alert_log import AlertLog
from metrics.keys import row_key
from tests.board.incidents_by_hand import DEPARTMENT, HALL_C1, HALL_S1, Q_S1, Hand
from tests.board.small_city import NOW, build, small_city
from tests.board.test_alerts import at
from tests.web import sights
from tests.web.people import audit_of, cookie_for, opened
from tests.web.serving import Server, served
from tests.web.test_browser import FOREIGN, GEOMETRY, SIZES
from tests.web.test_look_browser import serious

S1 = Binding("hall", ("s1",))
WAITS = 60_000
#: So soon every open page shows what somebody did.
SEEN_WITHIN = 10_000
DESK, WIDE, PHONE = SIZES
MARKUP = '<b onmouseover="hit=1">云</b>[栖](javascript:1) :red[x] $a$'


@dataclass
class Stage:
    """A served city with incidents, and a browser for each person.

    Attributes:
        server: the server.
        screen: opens a page of somebody of a role and a binding, on a screen of a size.
        ids: the incidents by a short name.
    """

    server: Server
    screen: Callable[..., Page]
    ids: dict[str, str]

    def open(self, page: Page, address: str) -> None:
        """Go to an address and wait until it is drawn."""
        page.goto(self.server.url + address)
        sights.await_drawn(page)

    def one(self, name: str) -> str:
        """The address of an incident."""
        return f"/alerts?incident={quote(self.ids[name])}"


@contextmanager
def staged(browser: Browser, place: Path, hall_name: str = "") -> Iterator[Stage]:
    """The small city at 10:07, with incidents of queues, of posts, of a department, and a past one."""
    tables = {name: list(rows) for name, rows in small_city().items()}
    if hall_name:
        tables["halls"] = [
            row | {"short_name": hall_name} if row["hall_id"] == "s1" else row for row in tables["halls"]
        ]
        tables["queues"] = [row | {"name": hall_name} for row in tables["queues"]]
    folder = build(place / "data", tables)
    hand, ids = Hand(folder), {}
    keys = folder.lake.snapshot().scan("tickets").select(row_key("tickets")).collect()["key"].to_list()
    frozen = {
        "value": 26.5, "numerator": 53.0, "denominator": 2.0, "sample": 12, "baseline": None,
        "thresholds": {"yellow": 15.0, "orange": 25.0, "red": 40.0, "recovery": 12.0},
        "rows": [["tickets", key, 1.0, 1.0] for key in keys], "rows_behind": len(keys),
    }  # fmt: skip
    before = hand.turn(at(9000), "wait_avg", Q_S1, 2)
    hand.turn(at(8970), "wait_avg", Q_S1, 0)
    hand.did(Deed(at(8960), before, Kind.CLOSED, "wang", hall_name or "增开一窗就好了", closing=Closing.HANDLED))
    ids["queue"] = hand.turn(at(30), "wait_avg", Q_S1, 2, frozen)
    hand.turn(at(20), "tidal_wait_rise", Q_S1, 1, frozen)
    hand.told(ids["queue"], at(30))
    ids["posts"] = hand.turn(at(12), "staff_on_duty_rate", HALL_S1, 1, frozen)
    ids["other"] = hand.turn(at(12), "staff_on_duty_rate", HALL_C1, 3, frozen)
    ids["department"] = hand.turn(at(14 * 60), "overdue_open", DEPARTMENT, 2, frozen)
    folder.close()
    with ExitStack() as stack:
        server = stack.enter_context(served(place / "data", place / "log", now=NOW))

        def screen(role: Role, binding: Binding | None = None, size: tuple[int, int] = DESK, name: str = "") -> Page:
            cookie = cookie_for(server.data_dir, role, binding, name=name, now=NOW)
            context = stack.enter_context(sights.at_the_screen_of(browser, server, cookie))
            page = context.new_page()
            page.set_viewport_size({"width": size[0], "height": size[1]})
            complaints: list[str] = []
            page.on("console", lambda one: complaints.append(one.text) if one.type in {"error", "warning"} else None)
            stack.callback(lambda: _none(complaints))
            return page

        yield Stage(server, screen, ids)


def _none(complaints: list[str]) -> None:
    assert complaints == []


@pytest.fixture(scope="module")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One stage for all tests that leave it as it is."""
    with staged(browser, tmp_path_factory.mktemp("alerts")) as made:
        yield made


def test_from_the_link_on_a_phone_to_the_closed_incident_while_others_watch(browser: Browser, tmp_path: Path) -> None:
    with staged(browser, tmp_path) as stage:
        phone = stage.screen(Role.DUTY, S1, PHONE, "wang")
        desk, list_ = stage.screen(Role.MANAGER, S1, DESK, "zhao"), stage.screen(Role.LEADER, None, DESK, "sun")
        stage.open(desk, stage.one("queue"))
        stage.open(list_, "/alerts")
        stage.open(phone, stage.one("queue"))
        assert "签收" in phone.get_by_role("button", name="签收").inner_text()
        box = phone.get_by_role("button", name="签收").bounding_box()
        assert box is not None and box["y"] + box["height"] < PHONE[1] and box["height"] >= 44  # seen without scrolling
        phone.get_by_role("button", name="签收").click()
        begun = time.monotonic()
        expect(phone.get_by_text("已签收：市本级 · 排队拥挤。")).to_be_visible(timeout=WAITS)
        for page in (desk, list_):
            expect(page.get_by_text("wang 在办").first).to_be_visible(timeout=SEEN_WITHIN)
        assert time.monotonic() - begun < SEEN_WITHIN / 1000
        expect(desk.get_by_role("button", name="签收")).to_have_count(0)

        sights.await_drawn(phone)
        phone.get_by_label("备注").last.fill("已增开 3 号窗")
        phone.get_by_role("button", name="登记备注").click()
        expect(phone.get_by_text("已登记备注")).to_be_visible(timeout=WAITS)
        expect(desk.get_by_text("已增开 3 号窗")).to_be_visible(timeout=SEEN_WITHIN)

        # What came of a press is in sight where it was pressed, far below the head of the page.
        sights.await_drawn(phone)
        phone.get_by_text("静默", exact=True).click()
        silence = phone.get_by_role("button", name="静默")
        expect(silence).to_be_visible(timeout=WAITS)
        sights.await_drawn(phone)
        phone.mouse.move(PHONE[0] / 2, PHONE[1] / 2)
        phone.mouse.wheel(0, 400)
        silence.click()
        expect(phone.get_by_text("没有写静默的原因")).to_be_in_viewport(timeout=WAITS)
        told = phone.locator(".ck-notice.fail").bounding_box()
        head = phone.locator(".st-key-menu").bounding_box()
        assert told is not None and head is not None and told["y"] >= head["y"] + head["height"]

        # What somebody is writing stays when the page is drawn anew because of somebody else.
        desk.get_by_text("转派", exact=True).click()
        expect(desk.get_by_role("button", name="转派")).to_be_visible(timeout=WAITS)
        sights.await_drawn(desk)
        desk.get_by_label("交代（可空）").press_sequentially("请再看", delay=20)
        sights.await_drawn(phone)
        phone.get_by_text("关闭", exact=True).click()
        expect(phone.get_by_role("button", name="关闭事件")).to_be_visible(timeout=WAITS)
        sights.await_drawn(phone)
        phone.get_by_label("说明（可空）").fill("窗口已够")
        assert desk.get_by_label("交代（可空）").input_value() == "请再看"
        phone.get_by_role("button", name="关闭事件").click()
        expect(phone.get_by_text("已关闭：属实已处置")).to_be_visible(timeout=WAITS)
        expect(desk.get_by_text("关闭：属实已处置").first).to_be_visible(timeout=SEEN_WITHIN)
        expect(desk.get_by_role("button", name="转派")).to_have_count(0)
        expect(list_.get_by_text("市本级 · 排队拥挤")).to_have_count(0, timeout=SEEN_WITHIN)
        with opened(stage.server.data_dir) as folder:
            told = [line for line in audit_of(folder) if line[1].startswith("incident.")]
            assert [line[:2] for line in told] == [
                ("wang", "incident.closed"), ("wang", "incident.noted"), ("wang", "incident.acknowledged"),
            ]  # fmt: skip
            record = AlertLog(folder.records.database).incident(stage.ids["queue"])
            assert record is not None and record.incident.closing is Closing.HANDLED


def test_one_tap_in_the_list_acknowledges(browser: Browser, tmp_path: Path) -> None:
    with staged(browser, tmp_path) as stage:
        phone = stage.screen(Role.DUTY, S1, PHONE, "wang")
        stage.open(phone, "/alerts")
        cards = phone.locator("article.ck-incident")
        assert [card.locator("a").inner_text() for card in cards.all()] == [
            "市本级 · 排队拥挤",
            "市本级 · 窗口人员不到位",
        ]
        assert "2" in phone.get_by_text("菜单").first.inner_text() or "2 件未关闭，2 件待签收" in phone.inner_text(
            "body"
        )
        phone.get_by_role("button", name="签收").first.click()
        expect(phone.get_by_text("已签收：市本级 · 排队拥挤。")).to_be_visible(timeout=WAITS)
        expect(phone.get_by_role("button", name="签收")).to_have_count(1)
        # Somebody else was faster while this page was open.
        other = stage.screen(Role.MANAGER, S1, DESK, "zhao")
        stage.open(other, "/alerts")
        expect(other.locator(".st-key-menu-links a", has_text="预警处置 1")).to_have_count(1)
        with opened(stage.server.data_dir) as folder:
            hand = Hand(folder, {}, {})
            record = AlertLog(folder.records.database).incident(stage.ids["posts"])
            assert record is not None
            hand.incidents[record.incident.id], hand.openers[record.incident.id] = record.incident, record.indicator
            hand.did(Deed(NOW, stage.ids["posts"], Kind.ACKNOWLEDGED, "wang"))
        button = other.get_by_role("button", name="签收")
        if button.count():
            button.click()
            expect(other.get_by_text("wang 已在 10:07 签收了这个事件")).to_be_visible(timeout=WAITS)


@pytest.mark.parametrize(("size", "look"), [(DESK, "light"), (PHONE, "dark"), (WIDE, "light")])
def test_every_part_is_whole_chinese_and_legible(stage: Stage, size: tuple[int, int], look: sights.Look) -> None:
    page = stage.screen(Role.MANAGER, None, size, "manager")
    sights.set_to(page, size, look)
    parts = [f"/alerts?part={part}&hall=s1" for part in ("open", "closed", "handover", "use", "missed")]
    for address in ("/alerts?who=all", stage.one("queue"), stage.one("department"), *parts):
        stage.open(page, address)
        assert page.evaluate(GEOMETRY) == [], address
        said = page.inner_text("body").replace("manager", "")
        assert FOREIGN.findall(said) == [] and "None" not in said, address
        if look == "light" and size == DESK:
            assert serious(page) == [], address


def test_the_incident_says_why_what_to_do_and_what_was_before(stage: Stage) -> None:
    page = stage.screen(Role.MANAGER, S1, DESK, "of.s1")
    stage.open(page, stage.one("queue"))
    said = page.inner_text("body")
    for words in (
        "平均等候、等候同比升幅（潮汐窗口）", "最近 60 分钟叫到号的人平均等了多少分钟", "26.5 分钟", "≥ 15 / 25 / 40",
        "开始报警：平均等候，综合（橙）", "已通知大厅主任", "增开一窗就好了", "30 分钟恢复", "背后的记录", "增开窗口",
    ):  # fmt: skip
        assert words in said, words
    link = page.locator("a[href^='/download/alert-rows']").get_attribute("href")
    assert link is not None and page.request.get(stage.server.url + link).status == 200
    page.get_by_label("哪一项指标").click()
    page.get_by_role("option", name="黄 · 等候同比升幅").click()
    expect(page.get_by_text("黄；现在黄")).to_be_visible(timeout=WAITS)
    assert "alarm=1" in page.url
    stage.open(page, stage.one("other"))
    assert "不在您负责的范围内，或者并不存在" in page.inner_text("body") and "云栖" not in page.inner_text(".stMain")


def test_who_only_reads_finds_nothing_to_press(stage: Stage) -> None:
    for role in (Role.AUDITOR, Role.LEADER):
        page = stage.screen(role, None, DESK, f"{role}.reads")
        stage.open(page, "/alerts")
        assert page.locator("article.ck-incident").count() == 4
        assert page.get_by_role("button", name="签收").count() == 0
        stage.open(page, stage.one("queue"))
        assert (
            page.get_by_role("button", name="登记备注").count() == page.get_by_role("button", name="签收").count() == 0
        )
        sees = page.request.get(f"{stage.server.url}/download/alert-rows?incident={quote(stage.ids['queue'])}").status
        assert (sees, "背后的记录（" in page.inner_text("body")) == (
            (403, False) if role is Role.AUDITOR else (200, False)
        )
        assert ("下载全部记录" in page.inner_text("body")) is (role is Role.LEADER)


def test_data_staff_handle_their_own_kind_alone(stage: Stage) -> None:
    page = stage.screen(Role.DATA, None, DESK, "data")
    stage.open(page, "/alerts")
    assert "与您有关的事件都处理完了；您能看到的全部范围内还有 4 件未关闭" in page.inner_text("body")
    stage.open(page, stage.one("queue"))
    assert page.get_by_role("button", name="签收").count() == 0


def test_trouble_that_no_alert_saw_is_reported_and_looked_into(browser: Browser, tmp_path: Path) -> None:
    with staged(browser, tmp_path) as stage:
        page = stage.screen(Role.MANAGER, S1, DESK, "zhao")
        stage.open(page, "/alerts?part=missed")
        page.get_by_label("开始（时:分）").fill("9：15")
        page.get_by_label("谁反映的").fill("办事群众")
        page.get_by_label("发生了什么").fill("排到门外，没有人管")
        page.get_by_role("button", name="登记漏报").click()
        expect(page.get_by_text("已登记这次漏报")).to_be_visible(timeout=WAITS)
        sights.await_drawn(page)
        assert "排到门外，没有人管" in page.inner_text("body") and "待查" in page.inner_text("body")
        page.get_by_label("情况").last.fill("阈值太高")
        page.get_by_role("button", name="登记", exact=True).click()
        expect(page.get_by_text("已登记“查明情况”")).to_be_visible(timeout=WAITS)
        page.get_by_label("开始（时:分）").fill("later")
        page.get_by_label("发生了什么").fill("x")
        page.get_by_role("button", name="登记漏报").click()
        expect(page.get_by_text("时间“later”看不懂")).to_be_visible(timeout=WAITS)


def test_the_hand_over_sheet_is_copied_and_printed_without_the_rest(stage: Stage) -> None:
    page = stage.screen(Role.DUTY, S1, DESK, "wang")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.open(page, "/alerts?part=handover")
    page.get_by_role("button", name="复制文字").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("市本级 交接班（")
    page.emulate_media(media="print")
    assert page.locator(".ck-sheet").is_visible()
    assert not page.locator(".ck-copied").is_visible() and not page.locator(".st-key-menu").is_visible()
    assert not page.locator(".st-key-filters").is_visible()


def test_names_that_mean_harm_are_text(browser: Browser, tmp_path: Path) -> None:
    with staged(browser, tmp_path, MARKUP) as stage:
        page = stage.screen(Role.MANAGER, None, DESK, "manager")
        parts = ("/alerts?part=handover&hall=s1", "/alerts?part=closed&days=30")
        for address in ("/alerts?who=all", stage.one("queue"), *parts):
            stage.open(page, address)
            assert page.evaluate("window.hit") is None
            assert page.locator("[onmouseover], a[href^=javascript], .katex, .stMarkdownColoredText").count() == 0
            assert MARKUP in page.inner_text("body"), address


def test_a_page_that_renews_itself_keeps_no_session_alive(browser: Browser, tmp_path: Path) -> None:
    with staged(browser, tmp_path) as stage:
        page = stage.screen(Role.DUTY, S1, DESK, "wang")
        stage.open(page, "/alerts")

        def seen() -> object:
            with opened(stage.server.data_dir) as folder, folder.records.database.reading() as connection:
                return connection.execute(sa.select(door_tables.sessions.c.seen_at)).scalar()

        with opened(stage.server.data_dir) as folder:
            with folder.records.transaction() as connection:
                connection.execute(sa.update(door_tables.sessions).values(seen_at=at(5)))
            Hand(folder).turn(NOW, "device_offline", HALL_S1, 2)
        expect(page.get_by_text("市本级 · 设备离线")).to_be_visible(timeout=SEEN_WITHIN)
        assert seen() == at(5)
        page.get_by_role("button", name="签收").first.click()
        expect(page.get_by_text("已签收")).to_be_visible(timeout=WAITS)
        assert seen() != at(5)


def test_an_open_page_asks_for_no_more_than_it_must(stage: Stage) -> None:
    page = stage.screen(Role.MANAGER, None, DESK, "manager")
    stage.open(page, "/alerts?who=all")
    drawn = page.evaluate("""() => new Promise((done) => {
        let changes = 0;
        const watch = new MutationObserver((all) => { changes += all.length; });
        watch.observe(document.querySelector('.stMain'), { childList: true, subtree: true, characterData: true });
        setTimeout(() => { watch.disconnect(); done(changes); }, 9000);
    })""")
    assert drawn < 60
