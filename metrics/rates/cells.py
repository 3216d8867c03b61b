"""The counts of the rates with nothing added up yet (交叉汇总): every seat's every subject, to be narrowed down freely.

A tally answers for a kind of place; who wants one hall's items or one county's theme needs the cells that both are sums
of. They are a few times as many as a tally's rows, so what only asks for places uses `tally`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from metrics.periods import Period
from metrics.rates.counts import added
from metrics.rates.definition import PLACE_COLUMNS, Place
from metrics.rates.editions import CURRENT, rates_of
from metrics.rates.engine import NAMES, evaluable, figures, parts_of, places_met
from metrics.rates.item_counts import count_items
from metrics.rates.records import NO_HALL, RateRecords
from metrics.rates.targets import LEAST_HALL, LEAST_ITEM, SEATED, TARGET, Owner, wait_p90


@dataclass(frozen=True, eq=False)
class Cells:
    """Everything counted that the rates are made of, for some periods; make it by `cells_of`.

    Attributes:
        periods: labels of the periods, by number.
        cells: period (number), hall_id, county, dept_code, item_code, theme, and counts that add up.
        waits: period, seat, wait (microseconds) of every call.
        seats: seat, hall_id, county.
        places: for each kind of place the places there are, with data or without.
    """

    periods: tuple[str, ...]
    cells: pl.DataFrame
    waits: pl.DataFrame
    seats: pl.DataFrame
    places: dict[Place, pl.DataFrame]

    def rates(self, by: Place, ids: Sequence[str] | None = None, version: str = CURRENT) -> pl.DataFrame:
        """Every rate for every place of a kind; as `Tally.rates`.

        Raises:
            UnknownRate: there is no such rate or version.
        """
        wanted = [rate for rate in rates_of(version, ids) if by in rate.places]
        counts = self._counts(by)
        return pl.concat([figures(counts, rate) for rate in wanted] or [figures(counts, rates_of(version)[0]).clear()])

    def _counts(self, by: Place) -> pl.DataFrame:
        """All counts of each period and place of a kind, 0 where nothing was counted."""
        names = PLACE_COLUMNS[by]
        key = ["period", *names]
        parts = [
            self.cells.group_by(key).agg(pl.exclude("period", *NAMES).sum()),
            _on_target(self.cells.filter(pl.col("scope") > 0), key, "item_code", "scope", LEAST_ITEM, "items"),
            _on_target(
                self.cells.filter(pl.col("scope_window") > 0, pl.col("hall_id") != NO_HALL),
                *(key, "hall_id", "scope_window", LEAST_HALL, "halls"),
            ),
        ]
        if by in SEATED:
            period, seat, wait = (self.waits[name].cast(pl.Int64).to_numpy() for name in ("period", "seat", "wait"))
            parts.append(wait_p90(Owner.of(self.seats, names).at(seat), period, wait))
        counts = pl.DataFrame({"period": range(len(self.periods))}, schema={"period": pl.Int32})
        counts = counts.with_columns(pl.Series("label", self.periods, dtype=pl.String))
        if names:
            counts = counts.join(self.places[by], how="cross")
        for part in parts:
            counts = counts.join(part, on=key, how="left", maintain_order="left")
        unnamed = [pl.lit(None, dtype=pl.String).alias(name) for name in NAMES if name not in names]
        return counts.with_columns(pl.exclude("period", "label", "wait_p90", *NAMES).fill_null(0)).with_columns(unnamed)


def cells_of(records: RateRecords, periods: Sequence[Period], t: datetime | None = None) -> Cells:
    """Count everything once and add nothing up.

    Args:
        records: the tables.
        periods: periods that do not overlap.
        t: the instant as of which things are counted; None = all that is in the records has happened.
    """
    counted = parts_of(records, periods, t)
    grid = counted.grid
    whole = added([*counted.of_subjects, *counted.of_seats], lambda keys: keys)
    cells = grid.decoded(pl.DataFrame({"key": whole.keys} | whole.columns)).with_columns(evaluable())
    cells = pl.concat([cells, count_items(cells, grid)], how="diagonal")
    return Cells(
        periods=tuple(period.label for period in grid.periods),
        cells=cells,
        waits=counted.waits,
        seats=grid.seats,
        places=places_met(records, cells, cells),
    )


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
