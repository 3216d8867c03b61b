"""Readings 1 to 6, 8 and 34 to 38 on a demo city: rows behind, and instants alone."""

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from metrics.hours import rt_instants
from metrics.instants import daily
from metrics.quantities import all_quantities
from metrics.records import Records
from metrics.view import View
from tests.metrics.compare import assert_rows_behind
from tests.metrics.conftest import UNTIL
from tests.metrics.random_city import at
from tests.metrics.slow.records import DAY, EVENTS

MINE = (
    *("footfall_peak", "hall_occupancy", "tidal_wait_rise", "wait_avg", "wait_sla_rate", "wait_max_open"),
    *("abandon_rate", "health_check_gap", "data_lag", "link_rate", "invalid_row_rate", "device_offline"),
)


def due(name: str, view: View, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    instants = rt_instants if all_quantities()[name].cadence == "RT" else daily
    return instants(view.sessions, start, end)


@pytest.mark.parametrize("name", MINE)
def test_the_rows_behind_a_week_of_readings_add_up(name: str, demo_view: View) -> None:
    start = at(UNTIL - 8 * DAY, 0)
    rows = assert_rows_behind(all_quantities()[name], demo_view, due(name, demo_view, start, start + 7 * DAY))
    assert not rows.is_empty()


@pytest.mark.parametrize("name", MINE)
def test_a_demo_city_gives_values(name: str, demo_view: View) -> None:
    start = at(UNTIL - 8 * DAY, 0)
    frame = all_quantities()[name].measure(demo_view, due(name, demo_view, start, start + 7 * DAY))
    values = frame.filter(pl.col("reading") == "value")
    assert values.height > 10
    assert values["value"].is_finite().all()
    assert frame.filter(pl.col("reading") != "value")["value"].null_count() == frame.height - values.height


def known(view: View, t: dt.datetime) -> View:
    """The city as it was known at t."""
    tables = dict(view.records.tables)
    for name, (first, later) in EVENTS.items():
        frame = tables[name]
        once = pl.len().over("source_system", "table", "hall_id") == 1 if name == "deliveries" else pl.lit(value=False)
        happened = pl.lit(value=True) if first is None else (pl.col(first) < t) | once
        tables[name] = frame.filter(happened).with_columns(pl.when(pl.col(c) < t).then(pl.col(c)) for c in later)
    return View(Records(tables, view.records.timezone))


@pytest.mark.parametrize(
    "t", [at(UNTIL - DAY, 10), at(UNTIL - DAY, 13, 30), at(UNTIL - DAY, 20), at(dt.date(2026, 10, 10), 11)]
)
def test_an_instant_in_a_week_is_as_if_nothing_later_were_known(t: dt.datetime, demo_view: View) -> None:
    alone = known(demo_view, t)
    for name in MINE:
        quantity = all_quantities()[name]
        whole = quantity.measure(demo_view, due(name, demo_view, t - DAY, t + DAY)).filter(pl.col("at") == t)
        assert_frame_equal(quantity.measure(alone, due(name, alone, t, t)), whole, check_row_order=False)
