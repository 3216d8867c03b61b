"""The parts of 一网通办."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cockpit.board.month_counts import NINETY
from cockpit.board.onenet import OneNet
from cockpit.board.onenet_tables import TITLES
from cockpit.door.viewer import Viewer
from cockpit.web import case_files, case_parts, charts, charts_months, charts_places, figures, tables, widgets
from cockpit.web.filters import Choice, address

ITEMS_SHOWN = 20
PAGE = "/onenet"


def more_choices(items: Mapping[str, str]) -> tuple[Choice, ...]:
    """The filters of this page beside time and place."""
    return (
        Choice("item", "事项", {"": "全部事项"} | dict(items), remembered=False),
        Choice("rate", "图表按哪个率", TITLES, remembered=False),
    )


def numbers(view: OneNet, viewer: Viewer) -> None:
    """The three rates, then how things are handed in and done."""
    reads = case_parts.reads(viewer)
    if view.item:
        widgets.notice(f"只看事项：{view.item}", "info")
    figures.figures(view.figures, "three", **reads)  # type: ignore[arg-type]
    figures.figures(view.second, "second", **reads)  # type: ignore[arg-type]


def courses(view: OneNet, rate: str) -> None:
    """The rate looked at: its places side by side, and its course over the months."""
    title = TITLES[rate]
    bars, trend = view.bars.get(rate), view.trends.get(rate)
    if bars is not None and bars.height > 1 and view.places is not None:
        with st.container(key="panel-places"):
            widgets.heading(f"{title}：{view.places.title}", "虚线为省级要求的 90%；没有件的地方不画。")
            figure = charts_places.bars(bars, "%", target=NINETY, mark=view.place)
            charts.show(figure, "places", f"{view.places.title}的{title}")
    if trend is not None:
        with st.container(key="panel-trend"):
            widgets.heading(f"{title}：近 13 个月", "件数太少的月份不画；去年同期没有数据的月份没有虚线。")
            charts.show(charts_months.trend(trend, "%", target=NINETY), "trend", f"近 13 个月的{title}")


def sheets(view: OneNet, viewer: Viewer, chosen: Mapping[str, str]) -> None:
    """Counties or halls, each leading one step down, then the items that pull the rate down."""
    file = case_parts.link(viewer, case_files.ONENET, chosen)
    if view.places is not None and not view.places.frame.is_empty():
        leads = [_further(chosen, place=place) if place else "" for place in view.links]
        body = tables.shown(view.places, rows=100, link=file, leads=leads)
        widgets.panel(view.places.title, body, f"点名称看它的下一级。{view.places.note}")
    items = view.items.get(chosen["rate"])
    if items is not None:
        codes = items.frame["item_code"].to_list()[:ITEMS_SHOWN]
        leads = [_further(chosen, item=code) if code else "" for code in codes]
        body = tables.shown(items, rows=ITEMS_SHOWN, link=file, leads=leads)
        widgets.panel(items.title, body, f"点事项看它在各地的率。{items.note}")


def _further(chosen: Mapping[str, str], **more: str) -> str:
    """The address of the same page with one more choice; what is usual need not be said."""
    said = {key: value for key, value in (dict(chosen) | more).items() if value and (key, value) != ("rate", "case")}
    return address(PAGE, **said)
