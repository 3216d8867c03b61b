"""The lists of 预警处置: the open incidents with one button to acknowledge each, and those closed lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from alerts.definition import LEVELS
from alerts.incidents import CLOSINGS
from cockpit import handling
from cockpit.board import alerts as board
from cockpit.board.alert_shown import Shown, State
from cockpit.board.alerts import Open, Wanted
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.web import acting, alerts_words, filters, marks, tables, widgets, words
from cockpit.web.acting import Outcome
from cockpit.web.alerts_view import View
from cockpit.web.escaped import escape
from cockpit.web.tables import Cell, Column

MINE, ALL = "mine", "all"
CLOSED_DAYS: Mapping[str, str] = {"1": "最近 24 小时", "7": "最近 7 天", "30": "最近 30 天"}
#: Incidents on one page of the list; of those closed, as many as are drawn at most.
PAGE, CLOSED_SHOWN = 20, 100
_PAGE = "sheet"
NEVER = "判定程序还没有运行过，不知道有没有预警；请在命令行执行 evaluate，以后每 5 分钟判定一次。"


def open_ones(view: View) -> None:
    """What is open, the most urgent first."""
    page, chosen = view.page, view.chosen
    found = board.open_incidents(page.folder, page.viewer, page.now)
    wanted = Wanted(
        chosen["who"] == MINE, chosen.get("county", ""), chosen.get("hall", ""), chosen["level"], chosen["group"],
        chosen["state"],
    )  # fmt: skip
    rows = wanted.of(found.rows, page.now)
    _overall(view, found, rows)
    if not rows:
        _calm(view, found, wanted)
        return
    pages = -(-len(rows) // PAGE)
    number = _page(pages)
    for place, row in enumerate(rows[(number - 1) * PAGE : number * PAGE]):
        _card(view, row, place)
    if pages > 1:
        st.html(_turning(view, number, pages, len(rows)))


def closed_ones(view: View) -> None:
    """What was closed lately, the latest first."""
    page, chosen = view.page, view.chosen
    since = page.now - dt.timedelta(days=int(chosen["days"]))
    wanted = Wanted(county=chosen.get("county", ""), hall=chosen.get("hall", ""))
    rows = wanted.of(board.closed_since(page.folder, page.viewer, since, page.now), page.now)
    columns = [
        Column("事件", "title"), Column("曾为"), Column("开始", "broad"), Column("关闭", "broad"), Column("原因"),
        Column("谁在办"), Column("指标", "wide"),
    ]  # fmt: skip
    cells = [
        [
            Cell(alerts_words.heading(row), href=alerts_words.address(row.id)),
            Cell(LEVELS[row.worst], level=alerts_words.SHOWN[row.worst]),
            Cell(f"{row.opened_at:%m-%d %H:%M}"),
            Cell(f"{row.closed_at:%m-%d %H:%M}" if row.closed_at else ""),
            Cell(CLOSINGS[row.closing] if row.closing else ""),
            Cell(view.people.get(row.assigned_to or row.by, row.assigned_to or row.by) or "—"),
            Cell(alerts_words.fires(row)),
        ]
        for row in rows[:CLOSED_SHOWN]
    ]
    if not cells:
        widgets.empty("这段时间没有关闭的事件；可以把时间放长，或换一个大厅。")
        return
    more = f"，显示前 {CLOSED_SHOWN} 件" if len(rows) > CLOSED_SHOWN else ""
    foot = f'<p class="ck-foot"><span>共 {words.number(len(rows))} 件{more}</span></p>'
    widgets.panel("最近关闭的事件", tables.table(columns, cells) + foot, "点事件的名称看经过。")


def acknowledge(incident_id: str, what: str) -> None:
    """The callback of every button that acknowledges."""

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        after = handling.acknowledge(folder, viewer, incident_id)
        if after.by == viewer.name:
            over = "；它已经恢复，随签收一起关闭" if after.closed_at else ""
            return Outcome(f"已签收：{what}{over}。")
        at = f"{after.acknowledged_at.astimezone(folder.zone):%H:%M}" if after.acknowledged_at else ""
        account = folder.people.account(after.by)
        name = account.shown_name or account.name if account else after.by
        return Outcome(f"{name} 已在 {at} 签收了这个事件，您不用再签收：{what}。")

    acting.act(do)


def _overall(view: View, found: Open, rows: Sequence[Shown]) -> None:
    """How many there are by level, and how fresh that is."""
    now = view.page.now
    counts = {level: sum(row.level == level for row in rows) for level in (3, 2, 1, 0)}
    signs = "".join(
        f"<li>{marks.level(alerts_words.SHOWN[level], f'{said} {words.number(counts[level])} 件')}</li>"
        for level, said in ((3, "红"), (2, "橙"), (1, "黄"), (0, "已恢复待签收"))
        if counts[level]
    )
    waits = sum(row.state(now) in (State.WAITING, State.OVER) for row in rows)
    late = sum(alerts_words.due(row, now)[1] for row in rows)
    said = f"{words.number(len(rows))} 件未关闭，{words.number(waits)} 件待签收"
    said += f"，<b>{words.number(late)} 件已超时</b>" if late else ""
    if found.judged_at is None:
        widgets.notice(NEVER, "warn")
        note = ""
    else:
        age = (now - found.judged_at).total_seconds() / 60
        note = f"判定到 {words.clock(found.judged_at, now.date())}（{words.age(age)}）；别人的处置几秒内自动显示。"
    widgets.panel("现在", f'<ul class="ck-levels"><li>{said}</li>{signs}</ul>', note)


def _calm(view: View, found: Open, wanted: Wanted) -> None:
    """Nothing to do: since when, or what else there is."""
    if found.rows:
        there = f"您能看到的全部范围内还有 {words.number(len(found.rows))} 件未关闭"
        if wanted == Wanted(mine=True):
            widgets.empty(f"与您有关的事件都处理完了；{there}，在上面选“我能看到的全部”查看。")
        else:
            widgets.empty(f"没有符合所选条件的事件；{there}。")
        return
    if found.judged_at is None:
        return
    if found.calm_since is None:
        widgets.empty(f"一切正常：最近 {board.CALM_DAYS} 天没有事件。")
        return
    widgets.empty(f"一切正常：自 {words.clock(found.calm_since, view.page.now.date())} 起没有未关闭的事件。")


def _card(view: View, row: Shown, place: int) -> None:
    now = view.page.now
    due, late = alerts_words.due(row, now)
    facts = [alerts_words.since(row, now), alerts_words.stands(row, view.people, now)]
    told = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    told += f'<span class="{"ck-late" if late else "ck-due"}">{escape(due)}</span>' if due else ""
    told += "<span>反复波动</span>" if row.flapping else ""
    link = escape(alerts_words.address(row.id))
    card = (
        f'<article class="ck-incident {alerts_words.SHOWN[row.level].value}">'
        f'<p class="ck-what">{alerts_words.level(row)}<a href="{link}" target="_self">'
        f"{escape(alerts_words.heading(row))}</a></p>"
        f'<p class="ck-fires">{escape(alerts_words.fires(row))}</p><p class="ck-facts">{told}</p></article>'
    )
    with st.container(key=f"incident-{place}", horizontal=True, vertical_alignment="center"):
        st.html(card)
        if row.handled and row.acknowledged_at is None:
            st.button(
                "签收",
                key=f"ack-{row.id}",
                type="primary",
                on_click=acknowledge,
                args=(row.id, alerts_words.heading(row)),
                width="content",
            )


def _page(pages: int) -> int:
    asked = st.query_params.get(_PAGE, "1")
    return min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 6 else 1


def _turning(view: View, number: int, pages: int, total: int) -> str:
    """Links to the pages before and after."""
    kept = {key: value for key, value in st.query_params.items() if key != _PAGE}

    def link(to: int, said: str) -> str:
        if not 1 <= to <= pages:
            return ""
        address = filters.address(alerts_words.PAGE, **kept, **{_PAGE: str(to)})
        return f'<a class="ck-button" href="{escape(address)}" target="_self">{said}</a>'

    said = f"第 {number} / {pages} 页，共 {words.number(total)} 件"
    links = f"{link(number - 1, '上一页')} {link(number + 1, '下一页')}"
    return f'<p class="ck-foot"><span>{said}</span><span>{links}</span></p>'
