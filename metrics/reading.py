"""What one measurement of an indicator is, and the list of all quantities that indicators are made of.

A reading says numerator, denominator, value, sample and baseline of one quantity at one place and instant, and whether
it may be believed: `value`; `insufficient`: too few to judge; `no_data`: the source has not delivered. It knows no
level and no threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from metrics.view import View

Cadence = Literal["RT", "D", "W", "M"]
READING = pl.Enum(["value", "insufficient", "no_data"])
#: Columns of every reading beside its place.
COLUMNS = ("at", "numerator", "denominator", "value", "sample", "baseline", "reading")

#: View and instants (as `metrics.instants` gives them for the cadence) → one row for each place and instant.
Measure = Callable[["View", pl.DataFrame], pl.DataFrame]
#: View and instants → the rows that made the numbers: place columns, at, table, key, numerator, denominator.
Behind = Callable[["View", pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Quantity:
    """One quantity that an indicator watches.

    Attributes:
        id: the indicator's id.
        cadence: how often it is read: RT every 5 minutes of opening hours, D a day, W an ISO week, M a month.
        grain: columns that name a place.
        needs: tables without which it cannot be read.
        unit: Chinese unit.
        measure: reads it for all places at all instants given.
        behind: lists the rows behind; their numerators and denominators add up to those of the reading.
        extras: further columns of its readings, which a level may also need.
    """

    id: str
    cadence: Cadence
    grain: tuple[str, ...]
    needs: tuple[str, ...]
    unit: str
    measure: Measure
    behind: Behind
    extras: tuple[str, ...] = ()


def finished(
    frame: pl.DataFrame,
    quantity_grain: tuple[str, ...],
    *,
    enough: pl.Expr,
    value: pl.Expr | None = None,
    extras: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Bring measured numbers into the shape of readings.

    Args:
        frame: place columns, at, numerator, denominator, sample, baseline, covered (whether the sources delivered) and
            extras.
        quantity_grain: the place columns.
        enough: whether the sample is large enough to judge.
        value: the value from the other columns; numerator ÷ denominator by default.
        extras: further columns to keep.

    Returns:
        Place columns, at, numerator, denominator, value, sample, baseline, reading, extras. `value` is null unless
        reading is `value`; numerator, denominator, sample always stay.
    """
    worth = value if value is not None else pl.col("numerator") / pl.col("denominator")
    covered, judged = pl.col("covered"), pl.col("covered") & enough
    reading = pl.when(~covered).then(pl.lit("no_data")).when(enough).then(pl.lit("value")).otherwise(
        pl.lit("insufficient")
    )  # fmt: skip
    return frame.select(
        *quantity_grain,
        "at",
        pl.col("numerator", "denominator").cast(pl.Float64),
        pl.when(judged).then(worth).cast(pl.Float64).alias("value"),
        pl.col("sample").cast(pl.Int64),
        pl.col("baseline").cast(pl.Float64),
        reading.cast(READING).alias("reading"),
        *extras,
    )
