"""Readings 7, 9 to 13, 32 and 33 on a demo city: rows behind, values, and instants alone."""

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
    *("queue_per_window", "window_saturation", "demand_capacity_ratio", "window_open_rate", "window_idle_rate"),
    *("handle_time_drift", "staff_on_duty_rate", "off_post_minutes"),
)


def due(name: str, view: View, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    instants = rt_instants if all_quantities()[name].cadence == "RT" else daily
    return instants(view.sessions, start, end)


@pytest.mark.parametrize("name", MINE)
def test_a_week_of_readings_has_values_and_the_rows_behind_them_add_up(name: str, demo_view: View) -> None:
    # In the last week every planned window was open while somebody waited.
    start = at(UNTIL - (36 if name == "off_post_minutes" else 8) * DAY, 0)
    instants = due(name, demo_view, start, start + 7 * DAY)
    # Twenty days of services are behind each demand: a look every hour will do.
    looked_at = instants.filter(pl.col("at").dt.minute() == 0) if name == "demand_capacity_ratio" else instants
    assert not assert_rows_behind(all_quantities()[name], demo_view, looked_at).is_empty()
    frame = all_quantities()[name].measure(demo_view, instants)
    values = frame.filter(pl.col("reading") == "value")
    assert values.height > 10
    assert values["value"].drop_nulls().is_finite().all()
    if name != "handle_time_drift":
        assert (values["value"].drop_nulls() >= 0).all()
    if name in ("window_saturation", "window_open_rate", "window_idle_rate", "staff_on_duty_rate"):
        assert (values["value"] <= 100 + 1e-9).all()


@pytest.mark.parametrize(
    "t", [at(UNTIL - DAY, 10), at(UNTIL - DAY, 13, 30), at(UNTIL - DAY, 20), at(dt.date(2026, 10, 10), 11)]
)
def test_an_instant_in_a_week_is_as_if_nothing_later_were_known(t: dt.datetime, demo_view: View) -> None:
    alone = _known(demo_view, t)
    for name in MINE:
        quantity = all_quantities()[name]
        whole = quantity.measure(demo_view, due(name, demo_view, t - DAY, t + DAY)).filter(pl.col("at") == t)
        assert_frame_equal(quantity.measure(alone, due(name, alone, t, t)), whole, check_row_order=False)


def _known(view: View, t: dt.datetime) -> View:
    """The city as it was known at t."""
    tables = dict(view.records.tables)
    for name, (first, later) in EVENTS.items():
        frame = tables[name]
        once = pl.len().over("source_system", "table", "hall_id") == 1 if name == "deliveries" else pl.lit(value=False)
        happened = pl.lit(value=True) if first is None else (pl.col(first) < t) | once
        tables[name] = frame.filter(happened).with_columns(pl.when(pl.col(c) < t).then(pl.col(c)) for c in later)
    return View(Records(tables, view.records.timezone))
