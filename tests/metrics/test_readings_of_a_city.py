"""Readings 14–31 on a demo city: the same at one instant as on a grid, the same as the rates, as their rows say."""

import datetime as dt
from collections.abc import Callable
from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from metrics.asof import as_of
from metrics.periods import period_of
from metrics.quantities import all_quantities
from metrics.rates.engine import compute_rates
from metrics.readings.monthly import QUANTITIES, MonthToDate
from metrics.records import Records
from metrics.view import View
from tests.metrics.case_cities import workdays
from tests.metrics.held_against import assert_rows_behind, instants_of, same
from tests.metrics.slow.cut import TZ, ZONE, Tables, cut, plain, records
from tests.metrics.test_readings_of_cases import SLOW

MID, LAST = dt.date(2026, 10, 9), dt.date(2026, 10, 20)
TABLES = ("tickets", "cases", "case_pauses", "reviews", "complaints")


def grid(view: View, quantity: str, first: dt.date, last: dt.date) -> pl.DataFrame:
    return instants_of(view, all_quantities()[quantity].cadence, first, last)


@pytest.fixture(scope="module")
def cuts(demo_view: View) -> dict[dt.datetime, View]:
    """The city cut by hand at an evening, a Monday and the first of a month."""
    found = {}
    for t in (
        dt.datetime(2026, 10, 19, 20, tzinfo=TZ),
        dt.datetime(2026, 10, 12, 6, tzinfo=TZ),
        dt.datetime(2026, 10, 1, 6, tzinfo=TZ),
    ):
        found[t] = View(Records({**demo_view.records.tables, **_cut(demo_view, t)}, ZONE))
    return found


def _cut(view: View, t: dt.datetime) -> dict[str, pl.DataFrame]:
    records = view.records
    pauses = records["case_pauses"].lazy()
    return {
        name: as_of(name, records[name].lazy(), t, pauses=pauses if name == "cases" else None).collect()
        for name in TABLES
    }


@pytest.mark.parametrize("quantity", SLOW)
def test_a_grid_gives_at_each_instant_what_the_city_cut_there_gives(
    quantity: str, demo_view: View, cuts: dict[dt.datetime, View]
) -> None:
    measure = all_quantities()[quantity].measure
    instants = grid(demo_view, quantity, dt.date(2026, 9, 21), LAST)
    whole, place = measure(demo_view, instants), [*all_quantities()[quantity].grain, "at"]
    seen = 0
    for t, view in cuts.items():
        alone = instants.filter(pl.col("at") == t)
        if alone.is_empty():
            continue
        seen += 1
        expected = whole.filter(pl.col("at") == t).sort(place)
        assert_frame_equal(measure(view, alone).sort(place), expected)
    assert seen


@pytest.mark.parametrize("quantity", SLOW)
def test_the_rows_behind_a_fortnight_make_its_numbers(quantity: str, demo_view: View) -> None:
    rows = assert_rows_behind(quantity, demo_view, grid(demo_view, quantity, MID, LAST))
    assert rows.height


@pytest.mark.parametrize("rate", [quantity.measure.__self__ for quantity in QUANTITIES], ids=lambda rate: rate.id)  # type: ignore[attr-defined]
@pytest.mark.parametrize(
    "t",
    [
        dt.datetime(2026, 10, 1, 6, tzinfo=TZ),
        dt.datetime(2026, 10, 1, 20, tzinfo=TZ),
        dt.datetime(2026, 10, 19, 20, tzinfo=TZ),
    ],
)
def test_a_month_to_date_is_the_rate_as_of_the_evening(rate: MonthToDate, t: dt.datetime, demo_view: View) -> None:
    month = period_of("month", t.date() - dt.timedelta(days=1) if t.hour < 12 else t.date())
    kind = {"hall_id": "hall", "county": "county", "item_code": "item"}[rate.place]
    told = compute_rates(demo_view.rate_records, month, kind, [rate.rate], t=t)
    instants = instants_of(demo_view, "M", t.date(), t.date()).filter(pl.col("at") == t)
    read = rate.measure(demo_view, instants)
    both = read.join(told.select(rate.place, "numerator", "denominator", "value"), on=rate.place, suffix="_told")
    # 0 cases are no rate; a reading then keeps its zeros.
    assert both.height == read.height > 0
    for name in ("numerator", "denominator"):
        assert both[name].to_list() == both[f"{name}_told"].fill_null(0).to_list()
    valued = both.filter(pl.col("reading") == "value")
    assert valued["value"].to_list() == pytest.approx(valued["value_told"].to_list())


@pytest.fixture(scope="module")
def plain_days_view(demo_view: View) -> View:
    """The city with the working days that the slow count knows, and every fifth of its departments to ask for."""
    tables = demo_view.records.tables
    days = records({"workdays": workdays()})["workdays"]
    some = tables["departments"].sort("dept_code").gather_every(5)
    return View(Records({**tables, "workdays": days, "departments": some}, ZONE))


@pytest.fixture(scope="module")
def plain_tables(plain_days_view: View) -> Tables:
    names = ("halls", "calendar", "departments", "items", "windows", "deliveries", *TABLES)
    return plain(plain_days_view.records, names)


@pytest.fixture(scope="module")
def known_at(plain_tables: Tables) -> Callable[[dt.datetime], Tables]:
    return cache(lambda t: cut(plain_tables, t))


@pytest.mark.parametrize("quantity", SLOW)
def test_a_city_s_readings_are_what_a_slow_count_finds(
    quantity: str, plain_days_view: View, plain_tables: Tables, known_at: Callable[[dt.datetime], Tables]
) -> None:
    at = {
        "D": dt.datetime(2026, 10, 19, 20, tzinfo=TZ),
        "W": dt.datetime(2026, 10, 12, 6, tzinfo=TZ),
        "M": dt.datetime(2026, 10, 1, 6, tzinfo=TZ),
    }
    entry = all_quantities()[quantity]
    t = at[entry.cadence]
    instants = instants_of(plain_days_view, entry.cadence, t.date(), t.date()).filter(pl.col("at") == t)
    ((start, end),) = instants.select("start", "end").unique().iter_rows()
    expected = SLOW[quantity](plain_tables, known_at(t), t, start, end)
    found = {
        tuple(row[name] for name in entry.grain): row for row in entry.measure(plain_days_view, instants).to_dicts()
    }
    assert found.keys() == expected.keys()
    for place, row in expected.items():
        differing = {
            name: (found[place][name], value) for name, value in row.items() if not same(found[place][name], value)
        }
        assert not differing, (place, differing)
    assert {row["reading"] for row in expected.values()} >= {"value"}
