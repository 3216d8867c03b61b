"""交接班: the sheet for the next 值班长, to print or to copy."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from alerts.definition import LEVELS
from alerts.incidents import CLOSINGS
from cockpit.board.hand_over import Entry, hand_over
from cockpit.board.incident import Line
from cockpit.web import alerts_words, widgets, words
from cockpit.web.alerts_view import View
from cockpit.web.escaped import escape


def sheet(view: View) -> None:
    """The sheet of the hall that was chosen."""
    page, hall = view.page, view.chosen.get("hall")
    if not hall:
        widgets.empty("您负责的范围内没有大厅，没有交接班可看；请系统管理员核对您的账号负责哪些大厅。")
        return
    found = hand_over(page.folder, page.viewer, hall, view.chosen["shift"], page.now)
    head = f"{words.clock(found.since, page.now.date())} 至 {words.clock(found.now, page.now.date())}"
    body = (
        f"<h3>一、未关闭 {len(found.open)} 件</h3>{_entries(found.open, view)}"
        f"<h3>二、本班关闭 {len(found.closed)} 件</h3>{_entries(found.closed, view)}"
        f'<p class="ck-sign"><span>交班人：{escape(found.by)}</span><span>接班人：</span><span>时间：</span></p>'
    )
    st.html(
        f'<section class="ck-panel ck-sheet"><h2>{escape(found.hall)} 交接班</h2>'
        f'<p class="ck-note">{escape(head)}</p>{body}</section>'
    )
    st.html(
        '<section class="ck-panel ck-copied"><h2>可复制的文字</h2>'
        f'<pre id="ck-sheet-text">{escape(found.text())}</pre>'
        '<p class="ck-foot"><a class="ck-button" role="button" tabindex="0" data-does="copy" data-of="ck-sheet-text">'
        '复制文字</a><a class="ck-button" role="button" tabindex="0" data-does="print">打印</a></p></section>'
    )


def _entries(entries: Sequence[Entry], view: View) -> str:
    if not entries:
        return '<p class="ck-none-yet">没有。</p>'
    return f"<ol>{''.join(_entry(one, view) for one in entries)}</ol>"


def _entry(one: Entry, view: View) -> str:
    row, now = one.shown, view.page.now
    reason = CLOSINGS[row.closing] if row.closing else ""
    facts = [
        alerts_words.since(row, now),
        reason or one.state,
        f"{one.who} 在办" if one.who and not reason else one.who,
    ]
    if not reason:
        facts.append(alerts_words.due(row, now)[0])
    said = "，".join(filter(None, facts))
    lines = "".join(f"<li>{escape(_did(line))}</li>" for line in one.done)
    title = f"{escape(row.where)} · {escape(row.title)}</b>（{escape(alerts_words.fires(row))}）"
    worst = f"，最高{LEVELS[row.worst]}" if row.worst > row.level and row.level else ""
    body = f"<p>{escape(said + worst)}</p>" + (f"<ul>{lines}</ul>" if lines else "")
    return f"<li>{alerts_words.level(row)} <b>{title}{body}</li>"


def _did(line: Line) -> str:
    return f"{line.at:%H:%M} {line.who} {line.what}" + (f"：{line.text}" if line.text else "")
