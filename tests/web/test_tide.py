"""The tide from end to end: records of a queue, an alert, a message, a phone, a third window, advice to close it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.records.alert_log import AlertLog
from cockpit.settings import Settings
from cockpit.watch.evaluate import Evaluator
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from tests.messages.servers import Webhook
from tests.web import sights
from tests.web.people import account_in, at_time, cookie_for
from tests.web.serving import served
from tests.web.test_browser import SIZES
from tests.web.tide import MINUTE, TODAY, at, files_of, past_files

DUTY = Binding("hall", ("H1",))
PHONE = SIZES[-1]
WAITS = 60_000
#: The second half hour in a row with long waits ends here; a message must be out six minutes later.
SECOND_ENDS, LIMIT = at(90), 6 * MINUTE
FIVE = 5


def test_from_the_queue_to_the_phone_and_back(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Webhook() as hook:
        monkeypatch.setenv("COCKPIT_CHANNELS__HOOK", hook.url)
        messages = {"routes": [{"channel": "hook", "roles": ["duty"]}]}
        folder = open_folder(Settings(data_dir=tmp_path / "data", messages=messages), create=True)
        with at_time(at(-60)):
            past = import_files(folder, load_profile("standard"), [past_files(tmp_path / "past")], by="test")
            assert not past.reasons
            account_in(folder, "wang", Role.DUTY, DUTY)
        city = _Day(folder, tmp_path)

        told = city.until(lambda: bool(hook.got), at(FIVE), SECOND_ENDS + 30 * MINUTE)
        assert told - SECOND_ENDS <= LIMIT
        (text,) = hook.texts()
        assert "等候同比升幅" in text and "云栖" in text and "综合受理" in text
        (link,) = re.findall(r"/alerts\?incident=\S+", text)
        (known,) = AlertLog(folder.records.database).incidents()
        assert known.indicator == "tidal_wait_rise" and known.incident.id in link.replace("%3A", ":")

        def phone(held: ExitStack, now: dt.datetime) -> Page:
            one = held.enter_context(served(folder.path, tmp_path / "log", now=now))
            cookie = cookie_for(folder.path, Role.DUTY, DUTY, name="wang", now=now)
            page = held.enter_context(sights.at_the_screen_of(browser, one, cookie)).new_page()
            page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            page.goto(one.url + link)
            sights.await_drawn(page)
            return page

        with ExitStack() as held:
            page = phone(held, told + MINUTE)
            expect(page.get_by_text("3号窗（潮汐窗口）").first).to_be_visible(timeout=WAITS)
            page.get_by_role("button", name="签收").click()
            expect(page.get_by_text("已签收").first).to_be_visible(timeout=WAITS)
            sights.await_drawn(page)
            page.get_by_label("备注").last.fill("已增开 3 号窗")
            page.get_by_role("button", name="登记备注").click()
            expect(page.get_by_text("已登记备注")).to_be_visible(timeout=WAITS)

        over = city.until(lambda: not AlertLog(folder.records.database).incidents(), told + MINUTE, at(240))
        assert over <= at(180)  # two good half hours after the third window opened
        with ExitStack() as held:
            page = phone(held, over + MINUTE)
            expect(page.get_by_text("潮已退").first).to_be_visible(timeout=WAITS)
            expect(page.get_by_text("可以收回 1 个").first).to_be_visible(timeout=WAITS)
            expect(page.get_by_text("已增开 3 号窗").first).to_be_visible(timeout=WAITS)
        assert len(hook.got) == 1  # acknowledged in time, nobody else was troubled
        folder.close()


class _Day:
    """The day, minute by minute: every five minutes the machines deliver and the levels are judged."""

    def __init__(self, folder: DataFolder, place: Path) -> None:
        self._folder, self._place, self._evaluator = folder, place, Evaluator(folder)

    def until(self, done: Callable[[], bool], start: dt.datetime, end: dt.datetime) -> dt.datetime:
        """Live on until something has happened; when that was."""
        now = start
        while now <= end:
            with at_time(now):
                if now.minute % FIVE == 0:
                    files = files_of(self._place / f"{now:%H%M}", now)
                    found = import_files(self._folder, load_profile("standard"), [files], by="test")
                    assert not [name for name, counts in found.tables.items() if counts.quarantined], found.reasons
                    evaluation = self._evaluator.evaluate(now, ["RT"])
                    assert not evaluation.ailing
                escalate(self._folder, now)
                deliver(self._folder, now)
            if done():
                return now
            now += MINUTE
        raise AssertionError(f"nothing happened until {end:%H:%M} on {TODAY}")
