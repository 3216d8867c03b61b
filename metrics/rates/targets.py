"""Counts that do not add up and are made anew for every place: who reaches the target, what nine in ten waited."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from metrics.groups import Groups
from metrics.rates.records import NO_HALL
from metrics.rates.ticket_counts import MINUTE_US

#: The target of 90 %, as a fraction of whole numbers so that nothing is rounded.
TARGET = (9, 10)
#: Fewer cases say nothing about an item, fewer window cases nothing about a hall.
LEAST_ITEM, LEAST_HALL = 10, 50
#: The wait that nine in ten did not exceed.
PERCENTILE = (9, 10)


def items_on_target(cells: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """How many items have enough cases in each place, and how many of them reach the target.

    Returns:
        key, items_counted, items_on_target.
    """
    return _on_target(cells.filter(pl.col("scope") > 0), key, "item_code", "scope", LEAST_ITEM, "items")


def halls_on_target(cells: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """How many halls have enough window cases in each place, and how many of them reach the target.

    Returns:
        key, halls_counted, halls_on_target.
    """
    halls = cells.filter(pl.col("scope_window") > 0, pl.col("hall_id") != NO_HALL)
    return _on_target(halls, key, "hall_id", "scope_window", LEAST_HALL, "halls")


def wait_p90(waits: pl.DataFrame, seats: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The wait that nine in ten did not exceed (nearest rank) for each place: period, the names, wait_p90 (minutes).

    Args:
        waits: period, seat, wait (microseconds).
        seats: seat, hall_id, county.
        names: columns of the seats that name a place; none for the city.
    """
    places = seats.select(names).unique(maintain_order=True) if names else pl.DataFrame({"whole": [True]})
    if waits.is_empty():
        return pl.DataFrame(schema={"period": pl.Int32, **seats.select(names).schema, "wait_p90": pl.Float64})
    number = (
        seats.join(places.with_row_index("place"), on=names, maintain_order="left")["place"].to_numpy()
        if names
        else np.zeros(seats.height, dtype=np.int64)
    )
    # One sort of whole numbers: the period and place in front, the wait behind.
    behind = int(waits["wait"].max()).bit_length()  # type: ignore[arg-type]
    group = waits["period"].to_numpy().astype(np.int64) * places.height + number[waits["seat"].to_numpy()]
    codes = np.sort((group << behind) | waits["wait"].to_numpy())
    groups = Groups.of(codes >> behind)
    found, begins, counts = groups.keys, groups.starts, groups.count()
    above, whole = PERCENTILE
    rank = -(-counts * above // whole)
    waited = codes[begins + rank - 1] & ((1 << behind) - 1)
    told = pl.DataFrame({"period": (found // places.height).astype(np.int32), "wait_p90": waited / MINUTE_US})
    where = places.select(pl.all().gather(pl.Series(found % places.height)))
    return pl.concat([told, where], how="horizontal").select("period", *names, "wait_p90")


def _on_target(cells: pl.DataFrame, key: Sequence[str], unit: str, count: str, least: int, name: str) -> pl.DataFrame:
    """Units with at least so many cases in a place, and those of them whose rate reaches the target."""
    above, whole = TARGET
    reaches = pl.col(f"{count}_y") * whole >= pl.col(count) * above
    return (
        cells.group_by(list(dict.fromkeys([*key, unit])))
        .agg(pl.col(count, f"{count}_y").sum())
        .filter(pl.col(count) >= least)
        .group_by(key)
        .agg(pl.len().cast(pl.Int64).alias(f"{name}_counted"), reaches.sum().cast(pl.Int64).alias(f"{name}_on_target"))
    )
