"""Charts over time: lines over months, and a column for each day of a month."""

from __future__ import annotations

from itertools import groupby

from cockpit.report import fonts
from cockpit.report.drawing_canvas import ACCENT, GREY, HAIR, INK, MIDDLE, PALE, SIZE, SMALL, WIDTH, Canvas
from cockpit.report.drawing_scale import (
    Scale,
    broken,
    every,
    grid,
    months,
    number,
    of_role,
    present,
    runs,
    scale,
    spread,
)
from cockpit.report.model import Chart, Series

_HEIGHT, _TOP, _BOTTOM = 168.0, 24.0, 30.0
#: Room for names right of the lines: what they need, at most this.
_ROOM = 84.0
#: How the main lines differ where there are several: colour (lightness) and dash.
_LINES: tuple[tuple[str, tuple[float, ...] | None], ...] = (
    (ACCENT, None),
    (INK, (6, 2)),
    (GREY, (2, 1.5)),
    (ACCENT, (8, 2, 2, 2)),
    (MIDDLE, None),
)
_BEFORE: tuple[float, ...] = (3, 2)


def lines(chart: Chart) -> str:
    """Lines over months, named at their ends; the usual band as a light area, a missing month as a gap."""
    names = [broken(one.name, _ROOM, SIZE, 2) for one in of_role(chart, "main", "part", "before")]
    if chart.target is not None:
        names.append(broken(_target(chart), _ROOM, SIZE, 2))
    if band := _band(chart):
        names.append(broken(band[2], _ROOM, SIZE, 2))
    names.append(["00,000.0"])
    room = max(fonts.width(line, SIZE) for name in names for line in name) + 8
    sheet, upright, left, right = _sheet(chart, room, from_zero=False)
    step = (right - left) / max(len(chart.labels), 1)
    places = [left + (place + 0.5) * step for place in range(len(chart.labels))]
    _draw_band(sheet, chart, places, upright)
    _draw_axis(sheet, chart, upright, places, left, right)
    ends: list[tuple[float, list[str], str]] = []
    _draw_target(sheet, chart, upright, left, right, ends)
    drawn = [*of_role(chart, "before"), *of_role(chart, "part", "main")]
    main = 0
    for series in drawn:
        colour = GREY
        dash: tuple[float, ...] | None = _BEFORE
        wide = 0.9
        if series.role != "before":
            (colour, dash), wide = _LINES[main % len(_LINES)], 1.5
            main += 1
        _draw_line(sheet, series, places, upright, colour, dash, wide)
        last = max(place for place, value in enumerate(series.values) if value is not None)
        value = series.values[last]
        assert value is not None
        said = broken(series.name, _ROOM, SIZE, 2)
        if series.role != "before":
            said = [*said, number(value, chart.decimals)]
        ends.append((upright(value), said, colour))
    if band:
        ends.append((upright((band[0] + band[1]) / 2), broken(band[2], _ROOM, SIZE, 2), GREY))
    _write_ends(sheet, ends, right + 6)
    return sheet.svg()


def columns(chart: Chart) -> str:
    """A column for each day; other lines and the target over them, words above the days that have one."""
    others = of_role(chart, "main")[1:] + of_role(chart, "before", "part")
    band = _band(chart)
    names = [broken(one.name, _ROOM, SIZE, 2) for one in others]
    names += [broken(_target(chart), _ROOM, SIZE, 2)] if chart.target is not None else []
    names += [broken(band[2], _ROOM, SIZE, 2)] if band else []
    room = max((fonts.width(line, SIZE) for name in names for line in name), default=0.0) + 8
    sheet, upright, left, right = _sheet(chart, room, from_zero=True)
    step = (right - left) / max(len(chart.labels), 1)
    places = [left + (place + 0.5) * step for place in range(len(chart.labels))]
    _draw_words(sheet, chart, places, step)
    _draw_band(sheet, chart, places, upright)
    _draw_axis(sheet, chart, upright, places, left, right)
    for series in of_role(chart, "main")[:1]:
        for place, value in enumerate(series.values[: len(places)]):
            if value is not None:
                low, high = sorted((upright(0.0), upright(value)))
                sheet.box(places[place] - step * 0.34, low, step * 0.68, max(high - low, 0.4), ACCENT)
    ends: list[tuple[float, list[str], str]] = []
    _draw_target(sheet, chart, upright, left, right, ends)
    for order, series in enumerate(others):
        colour, dash = (INK, _BEFORE) if series.role == "before" else _LINES[(order + 1) % len(_LINES)]
        _draw_line(sheet, series, places, upright, colour, dash, 1.0)
        last = next(value for value in reversed(series.values) if value is not None)
        ends.append((upright(last), broken(series.name, _ROOM, SIZE, 2), colour))
    if band:
        ends.append((upright((band[0] + band[1]) / 2), broken(band[2], _ROOM, SIZE, 2), GREY))
    _write_ends(sheet, ends, right + 6)
    return sheet.svg()


def _sheet(chart: Chart, room: float, from_zero: bool) -> tuple[Canvas, Scale, float, float]:
    held = present(chart.series) + ([chart.target] if chart.target is not None else [])
    sheet = Canvas(WIDTH, _HEIGHT)
    upright = scale(held, _BOTTOM, _HEIGHT - _TOP, from_zero)
    left = max(fonts.width(upright.tick(tick), SMALL) for tick in upright.ticks) + 8
    return sheet, upright, left, WIDTH - max(room, 4.0)


def _draw_axis(sheet: Canvas, chart: Chart, upright: Scale, places: list[float], left: float, right: float) -> None:
    grid(sheet, upright, left, right, upright.tick)
    if chart.unit:
        sheet.text((0, _HEIGHT - 6), f"单位：{chart.unit}", size=SMALL, colour=GREY)
    sheet.line([(left, _BOTTOM), (right, _BOTTOM)], INK, 0.6)
    step = (right - left) / max(len(places), 1)
    labels = months(chart.labels)
    if chart.kind == "days":
        labels = [(above.removesuffix("日"), below) for above, below in labels]
    each = every([above for above, _ in labels], step)
    for place, (above, below) in enumerate(labels):
        if place % each == 0 or below:
            sheet.line([(places[place], _BOTTOM), (places[place], _BOTTOM - 2.5)], INK, 0.5)
            sheet.text((places[place], _BOTTOM - 9), above, "center")
            sheet.text((places[place], _BOTTOM - 20), below, "center", SMALL, GREY)
    if chart.kind == "days" and any(label.endswith("日") for label in chart.labels):
        sheet.text((right + 3, _BOTTOM - 9), "日")


def _band(chart: Chart) -> tuple[float, float, str] | None:
    """The edges of the usual band at its last place, and what it is called."""
    low, high = of_role(chart, "low"), of_role(chart, "high")
    if not low or not high:
        return None
    both = [
        (one, other)
        for one, other in zip(low[0].values, high[0].values, strict=False)
        if one is not None and other is not None
    ]
    return (*both[-1], "通常范围") if both else None


def _draw_band(sheet: Canvas, chart: Chart, places: list[float], upright: Scale) -> None:
    low, high = of_role(chart, "low"), of_role(chart, "high")
    if not low or not high:
        return
    half = (places[1] - places[0]) / 2 if len(places) > 1 else 10.0
    edges = [
        None if one is None or other is None else (one, other)
        for one, other in zip(low[0].values, high[0].values, strict=False)
    ]
    for run in runs([None if edge is None else edge[0] for edge in edges]):
        held = [(places[place], edge) for place in run if (edge := edges[place]) is not None]
        if len(held) == 1:
            held = [(held[0][0] - half, held[0][1]), (held[0][0] + half, held[0][1])]
        under = [(x, upright(edge[0])) for x, edge in held]
        over = [(x, upright(edge[1])) for x, edge in held]
        sheet.area([*under, *reversed(over)], PALE)


def _draw_line(
    sheet: Canvas,
    series: Series,
    places: list[float],
    upright: Scale,
    colour: str,
    dash: tuple[float, ...] | None,
    wide: float,
) -> None:
    """The line; a number that stands alone is a dot, so is the last one."""
    found = runs(series.values)
    for run in found:
        points = [(places[place], upright(value)) for place in run if (value := series.values[place]) is not None]
        if len(points) > 1:
            sheet.line(points, colour, wide, dash)
        if len(points) == 1 or run is found[-1]:
            sheet.dot(points[-1], 2.2 if wide > 1 else 1.6, colour)


def _target(chart: Chart) -> str:
    assert chart.target is not None
    places = 0 if float(chart.target).is_integer() else max(chart.decimals, 1)
    return f"{chart.target_name or '目标'} {number(chart.target, places)}"


def _draw_target(
    sheet: Canvas,
    chart: Chart,
    upright: Scale,
    left: float,
    right: float,
    ends: list[tuple[float, list[str], str]],
) -> None:
    if chart.target is not None:
        at = upright(chart.target)
        sheet.line([(left, at), (right, at)], INK, 0.8, (1.2, 1.6))
        ends.append((at, broken(_target(chart), _ROOM, SIZE, 2), INK))


def _draw_words(sheet: Canvas, chart: Chart, places: list[float], step: float) -> None:
    """A light area behind days that have a word, and the word above, once for days side by side."""
    words = [(chart.marks or {}).get(label, "") for label in chart.labels]
    high, free = _HEIGHT - _TOP, 0.0
    for word, days in groupby(range(len(words)), key=lambda place: words[place]):
        held = list(days)
        if not word:
            continue
        start, end = places[held[0]] - step / 2, places[held[-1]] + step / 2
        sheet.box(start, _BOTTOM, end - start, high - _BOTTOM, "#f3f0ea")
        sheet.line([(start, high), (end, high)], HAIR, 0.6)
        wide = fonts.width(fonts.printable(word), SMALL)
        middle = min(max((start + end) / 2, free + wide / 2), WIDTH - wide / 2)
        sheet.text((middle, high + 6), word, "center", SMALL, GREY)
        free = middle + wide / 2 + 3


def _write_ends(sheet: Canvas, ends: list[tuple[float, list[str], str]], left: float) -> None:
    """The names at the lines' ends, moved apart where they would touch."""
    line = SIZE * 1.2
    pitch = max((len(said) for _, said, _ in ends), default=1) * line
    heights = spread([at for at, _, _ in ends], pitch, _BOTTOM, _HEIGHT - 8)
    for height, (_, said, colour) in zip(heights, ends, strict=True):
        top = height + (len(said) - 1) * line / 2
        for place, words in enumerate(said):
            sheet.text((left, top - place * line), words, colour=colour)
