"""Squares, lighter and darker: a row for each place or queue, a column for each time."""

from __future__ import annotations

from bisect import bisect_right

from matplotlib.ticker import MaxNLocator

from cockpit.report import fonts
from cockpit.report.drawing_canvas import DARK_STEPS, GREY, HAIR, INK, SIZE, SMALL, STEPS, Canvas
from cockpit.report.drawing_rows import Column, count, rows
from cockpit.report.drawing_scale import every, number, present
from cockpit.report.model import Chart

_ABOVE, _BELOW, _PITCH = 36.0, 2.0, 15.0


def heat(chart: Chart) -> str:
    """Squares in five steps from light to dark, told above; a missing number leaves its square empty."""
    names = tuple(series.name for series in chart.series)
    held = rows(names, _ABOVE, _BELOW, 2.0, _PITCH if count(len(names)) == 1 else None)
    sheet = held.sheet
    bounds = _bounds(present(chart.series))
    for column in held.columns:
        step = (column.end - column.start) / max(len(chart.labels), 1)
        _write_times(sheet, chart, column, step)
        for row in column.rows:
            for place, value in enumerate(chart.series[row.place].values):
                left, low = column.start + place * step, row.middle - row.high / 2
                if value is None:
                    middle, half = left + step / 2, min(step, row.high) * 0.16
                    sheet.line([(middle - half, row.middle), (middle + half, row.middle)], HAIR, 0.6)
                    continue
                fill = STEPS[bisect_right(bounds, value)]
                sheet.box(left, low, step - 0.7, row.high - 0.7, fill)
                word = number(value, chart.decimals)
                if fonts.width(word, SMALL) + 3 < step:
                    colour = "#ffffff" if fill in DARK_STEPS else INK
                    sheet.text((left + step / 2 - 0.35, row.middle), word, "center", SMALL, colour)
    held.write({}, INK)
    _write_key(sheet, chart, bounds)
    return sheet.svg()


def _bounds(values: list[float]) -> list[float]:
    """The four round numbers between the five steps; fewer where all numbers lie close."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < 1e-9:
        return []
    ticks = MaxNLocator(nbins=len(STEPS), steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in ticks if low < tick < high][: len(STEPS) - 1]


def _write_times(sheet: Canvas, chart: Chart, column: Column, step: float) -> None:
    each = every([fonts.printable(label) for label in chart.labels], step, SMALL)
    for place, label in enumerate(chart.labels):
        if place % each == 0:
            sheet.text((column.start + (place + 0.5) * step, column.top + 6), label, "center", SMALL)


def _write_key(sheet: Canvas, chart: Chart, bounds: list[float]) -> None:
    """What the steps mean: from which number on."""
    left, high = 0.0, sheet.height - 8
    if chart.unit:
        sheet.text((left, high), f"单位：{chart.unit}", size=SMALL, colour=GREY)
        left += fonts.width(f"单位：{chart.unit}", SMALL) + 14
    if not bounds:
        return
    step = min((b - a for a, b in zip(bounds, bounds[1:], strict=False)), default=bounds[0] or 1.0)
    places = next((places for places in range(4) if abs(round(step, places) - step) < 1e-9), 4)
    places = max(places, next((n for n in range(4) if abs(round(bounds[0], n) - bounds[0]) < 1e-9), 4))
    said = [number(bound, places) for bound in bounds]
    words = [f"不足 {said[0]}"]
    words += [f"{one}～{other}" for one, other in zip(said, said[1:], strict=False)]
    words += [f"{said[-1]} 及以上"]
    for fill, word in zip(STEPS, words, strict=False):
        sheet.box(left, high - 4.5, 12, 9, fill)
        sheet.text((left + 15, high), word, size=SIZE)
        left += fonts.width(word, SIZE) + 28
    if any(value is None for series in chart.series for value in series.values):
        sheet.line([(left + 3, high), (left + 9, high)], HAIR, 0.8)
        sheet.text((left + 14, high), "无数据")
