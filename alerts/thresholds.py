"""Thresholds in force (现行阈值): the definition's, then what people have changed, for a place or for all.

Changes are only ever added: indicator, place, which threshold, value, who, when, why, from when on. At an instant the
latest change that is in force and fits the place holds; one for a place goes before one for all, whenever it was made.
Source: the indicators 2026.1, "Thresholds in force at t".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from alerts.definition import Definition, ImpossibleDefinition, Thresholds, checked
from alerts.incidents import Place

Edge = Literal["yellow", "orange", "red", "recovery"]
EDGES: tuple[Edge, ...] = ("yellow", "orange", "red", "recovery")
EDGE_NAMES: dict[Edge, str] = {"yellow": "黄", "orange": "橙", "red": "红", "recovery": "恢复"}


@dataclass(frozen=True)
class ThresholdChange:
    """One changed threshold.

    Attributes:
        indicator: id.
        place: place columns and values it is for, all or some of the indicator's grain; () is every place.
        edge: which threshold.
        value: its new value; None takes the change back, so that the definition's holds again.
        effective_from: from when on.
        who: account name.
        at: when it was recorded.
        why: reason.
    """

    indicator: str
    place: Place
    edge: Edge
    value: float | None
    effective_from: dt.datetime
    who: str
    at: dt.datetime
    why: str


def in_force(
    definition: Definition, changes: Sequence[ThresholdChange], t: dt.datetime, place: Place = ()
) -> Thresholds:
    """The thresholds of a place at an instant.

    Args:
        definition: the indicator.
        changes: all changes, in the order in which they were recorded; those of other indicators do no harm.
        t: the instant.
        place: the place; () where no place is meant.
    """
    found = definition.thresholds
    for change in _in_order(definition, changes):
        if set(change.place) <= set(place) and change.effective_from <= t:
            values: dict[str, float] = {change.edge: _value(definition, change)}
            found = replace(found, **values)
    return found


def edges_in_force(
    readings: pl.DataFrame, definition: Definition, changes: Sequence[ThresholdChange]
) -> dict[str, float | pl.Expr]:
    """`yellow`, `orange`, `red`, `recovery` in force at the places of readings at their instants.

    Returns:
        The threshold itself where nobody has changed it; else an expression over the readings' columns.
    """
    edges: dict[str, float | pl.Expr] = {edge: float(getattr(definition.thresholds, edge)) for edge in EDGES}
    shape = readings.schema["at"]
    for change in _in_order(definition, changes):
        here = pl.all_horizontal(pl.lit(value=True), *(pl.col(name) == value for name, value in change.place))
        value = pl.lit(float(_value(definition, change)))
        # Records tell instants in universal time, readings on the city's clock.
        since = pl.col("at") >= pl.lit(change.effective_from).cast(shape)
        edges[change.edge] = pl.when(here & since).then(value).otherwise(edges[change.edge])
    return edges


def allowed(
    definition: Definition, changes: Sequence[ThresholdChange], wanted: Sequence[ThresholdChange]
) -> dict[Place, Thresholds]:
    """What would hold after some changes.

    Args:
        definition: the indicator.
        changes: what has been recorded.
        wanted: changes of this indicator that somebody wants to make together.

    Returns:
        The thresholds then in force at each place that the changes are for.

    Raises:
        ImpossibleDefinition: they would not lie in order, or a place is none of the indicator's.
    """
    for change in wanted:
        strange = {name for name, _ in change.place} - set(definition.grain)
        if strange:
            raise ImpossibleDefinition(f"{definition.id}: its places have no {', '.join(sorted(strange))}")
    then = [*changes, *wanted]
    # What is changed for all must fit wherever somebody has changed another threshold before.
    mine = [change for change in then if change.indicator == definition.id]
    # What holds now must also fit what somebody has put on record for later.
    first = min(change.effective_from for change in wanted)
    instants = {change.effective_from for change in mine if change.effective_from >= first}
    found = {}
    for place in sorted(_meeting({change.place for change in mine}, definition)):
        for at in sorted(instants):
            found[place] = checked(definition, in_force(definition, then, at, place))
    return found


def _meeting(places: set[Place], definition: Definition) -> set[Place]:
    """Those places, all places, and where two of them meet: a hall's service group is in the hall and of the group."""
    found: set[Place] = {()}
    for place in places:
        for other in list(found):
            both = dict(other) | dict(place)
            if all(both[name] == value for name, value in other):
                found.add(tuple((name, both[name]) for name in definition.grain if name in both))
    return found


def _in_order(definition: Definition, changes: Sequence[ThresholdChange]) -> list[ThresholdChange]:
    """An indicator's changes, those that go before others last: for fewer places, then from a later instant on."""
    mine = [change for change in changes if change.indicator == definition.id]
    return sorted(mine, key=lambda change: (len(change.place), change.effective_from))


def _value(definition: Definition, change: ThresholdChange) -> float:
    default: float = getattr(definition.thresholds, change.edge)
    return default if change.value is None else change.value
