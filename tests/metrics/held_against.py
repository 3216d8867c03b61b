"""Hold readings of days, weeks and months against their slow versions, and against the rows behind them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import polars as pl

from metrics.instants import daily, monthly, weekly
from metrics.quantities import all_quantities
from metrics.view import View
from tests.metrics.slow.cut import TZ, ZONE, Row, Tables, cut, records

Slow = Callable[[Tables, Tables, dt.datetime, dt.datetime, dt.datetime], dict[tuple[str, ...], Row]]


def instants_of(view: View, cadence: str, first: dt.date, last: dt.date) -> pl.DataFrame:
    """All instants of a cadence from one day to another."""
    start, end = (dt.datetime.combine(day, clock, TZ) for day, clock in ((first, dt.time()), (last, dt.time(23))))
    if cadence == "D":
        return daily(view.sessions, start, end)
    return (weekly if cadence == "W" else monthly)(ZONE, start, end)


def assert_as_slow(quantity_id: str, tables: Tables, slow: Slow, first: dt.date, last: dt.date) -> pl.DataFrame:
    """The readings of all instants are those that the slow version finds at each, knowing only what lies before it.

    Returns:
        The readings.
    """
    quantity, view = all_quantities()[quantity_id], View(records(tables))
    instants = instants_of(view, quantity.cadence, first, last)
    frame = quantity.measure(view, instants)
    found = {(*(row[name] for name in quantity.grain), row["at"]): row for row in frame.to_dicts()}
    assert len(found) == frame.height
    wanted: dict[tuple[Any, ...], Row] = {}
    for at, start, end in instants.select("at", "start", "end").unique().sort("at").iter_rows():
        expected = slow(tables, cut(tables, at), at, start, end)
        wanted |= {(*place, at): row for place, row in expected.items()}
    assert found.keys() == wanted.keys()
    for place, row in wanted.items():
        differing = {
            name: (found[place][name], value) for name, value in row.items() if not same(found[place][name], value)
        }
        assert not differing, (place, differing)
    return frame


def same(found: object, wanted: object) -> bool:
    """Whether two numbers of a reading are the same, but for the last digits."""
    if isinstance(found, float) and isinstance(wanted, float | int):
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
    return found == wanted


def assert_rows_behind(quantity_id: str, view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The rows behind every reading add up to its numerator and denominator; none stands alone, none twice.

    Returns:
        The rows.
    """
    quantity = all_quantities()[quantity_id]
    keys = [*quantity.grain, "at"]
    frame, rows = quantity.measure(view, instants), quantity.behind(view, instants)
    assert rows.columns == [*keys, "table", "key", "numerator", "denominator"]
    assert rows.select(pl.exclude("numerator", "denominator")).null_count().sum_horizontal().item() == 0
    assert not rows.select(*keys, "table", "key").is_duplicated().any()
    sums = rows.group_by(keys).agg(pl.col("numerator", "denominator").sum())
    assert sums.join(frame, on=keys, how="anti").is_empty()
    both = frame.join(sums, on=keys, how="left", suffix="_behind")
    for name in ("numerator", "denominator"):
        assert both[name].fill_null(0).equals(both[f"{name}_behind"].fill_null(0).alias(name))
    return rows
