"""Suspicious praise: each rule on a table made by hand, and all of them against a slow count on random reviews."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.praise import BURST, BURST_MINUTES, BY_ONE_PERSON, BY_STAFF, WINDOWS, suspicious
from metrics.readings.reviews import HASTE

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 10, 12, 9, tzinfo=ZONE)
SCHEMA = {
    **dict.fromkeys(("review_id", "hall_id", "window_id", "staff_id", "device_id", "applicant_hash"), pl.String),
    "level": pl.Int64,
    "origin": pl.String,
    "valid": pl.Boolean,
    "assess_time": pl.Datetime("us", "Asia/Shanghai"),
    "service_end": pl.Datetime("us", "Asia/Shanghai"),
}


def praise(number: int, minutes: float, **more: object) -> dict[str, Any]:
    row = dict.fromkeys(SCHEMA) | {"review_id": f"r{number}", "hall_id": "h", "level": 5, "origin": "active"}
    return row | {"assess_time": START + timedelta(minutes=minutes), **more}


def found(rows: list[dict[str, Any]]) -> set[tuple[str, str, str | None]]:
    frame = suspicious(pl.DataFrame(rows, schema=SCHEMA))
    return set(frame.select("rule", "review_id", "subject").iter_rows())


def test_five_within_five_minutes_from_one_device_are_a_burst_and_four_are_none() -> None:
    burst = [praise(n, n * 1.25, device_id="pad") for n in range(5)]
    assert found(burst) == {("device_burst", f"r{n}", "pad") for n in range(5)}
    assert found(burst[:4]) == set()
    assert found([*burst[:4], praise(4, 5.01, device_id="pad")]) == set()
    assert found([*burst[:4], praise(4, 5, device_id="other")]) == set()


def test_what_is_not_active_valid_and_of_five_stars_is_left_out() -> None:
    for odd in ({"level": 4}, {"origin": "default"}, {"valid": False}):
        assert found([praise(n, n, device_id="pad", **(odd if n == 2 else {})) for n in range(5)]) == set()


def test_one_person_who_praises_four_times_a_day_at_one_hall() -> None:
    rows = [praise(n, n * 60, applicant_hash="abcdef0123456789") for n in range(4)]
    assert found(rows) == {("one_person", f"r{n}", "abcdef01") for n in range(4)}
    assert found([*rows[:3], praise(3, 24 * 60, applicant_hash="abcdef0123456789")]) == set()
    assert found([*rows[:3], praise(3, 5, applicant_hash="abcdef0123456789", hall_id="k")]) == set()


def test_praise_before_the_end_of_the_service_and_at_once_after_it() -> None:
    rows = [praise(n, 10, service_end=START + timedelta(minutes=10, seconds=gap))
            for n, gap in enumerate((1, 0, -3, -4))]  # fmt: skip
    assert found(rows) == {("before_end", "r0", None), ("in_haste", "r1", None), ("in_haste", "r2", None)}


def test_a_staff_at_two_windows_whose_praise_all_comes_from_one_device() -> None:
    rows = [praise(n, n * 60, staff_id="s", device_id="pad", window_id=f"w{n % 2}") for n in range(10)]
    assert found(rows) == {("staff_one_device", f"r{n}", "s") for n in range(10)}
    assert found(rows[:9]) == set()
    assert found([{**row, "window_id": "w"} for row in rows]) == set()
    assert found([{**row, "device_id": None} if n == 3 else row for n, row in enumerate(rows)]) == set()


def slow(rows: list[dict[str, Any]]) -> set[tuple[str, str, str | None]]:
    """The same, one review after the other."""
    some = [r for r in rows if r["origin"] == "active" and r["valid"] is not False and r["level"] == 5]
    told: set[tuple[str, str, str | None]] = set()
    for r in some:
        near = [o for o in some if o["device_id"] == r["device_id"] and r["device_id"] is not None]
        for first in near:
            span = timedelta(0), timedelta(minutes=BURST_MINUTES)
            row = [o for o in near if span[0] <= o["assess_time"] - first["assess_time"] <= span[1]]
            # Of those at the same instant as the first, in the order of names, only later ones belong to its row.
            row = [o for o in row if (o["assess_time"], o["review_id"]) >= (first["assess_time"], first["review_id"])]
            if len(row) >= BURST and r in sorted(row, key=lambda o: (o["assess_time"], o["review_id"]))[:BURST]:
                told.add(("device_burst", r["review_id"], r["device_id"]))
        day = [o for o in some if o["applicant_hash"] == r["applicant_hash"] and o["hall_id"] == r["hall_id"]
               and o["assess_time"].date() == r["assess_time"].date()]  # fmt: skip
        if r["applicant_hash"] is not None and len(day) >= BY_ONE_PERSON:
            told.add(("one_person", r["review_id"], r["applicant_hash"][:8]))
        if r["service_end"] is not None:
            gap = (r["assess_time"] - r["service_end"]) / timedelta(microseconds=1)
            if gap < 0:
                told.add(("before_end", r["review_id"], r["window_id"]))
            elif gap <= HASTE:
                told.add(("in_haste", r["review_id"], r["window_id"]))
        mine = [o for o in some if o["staff_id"] == r["staff_id"]]
        if r["staff_id"] is not None and len(mine) >= BY_STAFF:
            windows = {o["window_id"] for o in mine} - {None}
            if len({o["device_id"] for o in mine}) == 1 and mine[0]["device_id"] and len(windows) >= WINDOWS:
                told.add(("staff_one_device", r["review_id"], r["staff_id"]))
    return told


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "minutes": st.integers(0, 30),
            "gap": st.one_of(st.none(), st.integers(-5, 5)),
            "device_id": st.sampled_from([None, "a", "b"]),
            "staff_id": st.sampled_from([None, "s"]),
            "window_id": st.sampled_from([None, "w", "v"]),
            "applicant_hash": st.sampled_from([None, "0123456789", "9876543210"]),
            "level": st.sampled_from([5, 5, 5, 4]),
            "valid": st.sampled_from([None, True, False]),
        }
    ),
    max_size=40,
)


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_random_reviews_give_what_a_slow_count_gives(drawn: list[dict[str, Any]]) -> None:
    rows = []
    for number, values in enumerate(drawn):
        gap, minutes = values.pop("gap"), values.pop("minutes")
        row = praise(number, minutes, **values)
        end = None if gap is None else row["assess_time"] - timedelta(seconds=gap)
        rows.append({**row, "service_end": end})
    assert found(rows) == slow(rows)
