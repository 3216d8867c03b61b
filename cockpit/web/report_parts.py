"""The list of 月报: months, the reports of a month with their state, and what is said where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from cockpit.board import reports as board
from cockpit.board.reports import Entry
from cockpit.records.reports import ReportRecord
from cockpit.report.numbers import month_words
from cockpit.web import filters, tables, widgets
from cockpit.web.escaped import escape
from cockpit.web.opened import Opened
from cockpit.web.tables import Cell, Column

#: The edition that is open, and the one it is compared with, in the address.
OPEN, WITH = "report", "with"
_COLUMNS = (
    Column("报告", "title"),
    Column("范围"),
    Column("版次"),
    Column("数据截至", "broad"),
    Column("页数", "number"),
    Column("状态", "wide"),
)


@dataclass(frozen=True)
class View:
    """What the page shows: who looks, the month chosen ("" where there is no report yet), its reports."""

    page: Opened
    period: str
    entries: list[Entry]


def chosen(page: Opened) -> View:
    """The filters, and what they leave."""
    months = board.months(page.folder, page.viewer)
    found = filters.bar(filters.Choice("period", "月份", {label: month_words(label) for label in months}))
    period = found.get("period", "")
    return View(page, period, board.listed(page.folder, page.viewer, period) if period else [])


def listing(view: View) -> None:
    """The reports of the month: a row each."""
    settings = view.page.folder.settings.report
    if not view.entries:
        widgets.empty(
            f"还没有月报。每月 {settings.day} 日 {settings.clock} 起自动生成上个月的；"
            "来源没有交齐时先等待。也可以在服务器上用命令立即生成：",
            ("python -m cockpit report 2026-10 --all",),
        )
        return
    wrong = [one for one in view.entries if one.record.faults]
    if wrong:
        names = "、".join(one.record.scope_name for one in wrong[:3]) + ("等" if len(wrong) > 3 else "")
        widgets.notice(f"{names} {len(wrong)} 份未通过自检，没有发出；请打开查看原因，处理以后重新生成。", "fail")
    rows = [_row(one) for one in view.entries]
    note = "每份报告只发给负责这个地方的人；重新生成的是新的一版，旧版保留。"
    widgets.panel(f"{month_words(view.period)}（{len(rows)} 份）", tables.table(_COLUMNS, rows), note)


def address(record: ReportRecord, **more: str) -> str:
    """The address at which an edition is read."""
    return filters.address("/reports", **{"period": record.period, OPEN: str(record.report_id)}, **more)


def state_said(entry: Entry) -> str:
    """The state with what a reader should know beside it."""
    record = entry.record
    parts = [f"{entry.state}：{record.faults[0]}" if record.faults else entry.state]
    if record.missing:
        parts.append(f"{len(record.missing)} 个来源未交齐")
    if entry.asked is not None:
        parts.append(f"{entry.asked.who} 已要求重新生成，正在等待")
    return "；".join(parts)


def asked_number() -> int | None:
    """The edition that the address opens; None where it opens none."""
    text = str(st.query_params.get(OPEN, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def link(label: str, url: str, *, new: bool = False) -> str:
    """A link that looks like a button; in a tab of its own where a document is opened."""
    target = 'target="_blank" rel="noopener"' if new else 'target="_self"'
    return f'<a class="ck-button" href="{escape(tables.own(url))}" {target}>{escape(label)}</a>'


def _row(entry: Entry) -> list[Cell]:
    record = entry.record
    return [
        Cell(record.scope_name, href=address(record)),
        Cell(board.KINDS[record.kind] if record.kind != "hall" else f"大厅 · {record.county}"),
        Cell(f"第 {record.edition} 版"),
        Cell(record.reaches),
        tables.count(record.pages),
        Cell(state_said(entry), tone="refusal" if record.faults else ""),
    ]
