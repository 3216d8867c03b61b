"""Readings as the machine takes them, and changes of level as frames: the same for one instant and for thousands.

A place that had a reading before and has none now is dark in the readings of the moment; in those of a day, a week, a
month it has too little business: nothing happened there that could be read.
Source: the indicators 2026.1, "Readings".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from alerts.definition import Definition
from alerts.machine import INSUFFICIENT, NO_DATA, VALUE, Flags, Ints, Seen
from metrics.reading import READING

#: What a change of level tells beside its place: when, from what, to what, why, and the line of the reading.
CHANGE: dict[str, Any] = {
    "at": pl.Datetime("us"),
    "before": pl.Int8,
    "level": pl.Int8,
    "reason": pl.Int8,
    "flapping": pl.Boolean,
}
#: Whether a reading counts as recovered from yellow, orange, red.
PAST = ("past_1", "past_2", "past_3")
_KINDS = {"no_data": NO_DATA, "insufficient": INSUFFICIENT, "value": VALUE}
_CODES = np.array([_KINDS[name] for name in READING.categories], dtype=np.int64)


def asked_of(definition: Definition, instants: pl.DataFrame) -> pl.DataFrame:
    """Where and when the indicator is read.

    Args:
        definition: the indicator.
        instants: those of its cadence, as `metrics.hours.rt_instants` or `metrics.instants` give them.

    Returns:
        hall_id (only where its places lie in halls and halls have instants of their own) and at.
    """
    if definition.minutes == 30:
        instants = instants.filter(pl.col("at").dt.minute() % 30 == 0)
    halls = "hall_id" in definition.grain and "hall_id" in instants.columns
    return instants.select("hall_id", "at") if halls else instants.select("at").unique(maintain_order=True)


def seen_of(lines: pl.DataFrame, definition: Definition, asked: Flags) -> Seen:
    """Readings as the machine takes them; what has none is dark, or of too little business.

    Args:
        lines: one line for each place, as `alerts.levels.judged`; `held` (optional): bad data forbid to judge it.
        definition: the indicator.
        asked: whether the place is read at all.
    """
    missing = NO_DATA if definition.cadence == "RT" else INSUFFICIENT
    # All columns in one go: each by itself would cost as much as all of them, at every instant and indicator.
    numbers = lines.select(
        pl.col("reading").cast(READING, strict=False).to_physical().cast(pl.Int64).fill_null(len(_CODES)),
        pl.col("met").cast(pl.Int64).fill_null(0),
        pl.col(*PAST).fill_null(value=False),
        pl.col("held").fill_null(value=False) if "held" in lines.columns else pl.lit(value=False).alias("held"),
    )
    return Seen(
        reading=np.append(_CODES, missing)[numbers["reading"].to_numpy()],
        met=numbers["met"].to_numpy(),
        past=np.stack([numbers[name].to_numpy() for name in PAST], axis=1),
        source=_sources(lines, definition),
        held=numbers["held"].to_numpy(),
        asked=asked,
    )


def _sources(lines: pl.DataFrame, definition: Definition) -> Ints:
    """What each reading was read from, as a number that stays the same from one evaluation to the next."""
    if not definition.source_column:
        return np.full(lines.height, -1, dtype=np.int64)
    names = lines[definition.source_column].cast(pl.String)
    # Not by order of appearance: live sees one instant at a time and must give the same number.
    hashed = names.hash(seed=0).reinterpret(signed=True).to_numpy()
    numbers: Ints = np.where(names.is_null().to_numpy(), -1, np.abs(hashed) >> 1)
    return numbers


def columns_of(before: Ints, level: Ints, why: Ints, flapping: Flags) -> tuple[pl.Series, ...]:
    """Changes of level as columns."""
    names = {"before": before, "level": level, "reason": why}
    return (
        *(pl.Series(name, values, dtype=pl.Int8) for name, values in names.items()),
        pl.Series("flapping", flapping),
    )
