"""What the report says of warnings: the causes of red ones, and how useful those of each indicator were."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from alerts.incidents import Closing, Incident, incident_id
from cockpit.records.alert_log import IncidentRecord
from cockpit.report.alarms import alarms
from cockpit.report.book import halls_of
from cockpit.report.matters import matters
from cockpit.report.model import Scope, Table
from cockpit.report.numbers import Numbers
from cockpit.report.traceable import Figure
from tests.report.conftest import MONTH, ZONE, Written

BEGUN = dt.datetime.combine(MONTH.start, dt.time(10), ZONE)
OPENERS = {"crowd": "wait_avg", "posts": "window_open_rate", "devices": "device_offline"}


def with_incidents(written: Written, *told: tuple[str, int, Closing]) -> Numbers:
    """The month with these incidents, one an hour: cause, worst level, how it was closed."""
    hall = halls_of(written.book, Scope())[0].key
    found = []
    for number, (cause, worst, closing) in enumerate(told):
        at, key = BEGUN + dt.timedelta(hours=number), ((("hall_id", hall),), cause)
        alerts = {(OPENERS[cause], key[0]): 0}
        closed = Incident(
            incident_id(key, at), key, at, alerts, worst, acknowledged_at=at, closed_at=at, closing=closing
        )  # fmt: skip
        found.append((IncidentRecord(closed, OPENERS[cause]), ()))
    return Numbers(replace(written.book, incidents=tuple(found)), Scope())


def said_of_red(written: Written, *causes: str) -> str:
    n = with_incidents(written, *((cause, 3, Closing.HANDLED) for cause in causes))
    return next(one.said.text for one in matters(n) if "红色预警事件" in one.said.text)


def test_the_causes_of_red_incidents_are_named_as_far_as_they_say_something(written: Written) -> None:
    assert said_of_red(written, "crowd") == "发生红色预警事件 1 起，为排队拥挤。"
    assert said_of_red(written, "crowd", "crowd") == "发生红色预警事件 2 起，都是排队拥挤。"
    two = said_of_red(written, "crowd", "posts", "crowd")
    assert two == "发生红色预警事件 3 起，其中排队拥挤 2 起、窗口人员不到位 1 起。"
    three = said_of_red(written, "posts", "crowd", "posts", "devices", "posts", "crowd")
    assert three == "发生红色预警事件 6 起，最多的是窗口人员不到位 3 起、排队拥挤 2 起。"


def test_the_usefulness_of_few_alerts_is_marked_and_stands_last(written: Written) -> None:
    often = [("crowd", 1, Closing.HANDLED)] * 9 + [("crowd", 1, Closing.FALSE)] * 3
    n = with_incidents(written, *often, ("posts", 1, Closing.FALSE), ("devices", 1, Closing.DRILL))
    blocks = [block for section in alarms(n).sections for block in section.blocks]
    (table,) = (block for block in blocks if isinstance(block, Table) and block.key == "usefulness")
    shares = [row[-1] for row in table.rows]
    assert all(isinstance(share, Figure) for share in shares)
    assert [(share.value, share.small) for share in shares if isinstance(share, Figure)] == [(75.0, False), (0.0, True)]
