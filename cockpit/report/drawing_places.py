"""Charts with a row for each place: bars, two numbers compared, parts of a whole."""

from __future__ import annotations

from dataclasses import replace

from cockpit.report import fonts
from cockpit.report.drawing_canvas import (
    ACCENT,
    DARK_STEPS,
    GREY,
    HAIR,
    INK,
    MIDDLE,
    SIZE,
    SMALL,
    STEPS,
    WIDTH,
    Canvas,
)
from cockpit.report.drawing_rows import Column, Rows, count, rows
from cockpit.report.drawing_scale import Scale, number, of_role, present, scale
from cockpit.report.model import NONE, Chart, Series

_ABOVE, _BELOW = 26.0, 4.0
_HATCHES = ("", "////", "....", "\\\\\\\\")


def bars(chart: Chart) -> str:
    """A bar for each place with its number; the target as a line, the same of before as a mark on the bar."""
    (main, *_), before = (of_role(chart, "main", "part") or [chart.series[0]]), of_role(chart, "before")
    marks = chart.marks or {}
    words = [_number(value, chart.decimals) for value in main.values]
    words = [" ".join(filter(None, pair)) for pair in zip(words, _words(chart), strict=False)]
    size = SIZE if count(len(chart.labels)) == 1 else SMALL
    after = max((fonts.width(fonts.printable(word), size) for word in words), default=0.0) + 8
    held = rows(chart.labels, _ABOVE, _BELOW, after)
    sheet = held.sheet
    values = present([main, *before]) + ([chart.target] if chart.target is not None else [])
    for column in held.columns:
        across = scale(values, column.start, column.end, from_zero=True)
        # Bars need no room beyond the longest: its number stands behind it.
        across = replace(across, high=max([*values, 0.0]) or across.high, low=min([*values, 0.0]))
        _draw_target(sheet, chart, across, column)
        for row in column.rows:
            value = main.values[row.place]
            marked = chart.labels[row.place] in marks
            end = across(0.0)
            if value is not None:
                start, end = sorted((across(0.0), across(value)))
                plain = MIDDLE if marks else STEPS[3]
                thick = min(row.high * 0.62, 9.0)
                sheet.box(start, row.middle - thick / 2, max(end - start, 0.4), thick, ACCENT if marked else plain)
            for one in before:
                past = one.values[row.place]
                if past is not None:
                    sheet.line([(across(past), row.middle - 4.5), (across(past), row.middle + 4.5)], INK, 1.0)
                    end = max(end, across(past))
            sheet.text((end + 4, row.middle), words[row.place], size=held.size, colour=INK)
        sheet.line([(across(0.0), column.low), (across(0.0), column.top)], INK, 0.6)
        _draw_target(sheet, chart, across, column, over=True)
    held.write({place: ACCENT for place, label in enumerate(chart.labels) if label in marks}, INK)
    keys: list[tuple[str, str]] = [(f"▏{one.name}", INK) for one in before]
    _head(sheet, chart, keys)
    return sheet.svg()


def dumbbell(chart: Chart) -> str:
    """Two numbers for each place joined by a line: a ring for before, a full dot with its number for now."""
    before, now = (*of_role(chart, "before"), None)[0], (*of_role(chart, "main"), None)[0]
    first, last = (before or _empty(chart)), (now or _empty(chart))
    size = SIZE if count(len(chart.labels)) == 1 else SMALL
    values = present([first, last]) + ([chart.target] if chart.target is not None else [])
    widest = max((fonts.width(number(value, chart.decimals), size) for value in values), default=0.0) + 6
    words = _words(chart)
    after = max((fonts.width(fonts.printable(word), size) for word in words), default=0.0) + widest + 4
    held = rows(chart.labels, _ABOVE + 10, _BELOW, after)
    sheet = held.sheet
    for column in held.columns:
        across = scale(
            values, column.start + widest, column.end, from_zero=False, about=5 if len(held.columns) < 2 else 3
        )
        for tick in across.ticks:
            sheet.line([(across(tick), column.low), (across(tick), column.top)], HAIR, 0.4)
            sheet.text((across(tick), column.top + 5), across.tick(tick), "center", SMALL, GREY)
        _draw_target(sheet, chart, across, column, over=True, lift=10)
        for row in column.rows:
            past, value = first.values[row.place], last.values[row.place]
            points = [across(one) for one in (past, value) if one is not None]
            if len(points) == 2:
                sheet.line([(points[0], row.middle), (points[1], row.middle)], MIDDLE, 1.6)
            if past is not None:
                sheet.dot((across(past), row.middle), 2.4, "#ffffff", INK, 0.8)
            if value is not None:
                sheet.dot((across(value), row.middle), 2.8, ACCENT)
                left = past is not None and value < past
                at = (across(value) + (-5 if left else 5), row.middle)
                word = number(value, chart.decimals)
                sheet.text(at, word, "right" if left else "left", held.size, INK, halo=True)
            elif past is None:
                sheet.text((column.start + 4, row.middle), NONE, size=held.size, colour=GREY)
            sheet.text((column.end + widest + 2, row.middle), words[row.place], size=held.size, colour=ACCENT)
    held.write({}, INK)
    _head(sheet, chart, [(f"○ {first.name}", INK), (f"● {last.name}", ACCENT)])
    return sheet.svg()


def stack(chart: Chart) -> str:
    """The parts of each place's whole, side by side up to one hundred, with their shares where there is room."""
    parts = list(chart.series)
    held = rows(chart.labels, _ABOVE, _BELOW, 2.0)
    sheet = held.sheet
    for column in held.columns:
        for row in column.rows:
            _draw_parts(sheet, chart, parts, column, row.place, row.middle, min(row.high * 0.76, 11.0), held.size)
    held.write({}, INK)
    left = 0.0
    sheet.text((left, sheet.height - 8), f"单位：{chart.unit}", size=SMALL, colour=GREY)
    left += fonts.width(f"单位：{chart.unit}", SMALL) + 12
    for order, part in enumerate(parts):
        fill, hatch = _look(order, len(parts))
        wide = fonts.width(fonts.printable(part.name), SIZE) + 24
        sheet.box(left, sheet.height - 12, 9, 8, fill, hatch)
        sheet.text((left + 12, sheet.height - 8), part.name)
        left += wide
    return sheet.svg()


def _draw_parts(
    sheet: Canvas,
    chart: Chart,
    parts: list[Series],
    column: Column,
    place: int,
    middle: float,
    thick: float,
    size: float,
) -> None:
    values = [part.values[place] for part in parts]
    whole = sum(value for value in values if value is not None)
    if whole <= 0:
        sheet.text((column.start + 4, middle), NONE, size=size, colour=GREY)
        return
    left = column.start
    for order, value in enumerate(values):
        if not value:
            continue
        wide = (column.end - column.start) * value / whole
        fill, hatch = _look(order, len(parts))
        sheet.box(left, middle - thick / 2, max(wide - 0.6, 0.2), thick, fill, hatch)
        word = number(value, chart.decimals)
        if not hatch and fonts.width(word, SMALL) + 4 < wide:
            sheet.text((left + wide / 2, middle), word, "center", SMALL, "#ffffff" if fill in DARK_STEPS else INK)
        left += wide


def _look(order: int, parts: int) -> tuple[str, str]:
    """Fill and hatch of a part: the first the darkest, each next one lighter."""
    steps = (*reversed(STEPS[1:]), STEPS[0])
    spaced = {1: (0,), 2: (0, 2), 3: (0, 1, 3)}.get(parts, tuple(range(len(steps))))
    return steps[spaced[order % len(spaced)]], _HATCHES[order // len(spaced) % len(_HATCHES)]


def _draw_target(
    sheet: Canvas, chart: Chart, across: Scale, column: Column, over: bool = False, lift: float = 0.0
) -> None:
    """The target as a line through the rows, named above them."""
    if chart.target is None or not over:
        return
    at = across(chart.target)
    sheet.line([(at, column.low), (at, column.top + 2 + lift)], INK, 0.8, (1.2, 1.6))
    places = 0 if float(chart.target).is_integer() else max(chart.decimals, 1)
    words = f"{chart.target_name or '目标'} {number(chart.target, places)}"
    half = fonts.width(fonts.printable(words), SMALL) / 2
    middle = min(max(at, column.left + half), WIDTH - half)
    sheet.text((middle, column.top + 6 + lift), words, "center", SMALL)


def _head(sheet: Canvas, chart: Chart, keys: list[tuple[str, str]]) -> None:
    left = 0.0
    if chart.unit:
        sheet.text((left, sheet.height - 6), f"单位：{chart.unit}", size=SMALL, colour=GREY)
        left += fonts.width(f"单位：{chart.unit}", SMALL) + 14
    for words, colour in keys:
        sheet.text((left, sheet.height - 6), words, colour=colour)
        left += fonts.width(fonts.printable(words), SIZE) + 14


def _words(chart: Chart) -> list[str]:
    return [(chart.marks or {}).get(label, "") for label in chart.labels]


def _number(value: float | None, places: int) -> str:
    return NONE if value is None else number(value, places)


def _empty(chart: Chart) -> Series:
    return Series("", (None,) * len(chart.labels))


__all__ = ["Rows", "bars", "dumbbell", "stack"]
