"""The wall screen in a real browser: every state at both sizes, in place, alive for itself, gone when it is revoked."""

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.door import walls
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from tests.board.small_city import build
from tests.web.people import at_time, cookie_for, for_browser, opened, wall_cookie_for
from tests.web.serving import Server, free_port, served
from tests.web.wall_bodies import AT, NOW, STATES, put, shown

GEOMETRY = Path(__file__).parent / "wall_geometry"
SCENES = ("now", "halls", "onenet", "reviews", "spotlight")
#: What is wrong with the screen as it is drawn, where its parts lie, and what becomes of the chart in every frame.
FAULTS, BOXES, FRAMES = (
    (Path(__file__).parent / f"wall_{name}.js").read_text(encoding="utf-8") for name in ("faults", "boxes", "frames")
)


TURN = "name => document.querySelectorAll('.scene').forEach(one => one.classList.toggle('on', one.id === name))"


@dataclass
class Hung:
    """A server with a wall screen's data folder."""

    server: Server
    cookie: str

    def show(self, body: dict[str, Any], later: float = 0.0) -> None:
        with opened(self.server.data_dir) as folder:
            put(folder, body, AT + timedelta(seconds=later))


@pytest.fixture(scope="module")
def hung(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hung]:
    place = tmp_path_factory.mktemp("wall")
    build(place / "data").close()
    cookie = wall_cookie_for(place / "data", now=NOW)
    with served(place / "data", place / "log", now=NOW, settings={"wall": {"seconds": 5}}) as running:
        yield Hung(running, cookie)


@contextmanager
def screen(browser: Browser, hung: Hung, scene: str = "", size: tuple[int, int] = (1920, 1080)) -> Iterator[Page]:
    """A screen that shows something; every script error and refused script fails the test."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    context.add_cookies([for_browser(hung.server.url, hung.cookie)])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security" in line.text else None)
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(f"{hung.server.url}/wall" + (f"?scene={scene}" if scene else ""))
    page.wait_for_selector(".scene.on")
    page.wait_for_function("document.querySelector('#clock').textContent !== ''")
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)], ids=["full-hd", "4k"])
def test_every_scene_keeps_its_geometry_and_can_be_read(
    browser: Browser, hung: Hung, state: str, size: tuple[int, int]
) -> None:
    hung.show(shown(state))
    stored = GEOMETRY / f"{state}.json"
    found = {}
    with screen(browser, hung, "now", size) as page:
        page.wait_for_selector("#stage:not(.dark)")
        for scene in SCENES:
            page.evaluate(TURN, scene)
            assert page.evaluate(FAULTS) == [], scene
            found[scene] = page.evaluate(BOXES)
    if os.environ.get("WALL_GEOMETRY") == "write":
        GEOMETRY.mkdir(exist_ok=True)
        stored.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(stored.read_text(encoding="utf-8"))


def test_says_what_it_knows_and_leaves_out_what_it_does_not(browser: Browser, hung: Hung) -> None:
    hung.show(shown("quiet"))
    with screen(browser, hung, "now") as page:
        page.wait_for_selector("#stage:not(.dark)")
        assert "全市现场平稳" in page.inner_text("#status") and "自 09:35 起" in page.inner_text("#status")
        assert "现场没有预警" in page.inner_text("#now .alerts")
        assert page.locator(".stale").count() == 0 and "red" not in (page.get_attribute("#stage", "class") or "")
    hung.show(shown("nothing"), later=1)
    with screen(browser, hung, "now") as page:
        page.wait_for_selector("#stage:not(.dark)")
        assert page.locator(".kpi b > span").all_inner_texts() == ["—"] * 6
        assert "数据截至 11 月 1 日 18:30" in page.inner_text("#status")
    hung.show(shown("stale"), later=2)
    with screen(browser, hung, "now") as page:
        page.wait_for_selector(".tile.stale")
        assert re.search(r"5\d 分钟前", page.inner_text("#now .course h2"))
        assert page.locator("#now .alerts.stale").count() == 0


def test_what_is_followed_up_for_days_is_counted_and_turns_no_screen_red(browser: Browser, hung: Hung) -> None:
    body = shown("quiet") | {"later": {"1": 87, "2": 98, "3": 19}}
    body["halls"][7]["later"] = 3
    hung.show(body, later=5)
    with screen(browser, hung) as page:
        page.wait_for_selector("#stage:not(.dark)")
        assert "全市现场平稳" in page.inner_text("#status") and "red" not in (
            page.get_attribute("#stage", "class") or ""
        )
        assert page.inner_text("#now .alerts .more") == "督办事项：红 19、橙 98、黄 87"
        assert "现场没有预警" in page.inner_text("#now .alerts")
        assert page.locator("#now .hall.later3").count() == 2 and page.locator("#spotlight.on").count() == 0


def test_a_red_incident_takes_the_screen_within_ten_seconds(browser: Browser, hung: Hung) -> None:
    hung.show(shown("quiet"), later=10)
    with screen(browser, hung) as page:
        page.wait_for_selector("#status .calm")
        hung.show(shown("red"), later=11)
        begun = time.monotonic()
        page.wait_for_selector("#stage.red #spotlight.on", timeout=10_000)
        assert time.monotonic() - begun < 10
        assert "红色阈值 30 分钟" in page.inner_text("#spotlight .value")
        page.wait_for_selector("#now.on", timeout=12_000)


def test_a_red_incident_of_an_item_says_the_day_it_began_and_no_numbers_of_a_hall(browser: Browser, hung: Hung) -> None:
    body = shown("red")
    body["incidents"] = [
        body["incidents"][0] | {"hall_id": None, "place": "节能审查", "since": "2026-10-09T06:00:00+08:00"}
    ]
    hung.show(body, later=20)
    with screen(browser, hung, "spotlight") as page:
        expect(page.locator("#spotlight .where")).to_have_text("节能审查")
        facts = page.locator("#spotlight .facts > div:visible").all_inner_texts()
        assert [fact.split("\n")[0] for fact in facts] == ["开始", "处置", "已通知"]
        assert facts[0].split("\n")[1].startswith("10 月 9 日 · ")


def test_no_frame_is_without_its_chart(browser: Browser, hung: Hung) -> None:
    watch_frames(browser, hung, seconds=15)


@pytest.mark.proof
def test_no_frame_of_a_minute_is_without_its_chart(browser: Browser, hung: Hung) -> None:
    watch_frames(browser, hung, seconds=60)


def watch_frames(browser: Browser, hung: Hung, seconds: int) -> None:
    """Look at every frame while snapshots keep coming."""
    hung.show(shown("normal"), later=20)
    with screen(browser, hung, "now") as page:
        page.wait_for_selector("#now .alert")
        page.evaluate(FRAMES)
        for turn in range(seconds // 3):
            body = shown(("normal", "red", "quiet")[turn % 3])
            body["arrivals"]["today"][5] += turn
            hung.show(body, later=21 + turn)
            page.wait_for_timeout(3000)
        looked = page.evaluate("looked")
    assert looked["frames"] > 5 * seconds and looked["missing"] == 0 and looked["removed"] == 0


def test_nothing_is_sent_as_long_as_nothing_is_new(browser: Browser, hung: Hung) -> None:
    hung.show(shown("normal"), later=100)
    with screen(browser, hung, "now") as page:
        page.wait_for_selector("#now .alert")
        with page.expect_response(lambda answer: "/wall-data" in answer.url, timeout=8000) as told:
            pass
        assert told.value.status == 304


def test_a_revoked_screen_is_dark_within_half_a_minute_and_says_so(browser: Browser, hung: Hung) -> None:
    hung.show(shown("red"), later=200)
    data = hung.server.data_dir
    cookie = wall_cookie_for(data, name="西墙", now=NOW)
    with screen(browser, Hung(hung.server, cookie), "now") as page:
        page.wait_for_selector("#now .alert")
        with at_time(NOW), opened(data) as folder:
            walls.revoke(folder, "西墙", by="测试")
        page.wait_for_selector("#stage.dark", timeout=30_000)
        assert "本屏已停用" in page.inner_text("#sentence")
        assert not page.locator("#now").is_visible() and "red" not in (page.get_attribute("#stage", "class") or "")


def test_it_heals_itself_after_the_server_was_away(browser: Browser, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    port, cookie = free_port(), wall_cookie_for(tmp_path / "data", now=NOW)
    with opened(tmp_path / "data") as folder:
        put(folder, shown("normal"))
    with served(tmp_path / "data", tmp_path / "log", now=NOW, port=port) as running:
        hung = Hung(running, cookie)
        opening = screen(browser, hung, "now")
        page = opening.__enter__()
        page.wait_for_selector("#now .alert")
    page.wait_for_selector("#banner.on", timeout=40_000)
    assert "画面停在 10:30" in page.inner_text("#banner") and page.locator("#now .alert").count() == 3
    with served(tmp_path / "data", tmp_path / "log", now=NOW, port=port):
        hung.show(shown("quiet"), later=30)
        page.wait_for_selector("#status .calm", timeout=30_000)
        page.wait_for_selector("#banner:not(.on)", state="attached")
        opening.__exit__(None, None, None)


def test_names_from_the_data_stay_text(browser: Browser, hung: Hung) -> None:
    body = shown("red")
    wild = '<img src=x onerror="alert(1)"><script>alert(2)</script>超长的名字' * 3
    for one in (*body["halls"][:9], *body["need"]):
        one["name"] = wild
    for one in (*body["incidents"], *body["strip"]):
        one["place"] = wild
    body["halls"][4]["county"] = wild
    body["need"][0]["why"] = wild
    hung.show(body, later=300)
    for scene in SCENES:
        with screen(browser, hung, scene) as page:
            page.wait_for_selector("#stage:not(.dark)")
            assert page.locator("#stage img, #stage script").count() == 0
            faults = [fault for fault in page.evaluate(FAULTS) if "holds more" not in fault]
            assert faults == [], scene


def test_people_see_the_wall_of_what_is_theirs_and_others_none(browser: Browser, hung: Hung) -> None:
    data = hung.server.data_dir
    hung.show(shown("normal"), later=400)
    for role, binding, status in (
        (Role.LEADER, None, 200),
        (Role.MANAGER, Binding("county", ("云栖区",)), 200),
        (Role.ADMIN, None, 403),
    ):
        context = browser.new_context()
        cookie = cookie_for(data, role, binding, name=f"{role}.wall", now=NOW)
        context.add_cookies([for_browser(hung.server.url, cookie)])
        answer = context.request.get(f"{hung.server.url}/wall-data")
        assert answer.status == status
        if status == 200:
            assert (answer.json()["body"] is None) == (binding is not None)
        assert context.request.get(f"{hung.server.url}/wall").status == status
        context.close()
    nobody = browser.new_context()
    assert nobody.request.get(f"{hung.server.url}/wall-data").status == 401
    assert "/login" in nobody.request.get(f"{hung.server.url}/wall").url
    nobody.close()
