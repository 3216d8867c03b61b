"""Thresholds fitted to an alert budget on cities whose labels nobody looks at (seeds 1 to 3)."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.catalogue import catalogue
from alerts.thresholds import Edge, ThresholdChange
from cockpit.watch.replay import Replay
from cockpit.watch.suggesting import LEVEL_OF, Suggestion, suggested
from cockpit.watch.told import told

#: Alerts of a level or above for each hall and week, of one indicator, that people can still look into.
BUDGET: dict[Edge, float] = {"yellow": 0.30, "orange": 0.03}
#: What measures a spell exactly, without a hold, may tell earlier while it stays as rare as this.
EARLIER = {"off_post_minutes": (6.0, 8.0), "data_lag": (8.0, 10.0)}
RARE = 0.05
_FIELDS = ("alerts_now", "alerts_then")


@dataclass(frozen=True)
class Fitted:
    """One threshold that was fitted.

    Attributes:
        indicator: id.
        edge: which threshold.
        default: that of the definition.
        value: fitted.
        before: alerts of the level or above for each hall and week with the default.
        after: with the fitted one.
    """

    indicator: str
    edge: Edge
    default: float
    value: float
    before: float
    after: float


#: Of one city: indicator and edge → suggestions of the budget; indicator → value → how often yellow would tell.
Trial = tuple[dict[tuple[str, Edge], Suggestion], dict[str, dict[float, float]]]


def tried(past: Replay) -> Trial:
    """What would fit the budget in one city."""
    # One replay tells what is within the budget as it is; only the rest needs to be played again and again.
    hall_weeks = past.hall_weeks()
    advised = {}
    for one in told(past.play()):
        thresholds = catalogue()[one.indicator].thresholds
        for edge, budget in BUDGET.items():
            often = sum(count for level, count in one.alerts.items() if level >= LEVEL_OF[edge]) / hall_weeks
            now: float = getattr(thresholds, edge)
            fits = Suggestion(one.indicator, edge, now, now, often, often)
            advised[one.indicator, edge] = fits if often <= budget else suggested(past, one.indicator, edge, budget)
    early = {
        name: {value: _often(past, name, value) for value in (*values, catalogue()[name].thresholds.yellow)}
        for name, values in EARLIER.items()
    }
    return advised, early


def fitted(trials: Sequence[Trial]) -> list[Fitted]:
    """Fit every indicator to the budget: the mildest threshold of the cities holds."""
    found = []
    for name, definition in catalogue().items():
        for value in EARLIER.get(name, ()):
            after, before = (
                statistics.mean(early[name][one] for _, early in trials)
                for one in (value, definition.thresholds.yellow)
            )
            if after <= RARE:
                found.append(Fitted(name, "yellow", definition.thresholds.yellow, value, before, after))
                break
        for edge in BUDGET:
            advised = [suggestions[name, edge] for suggestions, _ in trials]
            values = [one.value for one in advised if one.value is not None]
            if all(one.value == one.now for one in advised) or len(values) < len(advised):
                continue
            value = (max if definition.direction == "up" else min)(values)
            before, after = (statistics.mean(getattr(one, field) for one in advised) for field in _FIELDS)
            found.append(Fitted(name, edge, advised[0].now, value, before, after))
    return found


def as_changes(thresholds: Sequence[Fitted], at: dt.datetime) -> list[ThresholdChange]:
    """The fitted thresholds in force from an instant on; those above make room."""
    found: list[ThresholdChange] = []
    for name in dict.fromkeys(one.indicator for one in thresholds):
        definition = catalogue()[name]
        values = vars(definition.thresholds) | {one.edge: one.value for one in thresholds if one.indicator == name}
        up = definition.direction == "up"
        for lower, higher in (("yellow", "orange"), ("orange", "red")):
            if (values[higher] <= values[lower]) if up else (values[higher] >= values[lower]):
                step = abs(values[lower]) * 0.1 or 1.0
                values[higher] = values[lower] + (step if up else -step)
        found += [
            ThresholdChange(name, (), edge, values[edge], at, "detection", at, "fitted to the alert budget")
            for edge in ("yellow", "orange", "red", "recovery")
        ]  # fmt: skip
    return found


def _often(past: Replay, name: str, yellow: float) -> float:
    definition, at = catalogue()[name], past.span[0]
    values = vars(definition.thresholds) | {
        "yellow": yellow,
        "recovery": min(definition.thresholds.recovery, yellow - 1),
    }
    changes = [ThresholdChange(name, (), edge, values[edge], at, "", at, "") for edge in ("yellow", "recovery")]
    played = past.play(changes, [name])
    begun = played.changes[name].filter(played.changes[name]["before"] == 0)
    return begun.height / past.hall_weeks()
