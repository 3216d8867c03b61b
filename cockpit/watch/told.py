"""What a replay tells of each indicator: how many alerts, how long they lasted, where and in which week, how right."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from alerts.catalogue import catalogue
from alerts.definition import Definition
from cockpit.watch.replay import Played

_SECONDS_A_MINUTE = 60


@dataclass(frozen=True)
class Told:
    """One indicator in a replay.

    Attributes:
        indicator: id.
        alerts: worst level → how many alerts, from firing to recovery, had it.
        minutes: median minutes from firing to recovery, of those that recovered; None where none did.
        longest: the longest.
        hall_weeks: hall and ISO week → alerts of yellow, orange, red that began in it; of halls only.
        most: the most orange or red alerts of a hall in a week.
        readings: how many readings were value, insufficient, no_data, held back.
        ailing: why it could not be read; None where it could.
    """

    indicator: str
    alerts: dict[int, int] = field(default_factory=lambda: {1: 0, 2: 0, 3: 0})
    minutes: float | None = None
    longest: float | None = None
    hall_weeks: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    most: int = 0
    readings: dict[str, int] = field(default_factory=dict)
    ailing: str | None = None


def spells_of(changes: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """Alerts from firing to recovery.

    Args:
        changes: of one indicator, in the order of time: place columns, at, before, level.
        definition: the indicator.

    Returns:
        place columns, at (when it began), until (null: it had not recovered by the end), worst.
    """
    grain = list(definition.grain)
    begins = (pl.col("before") == 0).cum_sum().over(grain).alias("spell")
    over = pl.col("at").filter(pl.col("level") == 0).last().alias("until")
    return (
        changes.sort("at", maintain_order=True)
        .with_columns(begins)
        .group_by([*grain, "spell"], maintain_order=True)
        .agg(pl.col("at").first(), over, pl.col("level").max().alias("worst"))
        .filter(pl.col("worst") > 0)
        .drop("spell")
        .sort("at", *grain)
    )


def told(played: Played) -> list[Told]:
    """Every indicator of a replay, in the order of the catalogue."""
    names = sorted({*played.changes, *played.ailing}, key=lambda name: catalogue()[name].number)
    return [_told(name, played) for name in names]


def _told(name: str, played: Played) -> Told:
    if name in played.ailing:
        return Told(name, ailing=played.ailing[name])
    definition, spells = catalogue()[name], spells_of(played.changes[name], catalogue()[name])
    counts = dict(spells.group_by("worst").agg(pl.len()).iter_rows())
    lasted = (spells["until"] - spells["at"]).drop_nulls().dt.total_seconds() / _SECONDS_A_MINUTE
    weeks = _hall_weeks(spells) if "hall_id" in definition.grain else {}
    return Told(
        name,
        {level: counts.get(level, 0) for level in (1, 2, 3)},
        statistics.median(lasted) if len(lasted) else None,
        max(lasted) if len(lasted) else None,
        weeks,
        max((sum(counts[1:]) for counts in weeks.values()), default=0),
        played.evaluated[name],
    )


def _hall_weeks(spells: pl.DataFrame) -> dict[tuple[str, str], tuple[int, ...]]:
    levels = [(pl.col("worst") == level).sum().alias(str(level)) for level in (1, 2, 3)]
    rows = spells.group_by("hall_id", pl.col("at").dt.strftime("%G-W%V").alias("week")).agg(levels)
    return {
        (hall, week): (yellow, orange, red) for hall, week, yellow, orange, red in rows.sort("hall_id", "week").rows()
    }


def alerts_each(found: Sequence[Told], hall_weeks: float) -> dict[str, dict[int, float]]:
    """Alerts of each indicator for each hall and week: indicator → level → how many."""
    return {one.indicator: {level: count / hall_weeks for level, count in one.alerts.items()} for one in found}
