"""Scales and labels of a chart: where a number stands, which are written beside the axis, how names are broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from cockpit.report import fonts
from cockpit.report.drawing_canvas import HAIR, SIZE, SMALL, Canvas
from cockpit.report.model import Chart, Series

#: What stands between two lines of a name, as a share of the letters' size.
LEADING = 1.16
_MONTH = re.compile(r"(\d{4})\s*(?:年|-|/|\.)\s*0?(\d{1,2})月?")


@dataclass(frozen=True)
class Scale:
    """Places numbers between two points of an axis.

    Attributes:
        low: number at `start`.
        high: number at `end`.
        start: place in points.
        end: place in points.
        ticks: numbers written beside the axis.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """Where the number stands."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def tick(self, value: float) -> str:
        """The number as it is written beside the axis."""
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else 1.0
        places = next((places for places in range(4) if abs(round(step, places) - step) < 1e-9), 4)
        return number(value, places)


def number(value: float, places: int) -> str:
    """A number as the report writes it: thousands set off, a real minus sign, no sign at nought."""
    text = f"{value:,.{places}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", "−")


def scale(values: Iterable[float], start: float, end: float, from_zero: bool, about: int = 5) -> Scale:
    """A scale with round numbers that holds all these.

    Args:
        values: numbers to be placed.
        start: where the lowest stands, in points.
        end: where the highest stands.
        from_zero: whether it begins at nought, as lengths must; else only where nought is near.
        about: about how many numbers are written.
    """
    held = list(values) or [0.0, 1.0]
    low, high = min(held), max(held)
    if from_zero or low > 0 and high - low > low * 0.6:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-9:
        low, high = (0.0, high) if high > 0 else (low, 0.0) if low < 0 else (0.0, 1.0)
    finder = MaxNLocator(nbins=about, steps=[1, 2, 2.5, 5, 10])
    ticks = tuple(float(tick) for tick in finder.tick_values(low, high))
    inside = tuple(tick for tick in ticks if tick <= high + (ticks[1] - ticks[0]) * 0.999)
    return Scale(min(inside[0], low), max(inside[-1], high), start, end, inside)


def present(series: Iterable[Series]) -> list[float]:
    """All numbers that are there."""
    return [value for one in series for value in one.values if value is not None]


def of_role(chart: Chart, *roles: str) -> list[Series]:
    """The chart's series that play this part and hold a number."""
    return [one for one in chart.series if one.role in roles and present([one])]


def runs(values: Sequence[float | None]) -> list[list[int]]:
    """Places of numbers that stand side by side; a missing number parts two runs."""
    found: list[list[int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if found and found[-1][-1] == place - 1:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def broken(name: str, room: float, size: float, most: int = 3) -> list[str]:
    """A name in as many lines as it needs, none wider than the room; the last is shortened where even that is too few.

    A line is broken between Chinese letters or at a blank, not within a word of Latin letters or digits.
    """
    lines, line = [], ""
    for piece in re.findall(r"[!-~]+| |[^!-~ ]", fonts.printable(name)):
        for part in _fitting(piece, room, size):
            if line and fonts.width(line + part, size) > room:
                lines.append(line.rstrip())
                line = ""
            line += "" if not line and part == " " else part
    lines.append(line.rstrip())
    if len(lines) > most:
        last = lines[most - 1]
        while last and fonts.width(f"{last}…", size) > room:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last}…"]
    return lines


def write_name(sheet: Canvas, at: tuple[float, float], lines: Sequence[str], size: float, colour: str) -> None:
    """Write a name of one or several lines, flush right, its middle at this height."""
    x, y = at
    top = y + (len(lines) - 1) * size * LEADING / 2
    for place, line in enumerate(lines):
        sheet.text((x, top - place * size * LEADING), line, "right", size, colour)


def spread(wanted: Sequence[float], room: float, low: float, high: float) -> list[float]:
    """Heights near those wanted, but so far apart that labels do not touch, between low and high."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    heights = [min(max(one, low), high) for one in wanted]
    for _ in range(50):
        moved = False
        for below, above in zip(order, order[1:], strict=False):
            short = room - (heights[above] - heights[below])
            if short > 0.01:
                heights[below] = max(low, heights[below] - short / 2)
                heights[above] = min(high, max(heights[above] + short / 2, heights[below] + room))
                moved = True
        if not moved:
            break
    return heights


def grid(sheet: Canvas, across: Scale, left: float, right: float, write: Callable[[float], str]) -> None:
    """Hairlines at the scale's numbers, with the numbers on the left."""
    for tick in across.ticks:
        sheet.line([(left, across(tick)), (right, across(tick))], HAIR, 0.4)
        sheet.text((left - 5, across(tick)), write(tick), "right", SMALL)


def months(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Labels of months in two lines: the month, and the year under the first and each January; others as they are."""
    found: list[tuple[str, str]] = []
    for place, label in enumerate(labels):
        match = _MONTH.fullmatch(fonts.printable(label))
        if match is None:
            found.append((fonts.printable(label), ""))
            continue
        year, month = match[1], int(match[2])
        found.append((f"{month}月", f"{year}年" if place == 0 or month == 1 else ""))
    return found


def every(labels: Sequence[str], step: float, size: float = SIZE) -> int:
    """Each how many labels one is written, so that they do not touch."""
    widest = max((fonts.width(label, size) for label in labels), default=0.0) + 4
    return max(1, -(-int(widest) // max(int(step), 1)) if step < widest else 1)


def _fitting(piece: str, room: float, size: float) -> list[str]:
    """A word cut into parts that fit, where it is wider than the room alone."""
    if fonts.width(piece, size) <= room:
        return [piece]
    parts, part = [], ""
    for sign in piece:
        if part and fonts.width(part + sign, size) > room:
            parts.append(part)
            part = ""
        part += sign
    return [*parts, part]
