"""A report goes to each of its readers once; what was cut short is sent again and says so; a refusal is tried later."""

from __future__ import annotations

import datetime as dt

from cockpit.door.roles import Role
from cockpit.records.people import line
from cockpit.records.reports import ReportRecord, Reports
from cockpit.report.addressed import addressed
from cockpit.report.model import Scope
from cockpit.report.sending import PAUSES, deliver
from tests.messages.city import clock, person, reopened
from tests.messages.conftest import Opened
from tests.messages.servers import Webhook

NOW = clock("09:00")


def record(kind: str = "city", key: str = "") -> ReportRecord:
    sha = "0" * 64
    place = ("2026-10", kind, key, "示范市", "")
    made = (1, f"work:{key}", NOW, "作业", "", "2026-11-01 00:00", "f", "2026.1", (), (), sha, sha, 9)
    return ReportRecord(0, *place, *made)


def test_each_reader_gets_a_report_once_and_what_was_cut_short_again_with_a_mark(city: Opened, hook: Webhook) -> None:
    first = city()
    folder = reopened(first, report={"channels": "hook"})
    for name, role in (("boss", Role.LEADER), ("duty", Role.DUTY)):
        person(folder, name, role, contact=name)
    to = addressed(folder, Scope())
    assert ("boss", "hook") in to and ("duty", "hook") not in to
    reports = Reports(folder.records.database)
    made = reports.add(record(), [("boss", "hook")], line("作业", "report.made", "x", "f"))

    assert deliver(folder, NOW) == 1 and deliver(folder, NOW + dt.timedelta(hours=1)) == 0
    assert len(hook.got) == 1 and "2026年10月" in hook.texts()[0] and "补发" not in hook.texts()[0]
    assert f"report={made.report_id}" in hook.texts()[0]

    reports.add(record("hall", "h1"), [("boss", "hook")], line("作业", "report.made", "x", "f"))
    (one,) = reports.due(NOW)
    reports.begin(one.sending_id, NOW)  # and whoever began it is killed
    assert deliver(folder, NOW) == 1 and deliver(folder, NOW) == 0
    assert "（补发）" in hook.texts()[-1]
    folder.close()


def test_a_refused_report_is_tried_again_after_a_pause_and_given_up_at_last(city: Opened, hook: Webhook) -> None:
    folder = city()
    person(folder, "boss", Role.LEADER, contact="boss")
    reports = Reports(folder.records.database)
    made = reports.add(record(), [("boss", "hook")], line("作业", "report.made", "x", "f"))
    hook.mood, at = "500", NOW
    for pause in PAUSES:
        assert deliver(folder, at) == 0
        assert deliver(folder, at + pause / 2) == 0  # not before its time
        at += pause
    assert deliver(folder, at) == 0
    assert hook.asked == len(PAUSES) + 1
    (one,) = reports.sendings([made.report_id])
    assert one.given_up_at == at and one.sent_at is None and one.said
    assert reports.due(at + dt.timedelta(days=9)) == []
