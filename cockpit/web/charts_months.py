"""Charts over months: a line against the same months a year before and against a target."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import polars as pl

from cockpit.board.quantity import Target
from cockpit.web import charts, words
from cockpit.web.charts import PALETTES, Look


def trend(
    rows: pl.DataFrame,
    unit: str,
    *,
    now: str = "本期",
    before: str = "去年同期",
    target: Target | None = None,
    from_zero: bool = False,
    look: Look | None = None,
) -> go.Figure:
    """How a number went month by month, with the same months of the year before as a dashed line.

    Args:
        rows: month (a date, its first day), value, and last_year where there is something to compare; null is a gap.
        unit: "%", "分钟" or a word of counting.
        now: name of the full line.
        before: name of the dashed line.
        target: a level line; None = there is none.
        from_zero: whether the axis begins at 0; counts always should.
        look: light or dark; None = as the visitor sees the page.
    """
    look = look or charts.look()
    palette = PALETTES[look]
    say = charts.say_as(unit, target.value if target else None)
    months = rows["month"].to_list()
    ticks = list(range(len(months)))
    figure = go.Figure()
    lines = [("last_year", before, palette.usual, "dash", 2.0), ("value", now, palette.accent, "solid", 2.5)]
    for column, name, colour, dash, width in lines:
        if column not in rows.columns or rows[column].null_count() == rows.height:
            continue
        values = rows[column].to_list()
        years = 1 if column == "last_year" else 0
        figure.add_scatter(
            x=ticks,
            y=values,
            name=charts.text(name),
            mode="lines+markers",
            line={"color": colour, "width": width, "dash": dash},
            marker={"size": 6 if column == "value" else 4, "color": colour},
            customdata=[
                [words.month(_years_before(month, years)), charts.text(say(value))]
                for month, value in zip(months, values, strict=True)
            ],
            hovertemplate=f"%{{customdata[0]}}  %{{customdata[1]}}<extra>{charts.text(name)}</extra>",
        )
    _say_last(figure, rows, say, palette.accent)
    step = max(1, -(-len(months) // 7))
    shown = [place for place in ticks if (len(months) - 1 - place) % step == 0]
    figure.update_xaxes(
        tickvals=shown,
        ticktext=[_tick(months[place], first=place == shown[0]) for place in shown],
        range=[-0.4, len(months) - 0.6],
    )
    figure.update_yaxes(
        rangemode="tozero" if from_zero else "normal",
        # Rates lie close together: rounded to whole ones, two lines of the grid would carry the same number.
        tickformat=",.0f" if unit != words.PERCENT else ",.2~f",
        ticksuffix="%" if unit == words.PERCENT else "",
        nticks=5,
    )
    if target:
        figure.add_hline(y=target.value, line={"color": palette.ink_soft, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=target.value,
            yanchor="bottom",
            text=charts.text(f"目标 {words.number(target.value)}{'%' if unit == words.PERCENT else f' {unit}'}"),
            showarrow=False,
            font={"color": palette.ink_soft, "size": 12},
        )
    compared = sum(trace.name is not None for trace in figure.data) > 1
    return charts.finished(figure, look, 272, showlegend=compared, margin={"l": 8, "r": 16, "t": 20, "b": 8})


def _say_last(figure: go.Figure, rows: pl.DataFrame, say: charts.Say, colour: str) -> None:
    """The last known number is written at its point."""
    values = rows["value"].to_list()
    last = max((place for place, value in enumerate(values) if value is not None), default=None)
    if last is not None:
        figure.add_annotation(
            x=last,
            y=values[last],
            text=f"<b>{charts.text(say(values[last]))}</b>",
            showarrow=False,
            yshift=14,
            xanchor="right" if last == len(values) - 1 else "center",
            font={"color": colour},
        )


def _tick(month: date, *, first: bool) -> str:
    """The month alone; with its year where a year begins or the axis does."""
    return f"{month.month}月<br>{month.year}年" if first or month.month == 1 else f"{month.month}月"


def _years_before(month: date, years: int) -> date:
    return date(month.year - years, month.month, 1)
