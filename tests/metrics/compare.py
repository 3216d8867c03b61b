"""Hold readings against others: slow ones, those of a cut, and the rows behind them."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl
import pytest

from metrics.hours import rt_instants
from metrics.reading import COLUMNS, Quantity
from metrics.view import View


def at_instants(view: View, instants: Iterable[dt.datetime]) -> pl.DataFrame:
    """RT instants of a view, of halls open then."""
    return pl.concat([rt_instants(view.sessions, t, t) for t in instants])


def listed(frame: pl.DataFrame, place: Sequence[str]) -> list[tuple[Any, ...]]:
    """Where and when there is a reading."""
    return sorted(frame.select(*place, "at").iter_rows())


def assert_as_slow(
    frame: pl.DataFrame, quantity: Quantity, places: Iterable[tuple[Any, ...]], slow: Callable[..., dict[str, Any]]
) -> set[str]:
    """Every reading is the one that the slow version finds, at every place and instant it should be read.

    Args:
        frame: readings.
        quantity: what is read.
        places: place columns and the instant, of all readings expected.
        slow: place columns and instant → the reading.

    Returns:
        The kinds of readings seen.
    """
    assert set(frame.columns) == {*quantity.grain, *COLUMNS, *quantity.extras}
    expected = sorted(places)
    assert listed(frame, quantity.grain) == expected
    rows = {tuple(row[c] for c in (*quantity.grain, "at")): row for row in frame.iter_rows(named=True)}
    for place in expected:
        found, wanted = rows[place], slow(*place)
        for name, value in wanted.items():
            number = isinstance(value, int | float)
            assert found[name] == (pytest.approx(value, rel=1e-9, abs=1e-9) if number else value), (place, name, wanted)
    return set(frame["reading"].cast(pl.String))


def assert_rows_behind(quantity: Quantity, view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The rows behind every reading add up to its numerator and denominator; none is behind a reading there is not."""
    keys = [*quantity.grain, "at"]
    frame, rows = quantity.measure(view, instants), quantity.behind(view, instants)
    assert rows.columns == [*keys, "table", "key", "numerator", "denominator"]
    assert rows["key"].null_count() == 0
    sums = rows.group_by(keys).agg(pl.col("numerator").sum().alias("above"), pl.col("denominator").sum().alias("below"))
    assert sums.join(frame, on=keys, how="anti").is_empty()
    both = frame.join(sums, on=keys, how="left").with_columns(pl.col("above", "below").fill_null(0.0))
    wrong = both.filter(
        ((pl.col("numerator").fill_null(0.0) - pl.col("above")).abs() > 1e-6)
        | ((pl.col("denominator").fill_null(0.0) - pl.col("below")).abs() > 1e-6)
    )
    assert wrong.is_empty(), wrong.to_dicts()[0]
    return rows
