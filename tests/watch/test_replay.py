"""A replay tells nothing that lies after its last instant."""

from __future__ import annotations

import datetime as dt

from alerts.machine import Reason
from cockpit.watch.replay import Replay
from tests.watch.conftest import ZONE, City


def test_a_replay_that_ends_while_halls_are_open_closes_none_of_them(city: City) -> None:
    start, end = (dt.datetime(2026, 10, 19, *clock, tzinfo=ZONE) for clock in ((9, 0), (11, 0)))
    whole = Replay(city.folder.lake, city.folder.lake.snapshot(), start, end.replace(hour=18))
    part = Replay(city.folder.lake, city.folder.lake.snapshot(), start, end)
    only = {"wait_max_open", "footfall_peak", "queue_per_window", "off_post_minutes"}
    all_, begun = whole.play(only=only).changes, part.play(only=only).changes
    assert (begun["footfall_peak"]["level"] > 0).any(), "one fires at the end"
    for indicator, told in begun.items():
        assert told.filter(told["at"] > end).is_empty()
        assert told.filter(told["reason"] == Reason.CLOSED).is_empty()
        assert told.equals(all_[indicator].filter(all_[indicator]["at"] <= end))
