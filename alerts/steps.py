"""One instant further (判定一步): the machine let loose on the readings of one instant, as live evaluation goes.

A replay takes the same step of `alerts.machine` over thousands of instants (`alerts.course`). What is remembered of a
place that shows nothing is not kept: it would be remembered as nothing.
Source: the indicators 2026.1, "Readings", "Closing".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from alerts.definition import RED, Definition
from alerts.lines import CHANGE, columns_of, seen_of
from alerts.machine import NO_DATA, Flags, Ints, Reason, Seen, State, closed, step


@dataclass(frozen=True)
class Standing:
    """What is remembered of the places of one indicator from one evaluation to the next.

    Attributes:
        places: place columns, one row for each place that shows anything.
        state: the same places in the machine.
    """

    places: pl.DataFrame
    state: State

    @classmethod
    def nothing(cls, definition: Definition) -> Standing:
        """Nothing has been seen yet."""
        return cls(pl.DataFrame(schema=dict.fromkeys(definition.grain, pl.String)), State.fresh(0))

    def worth_keeping(self) -> Standing:
        """Only the places that the next step would not take for new ones."""
        state = self.state
        kept = (state.level > 0) | (state.met > 0).any(axis=1) | (state.changes > 0) | (state.source >= 0)
        kept |= state.settling > 0
        if kept.all():
            return self
        chosen = State(**{name: values[kept] for name, values in vars(state).items()})
        return Standing(self.places.filter(pl.Series(kept)), chosen)


def advanced(
    standing: Standing, judged: pl.DataFrame, definition: Definition, asked: pl.DataFrame
) -> tuple[Standing, pl.DataFrame]:
    """One instant further, as live evaluation goes.

    Args:
        standing: what was remembered.
        judged: the instant's readings, as `alerts.levels.judged`; `held` (optional): bad data forbid to judge them.
        definition: the indicator.
        asked: as `asked_of`: the halls that are read at this instant.

    Returns:
        What is remembered from now on, and the changes: place columns, at, before, level, reason, flapping, row (of
        `judged`; null where the place has no reading).
    """
    places, rows = _stepping(standing, judged, definition)
    if places.is_empty():
        return standing, _nothing(standing, asked)
    lines = judged.select(pl.col(_needed(judged, definition)).gather(rows))
    old = Standing(places, standing.state.grown(places.height))
    state, why = step(old.state, seen_of(lines, definition, _here(places, asked)), definition, definition.minutes)
    after = Standing(places, state).worth_keeping()
    changed = np.flatnonzero(why != Reason.NONE)
    if not len(changed):
        return after, _nothing(standing, asked)
    found = _changes(old, state, why, changed, asked["at"].first(), asked)
    return after, found.with_columns(rows.gather(changed).alias("row"))


def darkened(standing: Standing, definition: Definition, asked: pl.DataFrame) -> tuple[Standing, pl.DataFrame]:
    """Instants at which nobody evaluated, one after the other: the places had no reading.

    Args:
        standing: what was remembered.
        definition: the indicator.
        asked: as `asked_of`, for all these instants.

    Returns:
        As `advanced`.
    """
    parts = [_nothing(standing, asked)]
    for (at,), halls in asked.sort("at").group_by("at", maintain_order=True):
        if standing.places.is_empty():
            break
        here, old = _here(standing.places, halls), standing
        none = np.zeros(len(here), dtype=np.int64)
        never = np.zeros((len(here), RED), dtype=np.bool_)
        seen = Seen(none + NO_DATA, none, never, none - 1, never[:, 0], here)
        state, why = step(old.state, seen, definition, definition.minutes)
        standing = Standing(old.places, state).worth_keeping()
        changed = np.flatnonzero(why != Reason.NONE)
        if len(changed):
            parts.append(_changes(old, state, why, changed, at, asked))
    return standing, pl.concat(parts)


def ended(standing: Standing, halls: pl.DataFrame) -> tuple[Standing, pl.DataFrame]:
    """The last closing of the day at some halls: levels of the moment do not cross days (闭厅).

    Args:
        standing: what was remembered.
        halls: hall_id, at (their last closing).
    """
    if standing.places.is_empty() or halls.is_empty():
        return standing, _nothing(standing, halls)
    at = standing.places.join(halls, on="hall_id", how="left", maintain_order="left")["at"]
    state, why = closed(standing.state, at.is_not_null().to_numpy())
    after = Standing(standing.places, state).worth_keeping()
    changed = np.flatnonzero(why != Reason.NONE)
    if not len(changed):
        return after, _nothing(standing, halls)
    return after, _changes(standing, state, why, changed, at.gather(changed), halls)


def _stepping(standing: Standing, judged: pl.DataFrame, definition: Definition) -> tuple[pl.DataFrame, pl.Series]:
    """The places that the machine must look at: those remembered, and new ones that meet something.

    Of a new place that meets nothing it would keep nothing, save where it keeps what a reading was read from.

    Returns:
        The places, those remembered first, and the line of each one's reading (null: it has none).

    Raises:
        ValueError: a place has two readings.
    """
    grain = list(definition.grain)
    # Plain dictionaries: of so few places Polars would only just have begun.
    lines = {place: row for row, place in enumerate(zip(*(judged[name].to_list() for name in grain), strict=True))}
    if len(lines) < judged.height:
        raise ValueError(f"{definition.id}: a place has two readings at one instant")
    known = [lines.get(place) for place in standing.places.iter_rows()]
    met = np.full(judged.height, fill_value=True) if definition.source_column else judged["met"].to_numpy() > 0
    met[[row for row in known if row is not None]] = False
    fresh = np.flatnonzero(met).tolist()
    rows = pl.Series("row", [*known, *fresh], dtype=pl.Int64)
    if not fresh:
        return standing.places, rows
    return pl.concat([standing.places, judged.select(pl.col(grain).gather(fresh))]), rows


def _needed(judged: pl.DataFrame, definition: Definition) -> list[str]:
    """The columns that the machine looks at."""
    wanted = ("reading", "met", "past_1", "past_2", "past_3", "held", definition.source_column)
    return [name for name in wanted if name and name in judged.columns]


def _here(places: pl.DataFrame, asked: pl.DataFrame) -> Flags:
    """Places that are read at this instant."""
    if "hall_id" not in asked.columns:
        return np.full(places.height, asked.height > 0)
    halls = set(asked["hall_id"].to_list())
    return np.array([hall in halls for hall in places["hall_id"].to_list()], dtype=np.bool_)


def _changes(old: Standing, state: State, why: Ints, changed: Ints, at: object, like: pl.DataFrame) -> pl.DataFrame:
    """Some places' changes of level, all without a reading; `at`: one instant, or one for each of them."""
    when = at if isinstance(at, pl.Series) else pl.Series([at] * len(changed), dtype=like.schema["at"])
    return old.places[changed].with_columns(
        when.alias("at"),
        *columns_of(old.state.level[changed], state.level[changed], why[changed], state.flapping[changed]),
        pl.lit(None, dtype=pl.Int64).alias("row"),
    )


def _nothing(standing: Standing, like: pl.DataFrame) -> pl.DataFrame:
    """No change of level."""
    return _empty(tuple(standing.places.schema.items()), like.schema["at"])


@cache
def _empty(places: tuple[tuple[str, pl.DataType], ...], at: pl.DataType) -> pl.DataFrame:
    # Mostly nothing changes, and a frame without rows costs as much to make as one with many.
    return pl.DataFrame(schema=dict(places) | CHANGE | {"at": at, "row": pl.Int64})
