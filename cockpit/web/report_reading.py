"""The reading view of 月报: an edition's chapters, its files, two months side by side, making it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cockpit import actions
from cockpit.board import reports as board
from cockpit.board.reports import Reading
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.report.model import NONE, TITLE
from cockpit.report.numbers import month_words
from cockpit.web import acting, report_files, tables, widgets
from cockpit.web.acting import Outcome
from cockpit.web.downloads import link as download
from cockpit.web.escaped import escape
from cockpit.web.opened import Opened
from cockpit.web.report_parts import WITH, View, address, asked_number, link, state_said
from cockpit.web.tables import Cell, Column

#: Chapters that are open from the start: the summary.
_OPEN_FIRST = 1
_CURRENT = ' aria-current="true"'


def opened(view: View) -> bool:
    """The edition that the address names; False where it names none that can be read."""
    number = asked_number()
    if number is None:
        return False
    try:
        found = board.reading(view.page.folder, view.page.viewer, number)
    except CockpitError as error:
        widgets.failed(error.sentence)
        return False
    _head(view.page, found)
    _comparison(view.page, found)
    for place, chapter in enumerate(found.document["chapters"]):
        _chapter(chapter, first=place < _OPEN_FIRST)
    _again(view.page, found)
    return True


def _head(page: Opened, found: Reading) -> None:
    record = found.entry.record
    given = {"report": str(record.report_id)}
    buttons = (
        link("打开 PDF", download(report_files.PDF_OPENED, **given), new=True)
        + " "
        + tables.download("下载 PDF", download(report_files.PDF_SAVED, **given))
        + " "
        + tables.download("下载表格（XLSX）", download(report_files.BOOK, **given))
    ) if page.viewer.may(Right.DOWNLOAD) else ""  # fmt: skip
    lines = [
        f"第 {record.edition} 版，数据截至 {record.reaches}，{record.pages} 页；"
        f"{board.made_said(record, page.folder.zone)}。",
        f"状态：{state_said(found.entry)}。",
    ]
    lines += [f"自检：{fault}" for fault in record.faults]
    lines += [f"未交齐：{sentence}" for sentence in record.missing]
    body = "".join(f"<p>{escape(one)}</p>" for one in lines)
    others = "".join(
        f'<li><a href="{escape(address(one))}" target="_self">第 {one.edition} 版</a>'
        f"（{escape(board.made_said(one, page.folder.zone))}）</li>"
        for one in found.editions
        if one.report_id != record.report_id
    )
    older = widgets.foldable("其他版次", f"{len(found.editions) - 1} 版", f"<ul>{others}</ul>") if others else ""
    close = link("回到列表", f"/reports?period={record.period}")
    title = f"{TITLE} {month_words(record.period)} · {record.scope_name}"
    widgets.panel(title, f'{body}<p class="ck-foot"><span>{close} {buttons}</span></p>{older}')


def _comparison(page: Opened, found: Reading) -> None:
    if not found.others:
        return
    record = found.entry.record
    asked = str(st.query_params.get(WITH, ""))
    other = next((one for one in found.others if str(one.report_id) == asked), None)
    links = "".join(
        f'<a href="{escape(address(record, **{WITH: str(one.report_id)}))}" target="_self"'
        f"{_CURRENT if one is other else ''}>{escape(month_words(one.period))}</a> "
        for one in found.others
    )
    body = f"<p>和哪个月比较：{links}</p>"
    if other is not None:
        documents = {record.period: found.document, other.period: board.said(page.folder, other)}
        earlier, later = sorted(documents)
        rows = board.compared(documents[later], documents[earlier])
        columns = (
            Column("指标", "title"), Column(_short(later, earlier), "number"),
            Column(_short(earlier, later), "number"), Column("增减", "number"),
        )  # fmt: skip
        cells = [[Cell(one.name), Cell(one.value), Cell(one.other), Cell(one.change)] for one in rows]
        body += tables.table(columns, cells) if cells else "<p>两份报告没有同样的主要指标。</p>"
    widgets.panel("两个月对照", body, "两份报告保存的数字，取整以前相减。")


def _short(label: str, beside: str) -> str:
    """A month as a heading that a phone has room for; the year only where the months are of two years."""
    year, _, month = label.partition("-")
    return f"{int(month)}月" if beside.startswith(f"{year}-") else f"{year[2:]}年{int(month)}月"


def _chapter(chapter: Mapping[str, Any], *, first: bool) -> None:
    body = "".join(
        (f"<h3>{escape(section['title'])}</h3>" if section["title"] else "")
        + "".join(_block(block) for block in section["blocks"])
        for section in chapter["sections"]
    )
    if first:
        widgets.panel(chapter["title"], f'<div class="ck-report">{body}</div>')
        return
    inner = widgets.foldable(chapter["title"], "", f'<div class="ck-report">{body}</div>')
    st.html(f'<section class="ck-panel ck-report-chapter">{inner}</section>')


def _block(block: Mapping[str, Any]) -> str:
    kind = block["kind"]
    if kind == "paragraph":
        return f"<p>{_sentences(block['sentences'])}</p>"
    if kind == "points":
        return f"<ol>{''.join(f'<li>{_sentences(item)}</li>' for item in block['items'])}</ol>"
    if kind == "keys":
        columns = (
            Column("指标", "title"), Column("本月", "number"), Column("环比", "number"), Column("同比", "number"),
            Column("目标", "number"), Column("是否达标"),
        )  # fmt: skip
        names = ("name", "value", "before", "year", "target", "verdict")
        rows = [[Cell(row[name] or NONE) for name in names] for row in block["rows"]]
        return f"<h4>{escape(block['title'])}</h4>{tables.table(columns, rows)}"
    if kind == "table":
        return _table(block)
    note = f"（{block['note']}）" if block["note"] else ""
    return f'<p class="ck-note">图：{escape(block["title"])}。{escape(block["alt"])}{escape(note)}</p>'


def _table(block: Mapping[str, Any]) -> str:
    numbers = [all(_is_number(row[place]) for row in block["rows"]) for place in range(len(block["columns"]))]
    columns = [
        Column(title, "title" if place == 0 else "number" if numbers[place] else "text")
        for place, title in enumerate(block["columns"])
    ]
    rows = [[Cell(cell) for cell in row] for row in block["rows"]]
    note = f'<p class="ck-note">{escape(block["note"])}</p>' if block["note"] else ""
    return f"<h4>{escape(block['title'])}</h4>{tables.table(columns, rows)}{note}"


def _is_number(cell: str) -> bool:
    return not cell or cell[0].isdigit() or cell[0] in "+−—" or cell.startswith("无数据")


def _sentences(sentences: list[Mapping[str, Any]]) -> str:
    return "".join(escape(one["text"]) for one in sentences)


def _again(page: Opened, found: Reading) -> None:
    if not page.viewer.may(Right.REPORT_AGAIN):
        return
    record = found.entry.record
    with st.container(key="panel-again"):
        widgets.heading("重新生成", "数据补齐或更正以后用；做成新的一版，旧版保留，不会再次自动发送。")
        if found.entry.asked is not None:
            widgets.notice("已经有人要求重新生成，作业程序会在几分钟内做好；请稍后刷新。", "info")
            return
        key = f"report-why-{record.report_id}"
        with st.form(f"report-again-{record.report_id}", border=False, enter_to_submit=False):
            st.text_input("原因", key=key, max_chars=actions.TEXT_LENGTH)
            st.form_submit_button("重新生成", type="primary", on_click=_ask, args=(record.report_id, key))


def _ask(report_id: int, key: str) -> None:
    why = str(st.session_state.get(key, ""))

    def ask(folder: DataFolder, viewer: Viewer) -> Outcome:
        actions.make_report_again(folder, viewer, report_id, why)
        return Outcome("已登记，作业程序会在几分钟内生成新的一版；请稍后刷新。")

    acting.act(ask)
