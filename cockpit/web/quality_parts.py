"""The parts of 数据质量: filters, the score, the sources, the quarantine, the imports."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cockpit.board import quality_score, refused
from cockpit.board import sources as board
from cockpit.board.quantity import RowsKey
from cockpit.board.review_numbers import Where
from cockpit.board.sheet import Sheet
from cockpit.door.roles import Right
from cockpit.web import downloads, filters, quality_files, tables, widgets, words
from cockpit.web import figures as drawn
from cockpit.web.opened import Opened, where
from cockpit.web.opened import places as place_filters

NOTHING_CHECKED = "近几周没有可以打分的记录；请先导入号票、办件、评价和归集记录。"
NO_SOURCES = "这个范围还没有任何归集记录；请先导入数据。"
CITY_ONLY = "导入历史涉及全市的文件，只有负责全市的人能看到。"


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        page: what it is drawn from.
        where: the chosen part of the city.
        show: which sources are listed.
        table: of which table the refused rows are listed; "" = all.
    """

    page: Opened
    where: Where
    show: str
    table: str

    def address(self, kind: str, **more: str) -> str | None:
        """The address of a workbook of what is shown; None for who may not download."""
        right = Right.QUARANTINE if kind == quality_files.REFUSED_ROWS else Right.DOWNLOAD
        if not self.page.viewer.may(right):
            return None
        return downloads.link(kind, county=self.where.county, hall=self.where.hall, **more)


def chosen(page: Opened) -> View:
    """Draw the filters."""
    held = refused.tables_held(page.snapshot, page.viewer) if page.viewer.may(Right.QUARANTINE) else {}
    found = filters.bar(
        *place_filters(page),
        filters.Choice("sources", "来源", board.SHOWN, remembered=False),
        filters.Choice("table", "隔离的表", {"": "全部表"} | held if held else {}, remembered=False),
    )
    return View(page, where(page, found), found["sources"], found.get("table", ""))


def scores(view: View) -> None:
    """The score with its parts, then hall by hall and week by week."""
    page = view.page
    waiting = st.empty()
    with waiting:
        widgets.skeleton(136)
    found = quality_score.scores(page.folder, page.snapshot, page.viewer, page.now, view.where)
    waiting.empty()
    quantities = quality_score.quantities(found, view.where)
    if not quantities:
        widgets.empty(NOTHING_CHECKED)
        return
    drawn.figures(
        quantities,
        "score",
        reads=lambda key: _checks(found, key),
        links=(lambda key: downloads.link(key.kind, **dict(key.params))) if page.viewer.may(Right.DOWNLOAD) else None,
    )
    weeks = quality_score.by_week(found)
    as_of = words.clock(found.as_of, page.now.date())
    body = tables.shown(quality_score.for_page(weeks), link=view.address(quality_files.SCORES))
    widgets.panel(weeks.title, body, f"统计到 {as_of}，最多每半小时重新统计一次；本周还没有过完。")
    halls = quality_score.by_hall(found)
    if halls.frame.height > 1:
        widgets.sheet(quality_score.for_page(halls), rows=20, link=view.address(quality_files.SCORES))


def sources(view: View) -> None:
    """How the sources deliver: by table, then one by one."""
    page = view.page
    rows = board.sources(page.folder, page.snapshot, page.viewer, page.now, view.where)
    if rows.is_empty():
        widgets.empty(NO_SOURCES)
        return
    link = view.address(quality_files.SOURCES)
    widgets.sheet(board.by_table(rows), link=link)
    each = board.each(rows, view.show)
    note = "没有迟到或中断的来源。" if each.frame.is_empty() else ""
    if note:
        widgets.panel(each.title, "", note)
    else:
        widgets.sheet(each, rows=30, link=link)


def quarantine(view: View) -> None:
    """What is in quarantine and why; the rows themselves only for who may see them."""
    page = view.page
    total = refused.total(page.snapshot, page.viewer)
    if not total:
        widgets.panel("隔离区", "", "没有被隔离的行。")
        return
    reasons = refused.reasons(page.snapshot, page.viewer)
    note = f"现有 {words.number(total)} 行没有通过检查、没有存入。{reasons.note}"
    widgets.sheet(reasons, note=note)
    if page.viewer.may(Right.QUARANTINE):
        rows = refused.rows(page.snapshot, page.viewer, view.table)
        widgets.sheet(rows, rows=10, link=view.address(quality_files.REFUSED_ROWS, table=view.table))


def imports(view: View) -> None:
    """The latest imports and the files refused whole."""
    page = view.page
    history, whole = refused.imports(page.folder, page.viewer), refused.refusals(page.folder, page.viewer)
    if history is None or whole is None:
        widgets.panel("导入历史", "", CITY_ONLY)
        return
    link = view.address(quality_files.IMPORTS)
    if whole.frame.height:
        widgets.sheet(whole, rows=20, link=link)
    widgets.sheet(refused.by_batch(history), rows=20, link=link)


def _checks(found: quality_score.Scores, key: RowsKey) -> Sheet:
    return quality_score.checks(found, dict(key.params).get("part", ""))
