"""Which level a single reading meets, and from which levels it counts as recovered; no hold, no memory.

The same expressions judge one live reading and the millions of a replay. Source: the indicators 2026.1, "Direction".
"""

from __future__ import annotations

import polars as pl

from alerts.definition import ORANGE, RED, YELLOW, Definition, Thresholds

ALL = (YELLOW, ORANGE, RED)


def judged(readings: pl.DataFrame, definition: Definition, thresholds: Thresholds | None = None) -> pl.DataFrame:
    """Say of each reading which level it meets by itself.

    Args:
        readings: readings of the indicator's quantity, with its extras.
        definition: the indicator.
        thresholds: thresholds in force; by default those of the definition. Where the frame has the columns `yellow`,
            `orange`, `red`, `recovery`, those of each row hold.

    Returns:
        The readings with `met` (0 none, 1 yellow, 2 orange, 3 red; null unless the reading is a value) and `past_1`,
        `past_2`, `past_3`: whether the reading counts as recovered from that level (null unless it is a value).
    """
    judgeable = pl.col("reading") == "value"
    met = pl.lit(0)
    for level in ALL:
        met = (
            pl.when(_met(definition, level, _threshold(readings, definition, thresholds, level)))
            .then(level)
            .otherwise(met)
        )
    recovery = _threshold(readings, definition, thresholds, 0)
    past = [_recovered(definition, level, recovery) & (met < level) for level in ALL]
    return readings.with_columns(
        pl.when(judgeable).then(met).cast(pl.Int8).alias("met"),
        *(pl.when(judgeable).then(over).alias(f"past_{level}") for level, over in zip(ALL, past, strict=True)),
    )


def _threshold(readings: pl.DataFrame, definition: Definition, thresholds: Thresholds | None, level: int) -> pl.Expr:
    name = ("recovery", "yellow", "orange", "red")[level]
    if thresholds is None and name in readings.columns:
        return pl.col(name)
    return pl.lit(getattr(thresholds or definition.thresholds, name), dtype=pl.Float64)


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
