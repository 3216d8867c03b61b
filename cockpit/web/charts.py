"""Charts of the pages, drawn with our own template, so that neither Streamlit's nor Plotly's defaults show through."""

from __future__ import annotations

import plotly.graph_objects as go
import plotly.io as pio
import polars as pl

TEMPLATE = "cockpit"
#: Chinese type that the visitor's machine may have; none is fetched.
CHINESE_TYPE = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")
TYPE = ", ".join((*CHINESE_TYPE, "sans-serif"))
INK, INK_SOFT, LINE, ACCENT, USUAL = "#1b2733", "#5a6876", "#e6ebf1", "#1d4f91", "#8a96a3"
#: Everything of Plotly that has English words is switched off.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
HOUR = 60

pio.templates[TEMPLATE] = go.layout.Template(
    layout={
        "font": {"family": TYPE, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": [ACCENT, USUAL],
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "separators": ".,",
        "hoverlabel": {"font": {"family": TYPE}, "bgcolor": "#ffffff", "bordercolor": LINE},
        "xaxis": {
            "showgrid": False,
            "automargin": True,
            "linecolor": LINE,
            "ticks": "outside",
            "tickcolor": LINE,
            "tickfont": {"color": INK_SOFT},
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "gridcolor": LINE,
            "automargin": True,
            "rangemode": "tozero",
            "tickformat": ",d",
            "zeroline": False,
            "tickfont": {"color": INK_SOFT},
            "fixedrange": True,
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        },
    }
)


def day_course(slots: pl.DataFrame, today: str, usual: str, unit: str) -> go.Figure:
    """The course of a day in quarters of an hour: today as a full line, what is usual dashed.

    Args:
        slots: minute, today, usual.
        today: name of the full line.
        usual: name of the dashed line; empty where there is nothing to compare with.
        unit: unit of the numbers.
    """
    minutes = slots["minute"].to_list()
    labels = [f"{_clock(minute)}–{_clock(minute + 15)}" for minute in minutes]
    hover = "%{customdata}  %{y:,.0f} " + unit
    figure = go.Figure()
    if usual:
        figure.add_scatter(
            x=minutes,
            y=slots["usual"].to_list(),
            name=usual,
            customdata=labels,
            hovertemplate=hover + f"<extra>{usual}</extra>",
            mode="lines",
            line={"color": USUAL, "width": 2, "dash": "dash"},
        )
    known = slots["today"].to_list()
    until = max((place for place, value in enumerate(known) if value is not None), default=-1) + 1
    unbroken = None not in known[:until]
    figure.add_scatter(
        x=minutes,
        y=known,
        name=today,
        customdata=labels,
        hovertemplate=hover + f"<extra>{today}</extra>",
        mode="lines",
        line={"color": ACCENT, "width": 2.5},
        fill="tozeroy" if unbroken else None,
        fillcolor="rgba(29,79,145,0.08)",
    )
    first, last = minutes[0] // HOUR, -(-(minutes[-1] + 15) // HOUR)
    step = 1 if last - first <= 8 else 2
    hours = range(first, last + 1, step)
    figure.update_xaxes(tickvals=[hour * HOUR for hour in hours], ticktext=[f"{hour}:00" for hour in hours])
    highest = max((value for name in ("today", "usual") for value in slots[name].drop_nulls().to_list()), default=0)
    if highest < 5:
        figure.update_yaxes(dtick=1)
    figure.update_layout(template=TEMPLATE, height=250, showlegend=bool(usual))
    return figure


def _clock(minute: int) -> str:
    return f"{minute // HOUR:02d}:{minute % HOUR:02d}"
