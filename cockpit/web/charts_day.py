"""Charts of one day: its course against what is usual."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from cockpit.web import charts
from cockpit.web.charts import PALETTES, Look

HOUR = 60


def day_course(
    slots: pl.DataFrame, today: str, usual: str, unit: str, *, step: int = 15, look: Look | None = None
) -> go.Figure:
    """The course of a day: today as a full line, what is usual dashed, the usual span as a band behind both.

    Args:
        slots: minute (of the day, at which the slot begins), today, usual; and low, high where there is a band. A
            missing value is a gap.
        today: name of the full line.
        usual: name of the dashed line; empty where there is nothing to compare with.
        unit: unit of the numbers.
        step: length of a slot in minutes.
        look: light or dark; None = as the visitor sees the page.
    """
    look = look or charts.look()
    palette = PALETTES[look]
    minutes = slots["minute"].to_list()
    labels = [f"{_clock(minute)}–{_clock(minute + step)}" for minute in minutes]
    hover = "%{customdata}  %{y:,.0f} " + charts.text(unit)
    figure = go.Figure()
    if {"low", "high"} <= set(slots.columns):
        for name, fill in (("high", None), ("low", "tonexty")):
            figure.add_scatter(
                x=minutes,
                y=slots[name].to_list(),
                mode="lines",
                line={"width": 0},
                fill=fill,
                fillcolor=palette.accent_soft,
                hoverinfo="skip",
                showlegend=False,
            )
    if usual:
        figure.add_scatter(
            x=minutes,
            y=slots["usual"].to_list(),
            name=charts.text(usual),
            customdata=labels,
            hovertemplate=f"{hover}<extra>{charts.text(usual)}</extra>",
            mode="lines",
            line={"color": palette.usual, "width": 2, "dash": "dash"},
        )
    known = slots["today"].to_list()
    figure.add_scatter(
        x=minutes,
        y=known,
        name=charts.text(today),
        customdata=labels,
        hovertemplate=f"{hover}<extra>{charts.text(today)}</extra>",
        mode="lines",
        line={"color": palette.accent, "width": 2.5},
        fill="tozeroy" if "low" not in slots.columns and _unbroken(known) else None,
        fillcolor=palette.accent_soft,
    )
    _hours(figure, minutes, step)
    lines = [name for name in ("today", "usual", "high") if name in slots.columns]
    highest = max((value for name in lines for value in slots[name].drop_nulls().to_list()), default=0)
    if highest < 5:
        figure.update_yaxes(dtick=1)
    return charts.finished(figure, look, 256, showlegend=bool(usual))


def _unbroken(values: Sequence[float | None]) -> bool:
    until = max((place for place, value in enumerate(values) if value is not None), default=-1) + 1
    return None not in values[:until]


def _hours(figure: go.Figure, minutes: Sequence[int], step: int) -> None:
    if not minutes:
        return
    first, last = minutes[0] // HOUR, -(-(minutes[-1] + step) // HOUR)
    hours = range(first, last + 1, 1 if last - first <= 8 else 2)
    figure.update_xaxes(tickvals=[hour * HOUR for hour in hours], ticktext=[f"{hour}:00" for hour in hours])


def _clock(minute: int) -> str:
    return f"{minute // HOUR:02d}:{minute % HOUR:02d}"
