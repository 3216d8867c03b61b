"""Thresholds for an alert budget (按预警预算建议阈值): from where on an indicator tells no more than one can act on.

The readings of a replay are judged again with other thresholds until the alerts fit the budget; the suggestion is the
strictest that does, rounded to what people would write. Nobody's labels are looked at, only how often it would tell.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from alerts.catalogue import catalogue
from alerts.definition import Definition, ImpossibleDefinition, Thresholds, checked
from alerts.thresholds import EDGES, Edge, ThresholdChange, in_force
from cockpit.watch.replay import Replay
from cockpit.watch.told import spells_of

LEVEL_OF: dict[Edge, int] = {"yellow": 1, "orange": 2, "red": 3}
#: So many thresholds between the present one and the worst reading are worth a try, closer together near the former;
#: and those that so many of the readings beyond the present one do not reach.
_TRIED = 24
_SHARES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)


@dataclass(frozen=True)
class Suggestion:
    """A threshold that fits a budget.

    Attributes:
        indicator: id.
        edge: which threshold.
        now: the one in force.
        value: the one suggested; that in force where it fits already, None where none does.
        alerts_now: alerts of this level or above for each hall and week with the one in force.
        alerts_then: with the one suggested.
    """

    indicator: str
    edge: Edge
    now: float
    value: float | None
    alerts_now: float
    alerts_then: float


def suggested(
    past: Replay,
    indicator: str,
    edge: Edge,
    budget: float,
    changes: Sequence[ThresholdChange] = (),
    now: dt.datetime | None = None,
) -> Suggestion:
    """The threshold with which an indicator tells of a level at most so often in each hall and week.

    Args:
        past: the stretch of the past to judge by; the longer, the surer.
        indicator: id; its places must lie in halls.
        edge: yellow, orange or red.
        budget: alerts of this level or above for each hall and week, on average over all halls.
        changes: thresholds changed so far; those of single halls and of other indicators stay what they are.
        now: the instant whose thresholds are those in force; by default the last one of the past.
    """
    definition = catalogue()[indicator]
    at, hall_weeks = past.span[0], past.hall_weeks()
    force = in_force(definition, changes, now or past.span[1])
    beside = _beside(changes, indicator, at, now or past.span[1])

    def told(thresholds: Thresholds) -> float:
        trial = [ThresholdChange(indicator, (), name, getattr(thresholds, name), at, "", at, "") for name in EDGES]
        spells = spells_of(past.play([*beside, *trial], [indicator]).changes[indicator], definition)
        return spells.filter(pl.col("worst") >= LEVEL_OF[edge]).height / hall_weeks

    alerts_now = told(force)
    present: float = getattr(force, edge)
    if alerts_now <= budget:
        return Suggestion(indicator, edge, present, present, alerts_now, alerts_now)
    candidates = _candidates(past.readings(definition), definition, present)
    low, high, best = 0, len(candidates) - 1, None
    while low <= high:
        middle = (low + high) // 2
        thresholds = moved(definition, force, edge, candidates[middle])
        count = told(thresholds)
        if count <= budget:
            best, high = (candidates[middle], count), middle - 1
        else:
            low = middle + 1
    if best is None:
        return Suggestion(indicator, edge, present, None, alerts_now, alerts_now)
    return Suggestion(indicator, edge, present, best[0], alerts_now, best[1])


def _beside(
    changes: Sequence[ThresholdChange], indicator: str, start: dt.datetime, now: dt.datetime
) -> list[ThresholdChange]:
    """What stays as it is now while a threshold of the whole city is tried, as if it had been so all the time."""
    kept = [one for one in changes if one.effective_from <= now and (one.place or one.indicator != indicator)]
    return [replace(one, effective_from=start) for one in sorted(kept, key=lambda one: one.effective_from)]


def _candidates(readings: pl.DataFrame, definition: Definition, now: float) -> list[float]:
    """Thresholds worth trying, from the present one to beyond the worst reading, as people would write them."""
    up = definition.direction == "up"
    values = readings["value"].drop_nulls()
    values = values.filter(values > now) if up else values.filter(values < now)
    if values.is_empty():
        return []
    worst = values.max() if up else values.min()
    assert isinstance(worst, float)
    steps = [now + (worst - now) * (number / _TRIED) ** 2 for number in range(1, _TRIED)]
    tail = [values.quantile(share if up else 1 - share) for share in _SHARES]
    found = {_written(value, up=up) for value in (*steps, *tail, worst) if value is not None}
    return sorted((value for value in found if (value > now if up else value < now)), reverse=not up)


def _written(value: float, *, up: bool) -> float:
    """Two figures, rounded to the milder side."""
    if value == 0:
        return 0.0
    scale: float = 10.0 ** (1 - math.floor(math.log10(abs(value))))
    whole: int = math.ceil(value * scale - 1e-9) if up else math.floor(value * scale + 1e-9)
    return whole / scale


def moved(definition: Definition, force: Thresholds, edge: Edge, value: float) -> Thresholds:
    """The thresholds with one of them moved; those above it make room."""
    moved = replace(force, **{edge: value})
    try:
        return checked(definition, moved)
    except ImpossibleDefinition:
        step = abs(value) * 0.1 or 1.0
        step = step if definition.direction == "up" else -step
        above = {"yellow": ("orange", "red"), "orange": ("red",), "red": ()}[edge]
        return replace(moved, **{name: value + step * (number + 1) for number, name in enumerate(above)})
