"""Counts that do not add up and are made anew for every place: who reaches the target, what nine in ten waited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from metrics.groups import Groups
from metrics.rates.counts import Column, Counts
from metrics.rates.definition import PLACE_COLUMNS, Place
from metrics.rates.records import Grid
from metrics.spells import MINUTE, Ints

#: The target of 90 %, as a fraction of whole numbers so that nothing is rounded.
TARGET = (9, 10)
#: Fewer cases say nothing about an item, fewer window cases nothing about a hall.
LEAST_ITEM, LEAST_HALL = 10, 50
#: The wait that nine in ten did not exceed.
PERCENTILE = (9, 10)
#: Kinds of places to which seats add up.
SEATED: tuple[Place, ...] = ("city", "county", "hall")


def counted_anew(scope: Counts, waits: pl.DataFrame, grid: Grid) -> dict[Place, list[pl.DataFrame]]:
    """What has to be counted anew for each kind of place.

    Args:
        scope: counts of scope S.
        waits: period, seat, wait (microseconds) of every call.
        grid: places.

    Returns:
        Frames with period, the names of the place and counts: items_counted, items_on_target for cities, counties,
        halls, departments; halls_counted, halls_on_target for cities and counties; wait_p90 (minutes) for cities,
        counties, halls.
    """
    period, seat = np.divmod(grid.place_of(scope.keys), grid.seats.height)
    department, item, _ = grid.parts(scope.keys % grid.subjects_at_most)
    counts, good, windows, in_windows = (
        scope.columns[name].astype(np.int64, copy=False)
        for name in ("scope", "scope_y", "scope_window", "scope_window_y")
    )
    in_hall = np.flatnonzero((seat < grid.halls.height) & (windows > 0))
    called, called_at, wait = (waits[name].cast(pl.Int64).to_numpy() for name in ("period", "seat", "wait"))
    found: dict[Place, list[pl.DataFrame]] = {}
    for kind in SEATED:
        owner = _Owner.of(grid.seats, PLACE_COLUMNS[kind])
        spots = owner.at(seat)
        frames = [on_target(spots, period, item, counts, good, LEAST_ITEM, "items")]
        if kind != "hall":
            part = (seat[in_hall], windows[in_hall], in_windows[in_hall])
            frames.append(on_target(owner.at(part[0]), period[in_hall], *part, LEAST_HALL, "halls"))
        found[kind] = [*frames, wait_p90(owner.at(called_at), called, wait)]
    departments = pl.DataFrame({"dept_code": pl.concat([pl.Series([None], dtype=pl.String), grid.departments])})
    spots = Spots(departments, departments.height, department)
    found["department"] = [on_target(spots, period, item, counts, good, LEAST_ITEM, "items")]
    return found


@dataclass(frozen=True, eq=False)
class _Owner:
    """The places of a kind to which seats belong."""

    names: pl.DataFrame
    size: int
    of_seat: Ints

    @classmethod
    def of(cls, seats: pl.DataFrame, names: Sequence[str]) -> _Owner:
        """Places by the columns that name them; without any the city."""
        if not names:
            return cls(pl.DataFrame(), 1, np.zeros(seats.height, dtype=np.int64))
        places = seats.select(names).unique(maintain_order=True)
        number = seats.join(places.with_row_index("place"), on=names, maintain_order="left")["place"]
        return cls(places, places.height, number.cast(pl.Int64).to_numpy())

    def at(self, seat: Ints) -> Spots:
        """Where rows of these seats count."""
        return Spots(self.names, self.size, self.of_seat[seat])


@dataclass(frozen=True, eq=False)
class Spots:
    """The places of a kind by number.

    Attributes:
        names: the columns that name them, one row each; no column for the city.
        size: how many there are.
        of: number of the place of each row that is counted.
    """

    names: pl.DataFrame
    size: int
    of: Ints

    def periods(self, period: Ints) -> Ints:
        """Period and place of each row as one number."""
        return period * self.size + self.of

    def named(self, numbers: Ints, **columns: Column) -> pl.DataFrame:
        """Numbers of period and place told by name, with what was found there."""
        period, place = np.divmod(numbers, self.size)
        named = {name: self.names[name][place] for name in self.names.columns}
        return pl.DataFrame({"period": period.astype(np.int32), **named, **columns})


def on_target(spots: Spots, period: Ints, unit: Ints, counts: Ints, good: Ints, least: int, name: str) -> pl.DataFrame:
    """How many units (items, halls) have enough cases in each place, and how many of them reach the target.

    Args:
        spots: where each row counts.
        period: number of each row's period.
        unit: number of each row's unit.
        counts: cases of each row.
        good: those of them that count for the unit.
        least: so many cases a unit needs in a place.
        name: of the columns.

    Returns:
        period, the names of the place, NAME_counted, NAME_on_target.
    """
    units = int(unit.max(initial=0)) + 1
    groups = Groups.of(spots.periods(period) * units + unit)
    whole, reached = groups.sum(counts), groups.sum(good)
    enough = whole >= least
    above, below = TARGET
    places = Groups.of(groups.keys[enough] // units)
    target = places.sum((reached * below >= whole * above)[enough])
    return spots.named(places.keys, **{f"{name}_counted": places.count(), f"{name}_on_target": target})


def wait_p90(spots: Spots, period: Ints, wait: Ints) -> pl.DataFrame:
    """The wait that nine in ten did not exceed (nearest rank) in each place: period, names, wait_p90 (minutes).

    Args:
        spots: where each call counts.
        period: number of each call's period.
        wait: of each call, microseconds, 0 or more.
    """
    # One sort of whole numbers: the period and place in front, the wait behind.
    behind = int(wait.max(initial=0)).bit_length()
    codes = np.sort((spots.periods(period) << behind) | wait)
    groups = Groups.of(codes >> behind)
    above, whole = PERCENTILE
    rank = -(-groups.count() * above // whole)
    waited = codes[groups.starts + rank - 1] & ((1 << behind) - 1)
    return spots.named(groups.keys, wait_p90=waited / MINUTE)
