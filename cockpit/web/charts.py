"""The look of every chart: colours, type and one template in a light and a dark variant; and how a chart is shown.

The charts themselves are in `charts_day`, `charts_places` and `charts_months`. A figure is built of graph objects only
and always names its template, so that neither Streamlit's nor Plotly's defaults show through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from cockpit.plain import plain
from cockpit.web import words

Look = Literal["light", "dark"]
#: Chinese type that the visitor's machine may have; none is fetched.
CHINESE_TYPE = ("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei")
TYPE = ", ".join((*CHINESE_TYPE, "sans-serif"))
#: Everything of Plotly that has English words is switched off.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
#: How one number is written: from the value to the words.
Say = Callable[[float | None], str]


@dataclass(frozen=True)
class Palette:
    """The colours of one look; the same as in colours.css, which a test compares.

    Attributes:
        panel: what charts lie on.
        ink: text.
        ink_soft: text of axes and notes.
        line: grid and axes.
        accent: what is looked at; the one colour beside grey.
        accent_soft: areas and bands in it.
        usual: what is only compared with.
        miss: what misses its target.
        series: parts of a whole, in this order.
        levels: shapes of the levels by their name.
    """

    panel: str
    ink: str
    ink_soft: str
    line: str
    accent: str
    accent_soft: str
    usual: str
    miss: str
    series: tuple[str, ...]
    levels: dict[str, str]


PALETTES: dict[Look, Palette] = {
    "light": Palette(
        panel="#ffffff",
        ink="#1b2733",
        ink_soft="#55636f",
        line="#dfe5ec",
        accent="#1d4f91",
        accent_soft="rgba(29,79,145,0.10)",
        usual="#7b8894",
        miss="#8a5a00",
        series=("#1d4f91", "#5f93c9", "#a9c7e4", "#5b6b7a", "#9fadba", "#2f7f7a", "#8cc5c0"),
        levels={
            "normal": "#2e8b57",
            "yellow": "#a87900",
            "orange": "#d96500",
            "red": "#cc2f29",
            "no_data": "#7b8894",
            "insufficient": "#7b8894",
        },
    ),
    "dark": Palette(
        panel="#18212b",
        ink="#e8edf3",
        ink_soft="#a9b6c3",
        line="#2e3b48",
        accent="#8ab8f5",
        accent_soft="rgba(138,184,245,0.14)",
        usual="#8593a1",
        miss="#e8b54a",
        series=("#8ab8f5", "#4f83c2", "#2f5583", "#a9b6c3", "#66757f", "#7cc7c0", "#3b837d"),
        levels={
            "normal": "#5cc48a",
            "yellow": "#f2c230",
            "orange": "#ff9447",
            "red": "#ff6f66",
            "no_data": "#8593a1",
            "insufficient": "#8593a1",
        },
    ),
}


def template(look: Look) -> str:
    """The name of the template of a look."""
    return f"cockpit-{look}"


def look() -> Look:
    """The look in which this visitor sees the page: what Streamlit draws it in, which follows the visitor's system."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show(figure: go.Figure, key: str, alt: str) -> None:
    """Show a chart.

    Args:
        figure: made by one of the chart functions.
        key: unique on the page; a chart that keeps its key is changed in place when its data change.
        alt: what it shows, in one Chinese sentence, for those who cannot see it.
    """
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key, alt=alt)


def finished(figure: go.Figure, look: Look, height: int, **layout: Any) -> go.Figure:  # noqa: ANN401 (Plotly's own)
    """The figure with its template and height, no legend unless asked for."""
    figure.update_layout(**({"template": template(look), "height": height, "showlegend": False} | layout))
    return figure


def say_as(unit: str, target: float | None = None) -> Say:
    """How numbers of a unit are written, everywhere the same: 93.0%, 12 分钟, 1,234 件."""

    def say(value: float | None) -> str:
        return words.amount(value, unit, against=target)

    return say


def text(label: str) -> str:
    """A label as plain text: Plotly reads a few tags and entities in labels, and data may hold them."""
    return plain(label).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _template(palette: Palette) -> go.layout.Template:
    axis = {
        "automargin": True,
        "linecolor": palette.line,
        "tickcolor": palette.line,
        "tickfont": {"color": palette.ink_soft},
        "zeroline": False,
        "fixedrange": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": TYPE, "size": 13, "color": palette.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(palette.series),
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "separators": ".,",
            "hoverlabel": {
                "font": {"family": TYPE, "color": palette.ink},
                "bgcolor": palette.panel,
                "bordercolor": palette.line,
                "align": "left",
            },
            "xaxis": axis | {"showgrid": False, "ticks": "outside"},
            "yaxis": axis | {"gridcolor": palette.line, "rangemode": "tozero", "tickformat": ",d"},
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


for _look, _palette in PALETTES.items():
    pio.templates[template(_look)] = _template(_palette)
