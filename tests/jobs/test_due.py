"""Which instants are to be evaluated, on a calendar of hand, and counted a second way in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, StandingRecord
from cockpit.watch.due import Due
from tests.board.small_city import ZONE, build, opening, small_city

MONDAY = dt.date(2026, 10, 12)
#: Hall, days after Monday, opening, closing. One hall closes off the grid; on Wednesday nobody opens; c1 opens late.
HOURS = [
    ("s1", 0, "09:00", "12:00"), ("s1", 0, "13:30", "17:02"), ("c1", 0, "10:30", "17:30"),
    ("s1", 1, "09:00", "12:00"), ("c1", 1, "18:00", "20:30"), ("s1", 3, "09:00", "17:00"),
]  # fmt: skip


def at(day: int, clock: str) -> dt.datetime:
    return dt.datetime.combine(MONDAY + dt.timedelta(days=day), dt.time.fromisoformat(clock), ZONE)


def clock(*instants: dt.datetime) -> list[str]:
    """Instants as days after Monday and clock."""
    return [f"{(one.date() - MONDAY).days} {one:%H:%M}" for one in instants]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    tables = dict(small_city())
    tables["calendar"] = [
        opening(hall, number, "09:00", "12:00")
        | {"date": MONDAY + dt.timedelta(days=day), "open_at": at(day, opens), "close_at": at(day, closes)}
        for number, (hall, day, opens, closes) in enumerate(HOURS, 1)
    ]
    found = build(tmp_path_factory.mktemp("due") / "data", tables, refuse=False)
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _nothing_evaluated(folder: DataFolder) -> None:
    evaluated(folder)


def evaluated(folder: DataFolder, **last: dt.datetime) -> None:
    """From now on the indicators of these cadences have been evaluated up to then, and no others."""
    nothing: dict[str, Any] = {}
    with AlertLog(folder.records.database).writing() as book:
        book.connection.exec_driver_sql("DELETE FROM alert_standings")
        book.set_standings(
            StandingRecord(name, last[one.cadence], "2026.1", nothing, {}, None)
            for name, one in catalogue().items()
            if one.cadence in last
        )


def at_once(**last: dt.datetime) -> dict[str, dt.datetime]:
    """Everything rarer than the moment is up to date."""
    return {name: at(6, "23:00") for name in ("D", "W", "M")} | last


def open_instants(day: int) -> set[dt.datetime]:
    """Every five minutes of a day at which a hall is open, or at or after which its day ends: minute by minute."""
    found = set()
    for minute in range(0, 24 * 60, 5):
        now = at(day, "00:00") + dt.timedelta(minutes=minute)
        hours = [(at(d, opens), at(d, closes), hall) for hall, d, opens, closes in HOURS if d == day]
        if any(opens < now <= closes for opens, closes, _ in hours):
            found.add(now)
        for hall in {hall for *_, hall in hours}:
            last = max(closes for _, closes, of in hours if of == hall)
            if now - dt.timedelta(minutes=5) < last <= now:
                found.add(now)
    return found


def test_where_nothing_was_ever_evaluated_today_comes_first_then_the_last_evening_and_monday(
    folder: DataFolder,
) -> None:
    missed = Due(folder).missed(at(0, "09:17"))
    assert [f"{one:%m-%d %H:%M}" for one in missed] == [
        "10-12 09:05", "10-12 09:10", "10-12 09:15", "10-01 06:00", "10-11 20:00", "10-12 06:00",
    ]  # fmt: skip
    assert [Due(folder).cadences(one) for one in missed] == [("RT",), ("RT",), ("RT",), ("M",), ("D", "M"), ("W",)]


def test_while_somebody_is_there_each_instant_comes_alone(folder: DataFolder) -> None:
    due = Due(folder)
    evaluated(folder, **at_once(RT=at(0, "10:25")))
    assert due.missed(at(0, "10:29")) == []
    assert clock(*due.missed(at(0, "10:30"))) == ["0 10:30"]
    evaluated(folder, **at_once(RT=at(0, "10:30")))
    assert due.missed(at(0, "10:34")) == []


def test_a_closing_off_the_grid_is_seen_at_the_next_instant_and_then_nothing_more_until_the_evening(
    folder: DataFolder,
) -> None:
    due = Due(folder)
    evaluated(folder, **at_once(RT=at(3, "16:55")))
    assert clock(*due.missed(at(3, "23:59"))) == ["3 17:00"]
    evaluated(folder, RT=at(0, "17:30"), D=at(-1, "20:00"), M=at(-1, "20:00"), W=at(0, "06:00"))
    assert due.missed(at(0, "19:59")) == []
    assert clock(*due.missed(at(0, "20:00"))) == ["0 20:00"]
    assert due.cadences(at(0, "20:00")) == ("D", "M")
    evaluated(folder, **at_once(RT=at(0, "16:55")))
    assert "0 17:05" in clock(*due.missed(at(0, "17:10")))


def test_the_evening_of_a_late_hall_is_read_in_the_moment_too(folder: DataFolder) -> None:
    evaluated(folder, RT=at(1, "19:55"), D=at(0, "20:00"), M=at(0, "20:00"), W=at(0, "06:00"))
    assert clock(*Due(folder).missed(at(1, "20:00"))) == ["1 20:00"]
    assert Due(folder).cadences(at(1, "20:00")) == ("RT", "D", "M")


def test_after_a_stop_only_as_much_of_today_is_made_up_as_still_matters(folder: DataFolder) -> None:
    evaluated(folder, **at_once(RT=at(0, "09:30")))
    missed = Due(folder).missed(at(0, "17:00"))
    assert len(missed) == folder.settings.jobs.catch_up_instants == 24
    assert clock(missed[0], missed[-1]) == ["0 15:05", "0 17:00"]


def test_a_day_that_nobody_saw_to_its_end_is_ended_at_midnight_even_where_nobody_opens(folder: DataFolder) -> None:
    due = Due(folder)
    evaluated(folder, **at_once(RT=at(1, "20:25")))
    assert clock(*due.missed(at(2, "11:00"))) == ["2 00:00"]
    assert due.cadences(at(2, "00:00")) == ("RT",)
    evaluated(folder, **at_once(RT=at(1, "20:30")))
    assert due.missed(at(2, "11:00")) == []
    evaluated(folder, **at_once(RT=at(2, "00:00")))
    assert due.missed(at(2, "11:00")) == []


def test_evenings_are_made_up_for_a_week_and_mondays_and_firsts_once(folder: DataFolder) -> None:
    evaluated(folder, D=at(-20, "20:00"), M=at(-20, "20:00"), W=at(-21, "06:00"), RT=at(0, "17:30"))
    missed = Due(folder).missed(at(0, "20:01"))
    assert [f"{one:%m-%d %H:%M}" for one in missed] == [
        "10-01 06:00", *(f"10-{day:02} 20:00" for day in range(6, 12)), "10-12 06:00", "10-12 20:00",
    ]  # fmt: skip


def test_what_was_evaluated_later_is_not_gone_back_to(folder: DataFolder) -> None:
    evaluated(folder, D=at(-3, "20:00"), M=at(-1, "20:00"), W=at(0, "06:00"), RT=at(0, "09:00"))
    missed = Due(folder).missed(at(0, "09:00"))
    assert clock(*missed) == ["-2 20:00", "-1 20:00"]
    assert [Due(folder).cadences(one) for one in missed] == [("D",), ("D",)]


@given(
    day=st.integers(0, 4),
    minute=st.integers(0, 24 * 60 - 1),
    gap=st.integers(1, 300),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counted_minute_by_minute_it_is_the_same(folder: DataFolder, day: int, minute: int, gap: int) -> None:
    now = at(day, "00:00") + dt.timedelta(minutes=minute)
    last = now - dt.timedelta(minutes=gap)
    last -= dt.timedelta(minutes=last.minute % 5)
    evaluated(folder, **at_once(RT=last))
    expected = sorted(one for one in open_instants(day) if last < one <= now)[-24:]
    before = (last.date() - MONDAY).days
    if before < day and any(one > last for one in open_instants(before)):
        expected.insert(0, at(day, "00:00"))
    assert Due(folder).missed(now) == expected
    assert all("RT" in Due(folder).cadences(one) for one in expected)


def test_an_empty_lake_has_nothing_to_evaluate(tmp_path: Path) -> None:
    from cockpit.lake.folder import open_folder
    from cockpit.settings import Settings

    folder = open_folder(Settings(data_dir=tmp_path / "data"), create=True)
    assert Due(folder).missed(at(0, "10:00")) == []
    folder.close()
