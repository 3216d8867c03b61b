"""When a difference is called a change: beyond its own uncertainty and beyond what is usual from month to month."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace

from cockpit.report.traceable import Figure

#: A difference is told as a change only beyond so many times its own uncertainty or the usual change.
BEYOND = 2.0
#: Rates of events in ten thousand.
PER = "件/万号"
#: With fewer past changes nothing is known of what is usual, and this share of the number is taken for usual.
CHANGES_ENOUGH, UNKNOWN_USUAL = 6, 0.03
#: Turns the median of absolute deviations into a standard deviation.
_MAD = 1.4826


@dataclass(frozen=True)
class Change:
    """How a number has changed.

    Attributes:
        now: the number.
        before: what it is held against; its value is None where there is nothing to compare with.
        by: the difference without its sign: points for rates, per cent for counts.
        way: up, down, same (within what is usual), or "" where nothing can be said.
        because: the limit beyond which it is called a change.
    """

    now: Figure
    before: Figure
    by: Figure
    way: str
    because: tuple[Figure, ...]

    @property
    def signed(self) -> Figure:
        """The difference with its sign, for tables."""
        value = self.by.value
        if value is not None and self.now.value is not None and self.before.value is not None:
            value = math.copysign(value, self.now.value - self.before.value)
        return replace(self.by, key=f"{self.by.key}±", value=value, signed=True)


def uncertain(now: Figure, before: Figure) -> float:
    """How far two shares, or two rates of rare events, may lie apart by chance; nothing is known of other numbers."""
    if now.unit not in ("%", PER) or now.value is None or before.value is None:
        return 0.0
    parts = 0.0
    for figure in (now, before):
        if figure.value is None or not figure.denominator:
            return math.inf
        if now.unit == PER:
            # Rare events vary as their number does; none is told of no better than one is.
            parts += max(figure.numerator or 0.0, 1.0) * (10_000 / figure.denominator) ** 2
            continue
        share = min(max(figure.value / 100, 1 / (figure.denominator + 2)), 1 - 1 / (figure.denominator + 2))
        parts += share * (1 - share) / figure.denominator
    return BEYOND * (1 if now.unit == PER else 100) * math.sqrt(parts)


def usual(past: list[float | None], now: float | None) -> float:
    """How much a number usually changes from month to month."""
    found = spread(past)
    return BEYOND * found if found is not None else UNKNOWN_USUAL * abs(now or 0.0)


def spread(past: list[float | None]) -> float | None:
    """The robust standard deviation of the changes from month to month; None where too few are known."""
    pairs = zip(past, past[1:], strict=False)
    changes = [after - before for before, after in pairs if before is not None and after is not None]
    if len(changes) < CHANGES_ENOUGH:
        return None
    middle = statistics.median(changes)
    return _MAD * statistics.median(abs(change - middle) for change in changes)


def change(
    shown: Figure,
    against: Figure,
    unit: str,
    decimals: int,
    limit: float,
    *,
    now: Figure | None = None,
    before: Figure | None = None,
) -> Change:
    """A difference and whether it is one."""
    label = (before or against).key.split("@")[1]
    kept = replace(shown, key=f"{shown.key}~{label}", unit=unit, decimals=decimals, small=False)
    if shown.value is None or against.value is None:
        return Change(now or shown, before or against, replace(kept, value=None), "", ())
    difference = shown.value - against.value
    bound = replace(kept, key=f"{kept.key}!", name="惯常变化", value=limit, numerator=None, denominator=None)
    beyond = abs(difference) > limit and round(abs(difference), decimals) > 0
    way = ("up" if difference > 0 else "down") if beyond else "same"
    by = replace(kept, value=abs(difference), numerator=None, denominator=None)
    return Change(now or shown, before or against, by, way, (bound,))
