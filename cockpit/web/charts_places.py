"""Charts that lay places side by side: bars against a target, and what a whole is made of."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from cockpit.board.quantity import Target
from cockpit.web import charts, words
from cockpit.web.charts import PALETTES, Look

ROW, FRAME = 28, 56
#: From what share of the whole a part has room for its number, in percent.
ROOM = 9.0
SHORTENED = 10
#: From what part of the target on a bar that misses it has room for its number.
INSIDE = 0.35
#: Before the number of what misses its target, so that its colour is not the only sign.
MISSED = "✗ "


def bars(
    rows: pl.DataFrame, unit: str, *, target: Target | None = None, mark: str = "", look: Look | None = None
) -> go.Figure:
    """One bar per place, the first row at the top, each with its number.

    What misses the target has another colour and a sign, and says by how much when pointed at.

    Args:
        rows: place, value (null = 无数据), in the order shown.
        unit: "%", "分钟" or a word of counting.
        target: a line across all bars; None = there is none.
        mark: place that is drawn strong, e.g. 全市; "" = none.
        look: light or dark; None = as the visitor sees the page.
    """
    look = look or charts.look()
    palette = PALETTES[look]
    say = charts.say_as(unit, target.value if target else None)
    places, values = rows["place"].to_list(), rows["value"].to_list()
    missed = [target is not None and value is not None and not target.met(value) for value in values]
    # Beside its bar, the number of what just misses the target would lie on the target's line.
    inside = [miss and value > INSIDE * target.value for value, miss in zip(values, missed, strict=True) if target]
    inside = inside or [False] * len(values)
    figure = go.Figure(
        go.Bar(
            x=[0 if value is None else value for value in values],
            y=list(range(len(places))),
            orientation="h",
            text=[(MISSED if miss else "") + say(value) for value, miss in zip(values, missed, strict=True)],
            textposition=["inside" if within else "outside" for within in inside],
            insidetextanchor="end",
            cliponaxis=False,
            constraintext="none",
            textangle=0,
            textfont={"color": [palette.panel if within else palette.ink for within in inside], "size": 13},
            marker={"color": [palette.miss if miss else palette.accent for miss in missed], "cornerradius": 2},
            width=[0.68 if place == mark else 0.58 for place in places],
            customdata=[
                [charts.text(place), say(value) + (_gap(value, target) if miss else "")]
                for place, value, miss in zip(places, values, missed, strict=True)
            ],
            hovertemplate="%{customdata[0]}  %{customdata[1]}<extra></extra>",
        )
    )
    highest = max([value for value in values if value is not None], default=0)
    end = max(highest, target.value if target else 0, 1e-9)
    figure.update_xaxes(visible=False, range=[0, end * 1.4])
    figure.update_yaxes(
        tickvals=list(range(len(places))),
        ticktext=[_name(place, strong=place == mark) for place in places],
        range=[len(places) - 0.5, -0.5],
        showgrid=False,
        ticks="",
        tickfont={"color": palette.ink},
    )
    top = 8
    if target:
        top = 28
        figure.add_vline(x=target.value, line={"color": palette.ink_soft, "width": 1, "dash": "dot"})
        sign = "≥" if target.direction == "at_least" else "≤"
        figure.add_annotation(
            x=target.value,
            y=1,
            yref="paper",
            yanchor="bottom",
            xanchor="right" if target.value > end * 0.5 else "left",
            text=charts.text(f"目标 {sign} {_plain(target.value, unit)}"),
            showarrow=False,
            font={"color": palette.ink_soft, "size": 12},
        )
    return charts.finished(figure, look, ROW * len(places) + FRAME - 24, margin={"l": 8, "r": 16, "t": top, "b": 4})


def shares(rows: pl.DataFrame, parts: Sequence[tuple[str, str]], *, look: Look | None = None) -> go.Figure:
    """What a whole is made of, place by place: one stacked bar to 100% each, with the parts always in one order.

    Args:
        rows: place, then one column of counts per part; null counts as none. A place without any count stays empty.
        parts: column and Chinese name of each part, the most important first; at most seven.
        look: light or dark; None = as the visitor sees the page.
    """
    look = look or charts.look()
    palette = PALETTES[look]
    columns = [column for column, _ in parts]
    counts = rows.select("place", pl.col(columns).fill_null(0).cast(pl.Float64))
    whole = pl.sum_horizontal(columns)
    percent = counts.select(pl.when(whole > 0).then(pl.col(column) / whole * 100).alias(column) for column in columns)
    places = rows["place"].to_list()
    figure = go.Figure()
    for (column, title), colour in zip(parts, palette.series, strict=False):
        share, count = percent[column].to_list(), counts[column].to_list()
        figure.add_bar(
            x=share,
            y=list(range(len(places))),
            orientation="h",
            name=charts.text(title),
            marker={"color": colour, "line": {"color": palette.panel, "width": 1}},
            width=0.6,
            text=[f"{value:.0f}%" if value is not None and value >= ROOM else "" for value in share],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            textfont={"color": _on(colour), "size": 12},
            customdata=[
                [charts.text(place), words.percent(value), words.number(number)]
                for place, value, number in zip(places, share, count, strict=True)
            ],
            hovertemplate=f"%{{customdata[0]}}  {charts.text(title)} %{{customdata[1]}}（%{{customdata[2]}}）"
            "<extra></extra>",
        )
    figure.update_xaxes(visible=False, range=[0, 100])
    figure.update_yaxes(
        tickvals=list(range(len(places))),
        ticktext=[_name(place) for place in places],
        range=[len(places) - 0.5, -0.5],
        showgrid=False,
        ticks="",
        tickfont={"color": palette.ink},
    )
    height = ROW * len(places) + FRAME
    return charts.finished(figure, look, height, barmode="stack", showlegend=True, legend={"traceorder": "normal"})


def _gap(value: float | None, target: Target | None) -> str:
    """By how much a value misses its target: （差 2.0）, （超 3.0）; nothing where that is less than can be told."""
    if value is None or target is None:
        return ""
    gap = words.number(abs(value - target.value), 1)
    return "" if gap == "0.0" else f"（{'差' if target.direction == 'at_least' else '超'} {gap}）"


def _plain(value: float, unit: str) -> str:
    digits = words.number(value, 0 if float(value).is_integer() else 1)
    return f"{digits}%" if unit == words.PERCENT else f"{digits} {unit}".strip()


def _name(place: str, *, strong: bool = False) -> str:
    """A name that leaves room for the bars on a phone; hovering says it whole."""
    short = place if len(place) <= SHORTENED else place[: SHORTENED - 1] + "…"
    return f"<b>{charts.text(short)}</b>" if strong else charts.text(short)


def _on(colour: str) -> str:
    """Text that can be read on a colour: the nearer of black and white by relative luminance."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"
