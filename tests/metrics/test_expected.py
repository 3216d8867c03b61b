"""The rest of the day: recomputed from plain lists."""

from __future__ import annotations

import datetime as dt
import statistics

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.expected import LEAST, MOST, Outlook, outlook

MONDAYS = [dt.date(2026, 10, 19) - dt.timedelta(weeks=week) for week in range(1, 9)]
SLOTS = range(32, 40)


def seen(today: list[int], past: list[list[int]], last: int) -> Outlook:
    """Each list holds the counts of the slots of one day; zeros have no row."""
    now = pl.DataFrame(
        [(slot, count) for slot, count in zip(SLOTS, today, strict=False) if count],
        schema={"slot": pl.Int64, "count": pl.Int64},
        orient="row",
    )
    rows = [
        (day, slot, count)
        for day, counts in zip(MONDAYS, past, strict=False)
        for slot, count in zip(SLOTS, counts, strict=False)
        if count
    ]
    before = pl.DataFrame(rows, schema={"day": pl.Date, "slot": pl.Int64, "count": pl.Int64}, orient="row")
    return outlook(now, before, MONDAYS[: len(past)], SLOTS, last)


def quartile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def test_a_morning_that_sees_half_as_many_again_expects_half_as_many_again() -> None:
    past = [[4, 6, 10, 8, 6, 4, 2, 0]] * 4 + [[4, 6, 10, 8, 8, 6, 4, 2]] * 4
    found = seen([6, 9, 15, 99], past, last=34)
    assert (found.so_far, found.usual_so_far, found.ratio) == (30, 20, 1.5)
    # What comes after 08:45: 20 people on four Mondays, 28 on the others.
    assert found.still == (1.5 * 20, 1.5 * 24, 1.5 * 28)
    assert found.slots["today"].to_list() == [6, 9, 15, None, None, None, None, None]
    assert found.slots["expected"].to_list() == [None, None, None, 12, 10.5, 7.5, 4.5, 1.5]


@pytest.mark.parametrize(("today", "wanted"), [([1, 0, 0], LEAST), ([90, 90, 90], MOST), ([0, 0, 0], LEAST)])
def test_a_strange_morning_is_taken_for_half_or_twice_at_most(today: list[int], wanted: float) -> None:
    assert seen(today, [[10, 10, 10, 10]] * 4, last=34).ratio == wanted


def test_where_usually_nobody_has_come_yet_the_rest_is_as_usual() -> None:
    found = seen([3], [[0, 5, 5]] * 4, last=32)
    assert found.ratio == 1.0 and found.still == (10, 10, 10)


def test_where_nothing_is_usual_nothing_is_expected() -> None:
    found = seen([3, 4], [], last=33)
    assert (found.so_far, found.usual_so_far, found.ratio, found.still) == (7, None, None, None)
    assert found.slots["expected"].null_count() == found.slots.height == len(SLOTS)


COUNTS = st.lists(st.integers(0, 40), min_size=len(SLOTS), max_size=len(SLOTS))


@given(today=COUNTS, past=st.lists(COUNTS, min_size=4, max_size=8), last=st.integers(SLOTS[0] - 1, SLOTS[-1]))
def test_any_day_is_what_plain_lists_say(today: list[int], past: list[list[int]], last: int) -> None:
    found, over = seen(today, past, last), last - SLOTS[0] + 1
    usual = statistics.median(sum(day[:over]) for day in past)
    ratio = min(max(sum(today[:over]) / usual, 0.5), 2.0) if usual else 1.0
    rest = [float(sum(day[over:])) for day in past]
    assert found.so_far == sum(today[:over])
    assert found.ratio == pytest.approx(ratio)
    assert found.still == pytest.approx([ratio * quartile(rest, share) for share in (0.25, 0.5, 0.75)])
    for number, row in enumerate(found.slots.to_dicts()):
        counts = [float(day[number]) for day in past]
        low, middle, high = (quartile(counts, share) for share in (0.25, 0.5, 0.75))
        assert (row["low"], row["usual"], row["high"]) == pytest.approx((low, middle, high))
        if number < over:
            assert row["today"] == today[number] and row["expected"] is None
        else:
            wanted = (ratio * low, ratio * middle, ratio * high)
            assert row["today"] is None
            assert (row["expected_low"], row["expected"], row["expected_high"]) == pytest.approx(wanted)
