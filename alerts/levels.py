"""Which level a single reading meets, and from which levels it counts as recovered; no hold, no memory.

The same expressions judge one live reading and the millions of a replay. Source: the indicators 2026.1, "Direction".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import polars as pl

from alerts.definition import ORANGE, RED, YELLOW, Definition, Thresholds
from alerts.thresholds import EDGES

#: In the order of the first of `EDGES`.
ALL = (YELLOW, ORANGE, RED)


def judged(
    readings: pl.DataFrame,
    definition: Definition,
    thresholds: Thresholds | Mapping[str, float | pl.Expr] | None = None,
) -> pl.DataFrame:
    """Say of each reading which level it meets by itself.

    Args:
        readings: readings of the indicator's quantity, with its extras.
        definition: the indicator.
        thresholds: thresholds in force; by default those of the definition. As `alerts.thresholds.edges_in_force`
            gives them, they may differ from row to row.

    Returns:
        The readings with the thresholds (`yellow`, `orange`, `red`, `recovery`); `met` (0 none, 1 yellow, 2 orange,
        3 red; null unless the reading is a value); `past_1`, `past_2`, `past_3`: whether the reading counts as
        recovered from that level (null unless it is a value).
    """
    edges = thresholds if isinstance(thresholds, Mapping) else asdict(thresholds or definition.thresholds)
    varied = {name: edge for name, edge in edges.items() if isinstance(edge, pl.Expr)}
    # What differs from row to row is worked out once; levels and recoveries ask for it six times.
    readings = readings.with_columns(**varied) if varied else readings
    columns = {name: pl.col(name) if name in varied else pl.lit(edge, dtype=pl.Float64) for name, edge in edges.items()}
    met = pl.lit(0, dtype=pl.Int8)
    for level, edge in zip(ALL, EDGES, strict=False):
        met = pl.when(_met(definition, level, columns[edge])).then(pl.lit(level, dtype=pl.Int8)).otherwise(met)
    # One after the other: what is recovered rests on what is met, which else would be worked out four times.
    ready = readings.with_columns(**columns, met=pl.when(pl.col("reading") == "value").then(met))
    below = (pl.col("met") < level for level in ALL)
    past = (_recovered(definition, level, columns["recovery"]) & less for level, less in zip(ALL, below, strict=True))
    judgeable = pl.col("met").is_not_null()
    return ready.with_columns(
        pl.when(judgeable).then(over).alias(f"past_{level}") for level, over in zip(ALL, past, strict=True)
    )


def _met(definition: Definition, level: int, threshold: pl.Expr) -> pl.Expr:
    value = pl.col("value")
    if definition.direction == "down":
        beyond = value < threshold
    else:
        beyond = value > threshold if definition.strict else value >= threshold
    met = beyond.fill_null(value=False)
    if definition.instead is not None and definition.instead_when is not None:
        met = pl.when(definition.instead_when).then(definition.instead[level - 1]).otherwise(met)
    if definition.needs is not None:
        met = met & definition.needs(level).fill_null(value=False)
    for least, condition in definition.at_least.items():
        if least >= level:
            met = met | condition.fill_null(value=False)
    return met


def _recovered(definition: Definition, level: int, recovery: pl.Expr) -> pl.Expr:
    """The value is back, or what the level also needs is not there."""
    value = pl.col("value")
    back = (value <= recovery if definition.direction == "up" else value >= recovery).fill_null(value=False)
    if definition.instead is not None and definition.instead_when is not None:
        # Where thresholds do not hold, a level is over when its condition is.
        back = pl.when(definition.instead_when).then(~definition.instead[level - 1]).otherwise(back)
    if definition.needs is not None:
        back = back | ~definition.needs(level).fill_null(value=False)
    return back
