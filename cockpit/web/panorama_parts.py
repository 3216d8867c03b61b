"""The parts of 办件全景."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from cockpit.board.panorama import PanoramaView
from cockpit.door.viewer import Viewer
from cockpit.watch.ways import THEMES, WAYS
from cockpit.web import case_files, case_parts, charts, charts_months, charts_places, figures, tables, widgets
from cockpit.web.filters import Choice

ROWS_SHOWN = 20


def more_choices() -> tuple[Choice, ...]:
    """The filter of this page beside time and place."""
    return (Choice("theme", "主题", {"": "全部主题"} | THEMES, remembered=False),)


def numbers(view: PanoramaView, viewer: Viewer) -> None:
    """Volumes and ways, then how long promised cases took."""
    reads = case_parts.reads(viewer)
    figures.figures((*view.volumes, *view.shares), "volumes", **reads)  # type: ignore[arg-type]
    figures.figures(view.times, "times", **reads)  # type: ignore[arg-type]


def courses(view: PanoramaView, *, running: bool) -> None:
    """What came in and was done over the months, and by which ways."""
    note = "最后一个月还没有结束。" if running else ""
    for key, title, rows in (("accepted", "受理", view.accepted), ("finished", "办结", view.finished)):
        if rows is not None and rows["value"].null_count() < rows.height:
            with st.container(key=f"panel-{key}"):
                widgets.heading(f"{title}：近 13 个月（件）", f"{note}数据不满整月的月份不画。")
                charts.show(charts_months.trend(rows, "件", from_zero=True), key, f"近 13 个月的{title}件数")
    if view.ways is not None and not view.ways.is_empty():
        with st.container(key="panel-ways"):
            by = "各层级大厅" if view.theme else "各主题"
            widgets.heading(f"从哪里提交：{by}", "只含依申请、非例外的受理件，与网上办、自助办比例的分母一致。")
            charts.show(charts_places.shares(_drawn(view.ways), _parts()), "ways", f"{by}的申请渠道构成")


def sheets(view: PanoramaView, viewer: Viewer, chosen: Mapping[str, str]) -> None:
    """Themes, levels, places and items side by side."""
    file = case_parts.link(viewer, case_files.PANORAMA, chosen)
    for sheet in view.tables:
        widgets.panel(sheet.title, tables.shown(sheet, rows=ROWS_SHOWN, link=file), sheet.note)


def _parts() -> list[tuple[str, str]]:
    return [(column, title) for column, title, _ in WAYS]


def _drawn(ways: pl.DataFrame) -> pl.DataFrame:
    return ways.sort(pl.sum_horizontal(column for column, _ in _parts()), descending=True)
