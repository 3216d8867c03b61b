"""Reading 12 and the facts of windows: by hand, by a slow version, as each evening alone would give it."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.facts.kinds import all_kinds
from metrics.facts.windows import window_facts
from metrics.instants import daily
from metrics.past import Past
from metrics.quantities import all_quantities
from metrics.view import View
from tests.metrics.compare import assert_as_slow, assert_rows_behind
from tests.metrics.handmade import hall, opening, ticket
from tests.metrics.random_city import TODAY, at, delivery
from tests.metrics.random_windows import random_windows
from tests.metrics.slow import windows as slow
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, cut, sessions, view
from tests.metrics.test_windows_by_hand import spell, window

QUANTITY = all_quantities()["window_idle_rate"]
PHASES = (Phase.explicit, Phase.generate)
PLACE = ("hall_id", "service_group")


def evening(tables: Tables | View, day: dt.date = TODAY) -> list[Row]:
    city = tables if isinstance(tables, View) else view(tables)
    return QUANTITY.measure(city, daily(city.sessions, at(day, 20), at(day, 20))).to_dicts()


def week(busy: list[int], open_until: str = "17:00", **tables: list[Row]) -> Tables:
    """Days up to today at which window W was open from 9 and busy for so many minutes."""
    dates = [TODAY - back * DAY for back in reversed(range(len(busy)))]
    people = [
        ticket(f"{day}", "9:00", "9:10", "9:10", window_id="W", day=day)
        | {"end_time": at(day, 9, 10) + minutes * MINUTE}
        for day, minutes in zip(dates, busy, strict=True)
        if minutes
    ]
    return hall(*people) | {
        "calendar": [row for day in dates for row in opening("H", day, "9:00-17:00")],
        "windows": [window("W", "Q"), window("T", "Q", tidal=True), window("Z", "R", group="Z", tidal=True)],
        "window_sessions": [spell("9:00", open_until, window=name, day=day) for day in dates for name in "WTZ"],
        "deliveries": [
            delivery("file", table, "H", at(TODAY, 9), at(TODAY, 23), 1) for table in ("tickets", "window_sessions")
        ],
    } | tables  # fmt: skip


def test_the_busiest_of_the_last_five_days_speaks() -> None:
    group, tides = evening(week([400, 60, 90, 240, 30, 120]))
    # The day of 400 minutes is the sixth back; of the last five the busiest has 240 of 480. Tidal windows are left out.
    assert (group["numerator"], group["denominator"], group["value"]) == (240, 480, 50)
    assert (group["sample"], group["reading"]) == (6, "value")
    assert (tides["numerator"], tides["denominator"], tides["sample"], tides["reading"]) == (0, 0, 0, "insufficient")


def test_the_same_share_twice_is_that_of_the_later_day() -> None:
    tables = week([240, 0, 240, 0, 0])
    rows = QUANTITY.behind(view(tables), daily(view(tables).sessions, at(TODAY, 20), at(TODAY, 20)))
    day = TODAY - 2 * DAY
    assert sorted(rows.select("key", "numerator", "denominator").iter_rows()) == [
        (f"{day}", -240, 0),
        (f"W-{day}-9:00", 480, 480),
    ]


def test_five_days_of_six_open_hours_are_needed_among_the_last_fifteen() -> None:
    assert evening(week([60] * 4))[0]["reading"] == "insufficient"
    assert evening(week([60] * 5))[0]["reading"] == "value"
    assert evening(week([60] * 5, open_until="14:59:59"))[0]["sample"] == 0
    assert evening(week([60] * 5, open_until="15:00"))[0]["reading"] == "value"
    # Four days, and a fifth that lies fifteen days back: the last fifteen days begin fourteen days back.
    for length, reading in ((15, "value"), (16, "insufficient")):
        tables = week([60] * length)
        kept = {TODAY - back * DAY for back in (0, 1, 2, 3, length - 1)}
        tables["window_sessions"] = [r for r in tables["window_sessions"] if r["start_at"].date() in kept]
        assert evening(tables)[0]["reading"] == reading


def test_today_is_taken_as_known_at_eight_in_the_evening_and_days_before_as_known_at_midnight() -> None:
    days = [opening("H", TODAY - back * DAY, "9:00-22:00")[0] for back in range(5)]
    tables = week([0] * 5, calendar=days)
    for row in tables["window_sessions"]:
        row["end_at"] = at(row["start_at"].date(), 22)
    tables["tickets"] = [ticket("late", "9:00", "19:00", "21:00", window_id="W", day=TODAY)]
    # Today 9–20 open, busy from 19 on; other days 13 hours open without work.
    (group, _) = evening(tables)
    assert (group["numerator"], group["denominator"]) == (600, 660)
    tables["tickets"][0] = ticket("late", "9:00", "19:00", "21:00", window_id="W", day=TODAY - DAY)
    (group, _) = evening(tables)
    assert (group["numerator"], group["denominator"]) == (13 * 60 - 120, 13 * 60)


def test_without_deliveries_there_is_no_data() -> None:
    group, _ = evening(week([60] * 5, deliveries=[]))
    assert (group["numerator"], group["value"], group["reading"]) == (420, None, "no_data")


@settings(max_examples=8, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**6))
def test_readings_are_what_the_specification_says_word_for_word(seed: int) -> None:
    tables = random_windows(seed, days=9, customers=8)
    whole = view(tables)
    instants = daily(whole.sessions, at(TODAY - DAY, 0), at(TODAY, 20))
    groups = sorted({(row["hall_id"], row["service_group"]) for row in tables["windows"]})
    expected = {
        (*place, t): slow.window_idle_rate(tables, *place, t)
        for t in sorted(set(instants["at"]))
        for place in groups
        if sessions(tables, place[0], t.date())
    }
    measured = QUANTITY.measure(whole, instants)
    assert_as_slow(measured, QUANTITY, expected, lambda *key: expected[key])
    assert_rows_behind(QUANTITY, whole, instants)
    for t in sorted(set(instants["at"])):
        alone = QUANTITY.measure(view(cut(tables, t)), instants.filter(pl.col("at") == t))
        assert_frame_equal(alone, measured.filter(pl.col("at") == t))


@settings(max_examples=10, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**6))
def test_a_days_facts_are_what_was_known_when_it_ended(seed: int) -> None:
    tables = random_windows(seed, days=3)
    facts = view(tables).window_facts
    assert_frame_equal(facts, _facts_by_hand(tables), check_row_order=False)


@settings(max_examples=10, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**6))
def test_facts_of_short_intervals_add_up_and_days_do_not_depend_on_each_other(seed: int) -> None:
    tables = random_windows(seed, days=3)
    whole = view(tables)
    sums = ["hall_id", "service_group", "window_id", "is_tidal", "date"]
    for every in (dt.timedelta(minutes=5), dt.timedelta(hours=1)):
        short = window_facts(whole.windows, every)
        assert (short["open"] <= every // dt.timedelta(microseconds=1)).all()
        assert (short["busy"] <= short["open"]).all()
        added = short.group_by(sums).agg(pl.col("open", "busy").sum())
        assert_frame_equal(added, whole.window_facts.drop("at"), check_row_order=False, check_column_order=False)
    kind = all_kinds()["windows"]
    parts = []
    for day in sorted({row["date"] for row in tables["calendar"]}):
        own = {
            name: [row for row in rows if _day(name, row) in (None, day)]
            for name, rows in tables.items()
        }  # fmt: skip
        parts.append(kind.compute(view(own).records))
    assert_frame_equal(pl.concat(parts), kind.compute(whole.records), check_row_order=False)


def test_kept_facts_of_past_days_give_the_same() -> None:
    for seed in range(5):
        tables = random_windows(seed, days=9)
        whole = view(tables)
        kept = whole.window_facts.filter(pl.col("date") < TODAY)
        own = {name: [row for row in rows if _day(name, row) in (None, TODAY)] for name, rows in tables.items()}
        own["calendar"] = tables["calendar"]
        past = Past({"windows": kept}, pl.DataFrame())
        assert evening(View(view(own).records, past)) == evening(whole)


@pytest.mark.parametrize("name", ["windows", "items"])
def test_every_kind_of_facts_names_the_days_it_is_made_of(name: str) -> None:
    kind = all_kinds()[name]
    assert kind.events[0] == "tickets"
    assert "date" in kind.compute(view(random_windows(1)).records).columns


def _day(name: str, row: Row) -> dt.date | None:
    """The day by whose records facts are made; None for what is always there."""
    column = {"tickets": "take_time", "window_sessions": "start_at", "calendar": "date"}.get(name)
    if column is None:
        return None
    found = row[column]
    return found.date() if isinstance(found, dt.datetime) else found


def _facts_by_hand(tables: Tables) -> pl.DataFrame:
    """Open and busy time of each window and day, from what was known at its midnight."""
    rows = []
    for day in sorted({row["date"] for row in tables["calendar"]}):
        start = at(day, 0)
        known = cut(tables, start + DAY)
        for one in tables["windows"]:
            spans = [slow.open_spans(known, one, start + DAY), slow.busy_spans(known, one, start + DAY)]
            open_, busy = (
                sum((b - a) // dt.timedelta(microseconds=1) for a, b in own if a >= start) for own in spans
            )  # fmt: skip
            if open_:
                keys = (one["hall_id"], one["service_group"], one["window_id"], one["is_tidal"])
                rows.append((*keys, day, start, open_, busy))
    shape = window_facts(view(tables).windows).schema
    return pl.DataFrame(rows, schema=shape, orient="row")
