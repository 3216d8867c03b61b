"""The course of a reading around the moment at which it began to alert: its levels as lines, that moment marked."""

from __future__ import annotations

from datetime import datetime

import plotly.graph_objects as go

from alerts.definition import Definition, Thresholds
from alerts.document import signs
from cockpit.board.incident_course import Course
from cockpit.web import alerts_words, charts
from cockpit.web.charts import PALETTES, Look

HEIGHT = 300
#: Level lines beyond so many times the largest value would flatten the course: they are named below the chart instead.
FAR = 3.0
_EDGES = (("yellow", "黄"), ("orange", "橙"), ("red", "红"), ("recovery", "恢复"))
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
    known = [value for value in values if value is not None]
    highest = max(known, default=0.0)
    met, over = signs(definition)
    for edge, said in _EDGES:
        level = getattr(thresholds, edge)
        if known and abs(level) > FAR * max(abs(highest), abs(thresholds.yellow)):
            continue
        colour = palette.levels.get("normal" if edge == "recovery" else edge, palette.usual)
        made.add_hline(
            y=level,
            line={"color": colour, "width": 1.5, "dash": _DASHES[edge]},
            annotation={
                "text": f"{said} {over if edge == 'recovery' else met} {level:g}",
                "font": {"size": 12, "color": palette.ink_soft},
                "xanchor": "left",
                "x": 1.0,
                "yanchor": "middle",
                "showarrow": False,
            },
        )
    made.add_vline(x=_axis(begun), line={"color": palette.ink, "width": 1.5, "dash": "dot"})
    made.add_annotation(
        x=_axis(begun), y=1.0, yref="paper", yanchor="bottom", text="开始报警", showarrow=False,
        font={"size": 12, "color": palette.ink},
    )  # fmt: skip
    form = "%H:%M" if course.fast else "%m-%d"
    made.update_xaxes(tickformat=form, nticks=8, type="date")
    made.update_yaxes(tickformat="", rangemode="normal" if definition.direction == "down" else "tozero")
    return charts.finished(made, look, HEIGHT, margin={"l": 8, "r": 84, "t": 28, "b": 8})


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
