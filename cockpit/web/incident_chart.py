"""The course of a reading around the moment at which it began to alert: its levels as lines, that moment marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import plotly.graph_objects as go

from alerts.definition import Definition, Thresholds
from alerts.document import signs
from cockpit.board.incident_course import Course
from cockpit.web import alerts_words, charts
from cockpit.web.charts import PALETTES, Look

HEIGHT = 300
#: About how high the part with the lines is, and how far two labels beside it must be apart, in pixels.
PLOT_HIGH, LABEL_APART = 230.0, 16.0
#: Level lines beyond so many times the largest value would flatten the course: they are named below the chart instead.
FAR = 3.0
_EDGES = {"yellow": "黄", "orange": "橙", "red": "红", "recovery": "恢复"}
_DASHES = {"yellow": "dot", "orange": "dash", "red": "solid", "recovery": "longdashdot"}


def figure(
    course: Course,
    definition: Definition,
    thresholds: Thresholds,
    begun: datetime,
    *,
    look: Look | None = None,
) -> go.Figure:
    """The course.

    Args:
        course: the readings; a gap where there is no value.
        definition: the indicator.
        thresholds: in force when it began.
        begun: when it began.
        look: light or dark; None = as the visitor sees the page.
    """
    look = look or charts.look()
    palette = PALETTES[look]
    times, values = course.points["at"].to_list(), course.points["value"].to_list()
    made = go.Figure()
    # A baseline is a value to compare with only where it is of the same kind, which the unit cannot tell: hover only.
    made.add_scatter(
        x=[_axis(at) for at in times],
        y=values,
        mode="lines+markers",
        line={"color": palette.accent, "width": 2.5},
        marker={"size": 5, "color": palette.accent},
        customdata=[_hover(at, value, course, definition) for at, value in zip(times, values, strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    shown = _shown(thresholds, values)
    low, high = _span(definition, [*shown.values(), *(value for value in values if value is not None)])
    places = _apart({edge: (level - low) / (high - low) * PLOT_HIGH for edge, level in shown.items()})
    met, over = signs(definition)
    for edge, level in shown.items():
        colour = palette.levels.get("normal" if edge == "recovery" else edge, palette.usual)
        made.add_hline(y=level, line={"color": colour, "width": 1.5, "dash": _DASHES[edge]})
        made.add_annotation(
            x=1, xref="paper", xanchor="left", y=low + places[edge] / PLOT_HIGH * (high - low), yanchor="middle",
            text=f" {_EDGES[edge]} {over if edge == 'recovery' else met} {level:g}", showarrow=False,
            font={"size": 12, "color": palette.ink_soft},
        )  # fmt: skip
    made.add_vline(x=_axis(begun), line={"color": palette.ink, "width": 1.5, "dash": "dot"})
    made.add_annotation(
        x=_axis(begun), y=1.0, yref="paper", yanchor="bottom", text="开始报警", showarrow=False,
        font={"size": 12, "color": palette.ink},
    )  # fmt: skip
    form = "%H:%M" if course.fast else "%m-%d"
    made.update_xaxes(tickformat=form, nticks=8, type="date")
    made.update_yaxes(tickformat="", range=[low, high])
    return charts.finished(made, look, HEIGHT, margin={"l": 8, "r": 84, "t": 28, "b": 8})


def _shown(thresholds: Thresholds, values: Sequence[float | None]) -> dict[str, float]:
    """The levels that are drawn."""
    known = [abs(value) for value in values if value is not None]
    most = FAR * max([abs(thresholds.yellow), *known])
    return {edge: level for edge in _EDGES if abs(level := getattr(thresholds, edge)) <= most}


def _span(definition: Definition, values: Sequence[float]) -> tuple[float, float]:
    """From where to where the axis goes: from 0 where high is bad, else close around what is drawn."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * 0.1 or 1.0
    return (min(low, 0.0) if definition.direction == "up" else low - room), high + room


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """Heights of labels, moved up where two would lie over each other."""
    found: dict[str, float] = {}
    before = float("-inf")
    for edge, height in sorted(places.items(), key=lambda pair: pair[1]):
        before = found[edge] = max(height, before + LABEL_APART)
    return found


def said(course: Course, definition: Definition, where: str) -> str:
    """What the chart shows, for those who cannot see it."""
    known = course.points["value"].drop_nulls()
    if known.is_empty():
        return f"{where}的{definition.name}：没有读数。"
    low, high = (alerts_words.number(float(str(value)), definition) for value in (known.min(), known.max()))
    return f"{where}的{definition.name}在报警前后的走势：最低 {low}，最高 {high}。"


def _axis(at: datetime) -> str:
    """A time of the city's clock as it stands; Plotly would move it into the browser's zone."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _hover(at: datetime, value: float | None, course: Course, definition: Definition) -> str:
    when = f"{at:%H:%M}" if course.fast else f"{at:%m-%d %H:%M}"
    return charts.text(f"{when}  {alerts_words.number(value, definition)}")
