"""A city's history is the same in whatever pieces it is told."""

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.demo.city import City, plan_city
from metrics.standard import TABLES

UNTIL = dt.date(2026, 10, 20)
DAYS = 125
ZONE = ZoneInfo("Asia/Shanghai")


def day(number: int) -> dt.date:
    return UNTIL - dt.timedelta(days=DAYS - 1 - number)


def laid_out(until: dt.date = UNTIL, days: int = DAYS) -> City:
    return plan_city(halls=3, days=days, until=until)


@pytest.fixture(scope="module")
def whole() -> dict[str, pl.DataFrame]:
    city = laid_out()
    return city.span(day(0), city.last_planned_day)


def assert_same(left: dict[str, pl.DataFrame], right: dict[str, pl.DataFrame]) -> None:
    assert list(left) == list(right)
    for name in left:
        assert_frame_equal(left[name], right[name])


def of_days(tables: dict[str, pl.DataFrame], first: dt.date, last: dt.date) -> dict[str, pl.DataFrame]:
    found = {}
    for name, frame in tables.items():
        found[name] = frame.filter(pl.col(TABLES[name].time).dt.date().is_between(first, last))
    return found


def test_spans_put_together_are_the_whole(whole: dict[str, pl.DataFrame]) -> None:
    city = laid_out()
    edges = [0, 1, 29, 43, 110, 121, DAYS, DAYS + 7]
    parts = [city.span(day(a), day(b - 1)) for a, b in zip(edges, edges[1:], strict=False)]
    assert_same({name: pl.concat([part[name] for part in parts if name in part]) for name in whole}, whole)


def test_any_span_can_be_asked_for_first(whole: dict[str, pl.DataFrame]) -> None:
    """The latest days can be told before the older ones."""
    assert_same(laid_out().span(day(116), day(122)), of_days(whole, day(116), day(122)))


def test_a_later_last_day_changes_nothing_of_the_past(whole: dict[str, pl.DataFrame]) -> None:
    later = laid_out(UNTIL + dt.timedelta(days=9), DAYS + 9)
    now = dt.datetime.combine(UNTIL + dt.timedelta(days=1), dt.time(), ZONE)
    assert_same(later.span(day(20), day(60), now), of_days(whole, day(20), day(60)))


def test_what_is_known_of_a_span_grows_with_now(whole: dict[str, pl.DataFrame]) -> None:
    now = dt.datetime.combine(day(40), dt.time(10, 42, 30), ZONE)
    for name, frame in laid_out().span(day(30), day(40), now).items():
        table = TABLES[name]
        required = [column.name for column in table.columns if column.mark == "event" and not column.nullable]
        full = of_days(whole, day(30), day(40))[name]
        full = full.filter(pl.col(required[0]) < now) if required else full
        known = [pl.when(pl.col(column) < now).then(pl.col(column)).alias(column) for column in table.events]
        assert_frame_equal(frame.select(table.key), full.select(table.key))
        assert_frame_equal(frame.select(table.events), full.select(known))


def test_a_feed_also_brings_what_is_new_of_older_cases() -> None:
    city = laid_out()
    since = dt.datetime.combine(day(103), dt.time(), ZONE)
    cases = city.changes(since, since + dt.timedelta(days=1))["cases"]
    older = cases.filter(pl.col("apply_time") < since)
    assert older.height > 40
    assert older.filter(pl.col("finish_time") >= since).height > 20


def test_days_outside_the_city_are_refused() -> None:
    with pytest.raises(ValueError, match="are not within"):
        laid_out().span(day(-1), day(3))


def test_no_case_lives_longer_than_the_history_looks_back(whole: dict[str, pl.DataFrame]) -> None:
    ended = pl.coalesce("finish_time", "closed_time")
    life = whole["cases"].select(ended - pl.col("apply_time")).to_series().max()
    assert life is not None
    assert life < dt.timedelta(days=90)


@pytest.mark.proof
def test_thirty_days_of_the_whole_city_are_the_same_in_one_piece_and_in_six() -> None:
    first, last = dt.date(2026, 9, 21), UNTIL
    one = plan_city(halls=82, days=60, until=UNTIL).span(first, last)
    city = plan_city(halls=82, days=60, until=UNTIL)
    parts = [city.span(first + dt.timedelta(days=5 * n), first + dt.timedelta(days=5 * n + 4)) for n in range(6)]
    assert_same({name: pl.concat([part[name] for part in parts]) for name in one}, one)
