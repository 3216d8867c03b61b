"""Charts over months: a line against the same months a year before and against a target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go
import polars as pl

from cockpit.board.quantity import Target
from cockpit.web import charts, words
from cockpit.web.charts import PALETTES, Look

#: About how high the part with the lines is, and how far two labels beside it must be apart, in pixels.
PLOT_HIGH, LABEL_APART = 170.0, 18.0


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
            cliponaxis=False,
            line={"color": colour, "width": width, "dash": dash},
            marker={"size": 6 if column == "value" else 4, "color": colour},
            customdata=[
                [words.month(_years_before(month, years)), charts.text(say(value))]
                for month, value in zip(months, values, strict=True)
            ],
            hovertemplate=f"%{{customdata[0]}}  %{{customdata[1]}}<extra>{charts.text(name)}</extra>",
        )
    step = max(1, -(-len(months) // 7))
    shown = [place for place in ticks if (len(months) - 1 - place) % step == 0]
    # On a phone the labels would be turned on end; so few and short ones fit as they are.
    figure.update_xaxes(
        tickvals=shown,
        ticktext=_ticks([months[place] for place in shown]),
        tickangle=0,
        range=[-0.4, len(months) - 0.6],
    )
    around = _range(rows, target, from_zero=from_zero)
    figure.update_yaxes(
        range=around,
        # Rates lie close together: rounded to whole ones, two lines of the grid would carry the same number.
        tickformat=",.0f" if unit != words.PERCENT else ",.2~f",
        ticksuffix="%" if unit == words.PERCENT else "",
        nticks=5,
    )
    if target:
        figure.add_hline(y=target.value, line={"color": palette.ink_soft, "width": 1, "dash": "dot"})
    beside = _beside(figure, rows, say, target, unit, around, palette)
    compared = sum(trace.name is not None for trace in figure.data) > 1
    return charts.finished(figure, look, 272, showlegend=compared, margin={"l": 8, "r": beside, "t": 20, "b": 8})


def _range(rows: pl.DataFrame, target: Target | None, *, from_zero: bool) -> list[float] | None:
    """From where to where the axis goes, with room above and below the lines; None where there is no number."""
    lines = [rows[column].drop_nulls().to_list() for column in ("value", "last_year") if column in rows.columns]
    values = [float(value) for line in lines for value in line]
    if not values:
        return None
    values += [target.value] if target else []
    low, high = 0.0 if from_zero else min(values), max(values)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return [0.0 if from_zero or low >= 0 > low - room else low - room, high + room]


def _beside(
    figure: go.Figure,
    rows: pl.DataFrame,
    say: charts.Say,
    target: Target | None,
    unit: str,
    around: list[float] | None,
    palette: charts.Palette,
) -> int:
    """Write the last known number, and the target, to the right of where their lines end; returns the room they take.

    There they lie on no line. Where the two would lie on each other, both give way.
    """
    labels: list[tuple[float, str, str]] = []
    values = rows["value"].to_list()
    last = max((place for place, value in enumerate(values) if value is not None), default=None)
    if last is not None:
        labels.append((float(values[last]), say(values[last]), palette.accent))
    if target:
        said = f"目标 {words.number(target.value)}{'%' if unit == words.PERCENT else f' {unit}'}"
        labels.append((target.value, said, palette.ink_soft))
    shifts = [0.0] * len(labels)
    if len(labels) == 2 and around:
        above = (labels[0][0] - labels[1][0]) / (around[1] - around[0]) * PLOT_HIGH
        missing = max(LABEL_APART - abs(above), 0.0) * (1 if above >= 0 else -1)
        shifts = [missing / 2, -missing / 2]
    for (value, said, colour), shift in zip(labels, shifts, strict=True):
        own = colour == palette.accent
        figure.add_annotation(
            x=last if own else 1,
            xref="x" if own else "paper",
            xanchor="left",
            xshift=8 if own else 4,
            y=value,
            yshift=shift,
            text=f"<b>{charts.text(said)}</b>" if own else charts.text(said),
            showarrow=False,
            # Where the line ends early, the one of the year before goes on below the label.
            bgcolor=palette.panel if own and last != rows.height - 1 else None,
            font={"color": colour, "size": 13 if own else 12},
        )
    return 20 + max((round(_wide(said)) for _, said, _ in labels), default=0)


def _wide(text: str) -> float:
    """About how many pixels a label takes: a Chinese sign is as wide as it is high."""
    return sum(13.0 if ord(sign) > 0x2E7F else 8.0 for sign in text)


def _ticks(months: Sequence[date]) -> list[str]:
    """The months, each year below the first of its months that is written; not below two beside each other."""
    found = []
    for place, month in enumerate(months):
        new = place == 0 or month.year != months[place - 1].year
        soon = place == 0 and len(months) > 1 and months[1].year != month.year
        found.append(f"{month.month}月<br>{month.year}年" if new and not soon else f"{month.month}月")
    return found


def _years_before(month: date, years: int) -> date:
    return date(month.year - years, month.month, 1)
