"""One incident of 预警处置: its head, the advice, what people did, and what was before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from alerts.advice import ADVISED, sentence
from alerts.incidents import CLOSINGS
from cockpit.board.incident import Alarm, Line, Whole, whole
from cockpit.board.incident_alike import Alike, before
from cockpit.board.incident_course import advised
from cockpit.errors import Refused
from cockpit.watch.place_names import names
from cockpit.web import acting, alerts_words, incident_forms, incident_why, widgets, words
from cockpit.web.alerts_list import acknowledge
from cockpit.web.alerts_words import INCIDENT, PAGE
from cockpit.web.escaped import escape
from cockpit.web.opened import Opened

#: Lines of the history that are shown at once; older ones open.
LATEST = 8


@dataclass(frozen=True)
class View:
    """What the page of one incident shows.

    Attributes:
        page: who looks, at which data.
        found: the incident.
    """

    page: Opened
    found: Whole


def asked() -> str:
    """The incident that the address opens; "" = none."""
    return st.query_params.get(INCIDENT, "")


def incident(page: Opened) -> None:
    """The whole page of the incident in the address."""
    back = f'<p class="ck-back"><a href="{PAGE}" target="_self">‹ 全部事件</a></p>'
    st.html(back)
    acting.outcome()
    try:
        view = View(page, whole(page.folder, page.viewer, asked(), page.now))
    except Refused as refusal:
        widgets.notice(refusal.sentence, "warn")
        return
    _head(view)
    left, right = st.columns([5, 8], gap="medium")
    with left:
        _advice(view)
        incident_forms.forms(page, view.found)
        _history(view)
    with right:
        incident_why.why(page, view.found)
        _before(view)
    incident_why.rows(page, view.found)


def _head(view: View) -> None:
    row, now = view.found.shown, view.page.now
    due, late = alerts_words.due(row, now)
    facts = [alerts_words.since(row, now), alerts_words.stands(row, view.found.called, now)]
    if row.closed_at is not None:
        facts[1] = f"{words.clock(row.closed_at, now.date())} 关闭：{CLOSINGS[row.closing] if row.closing else ''}"
    told = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    told += f'<span class="{"ck-late" if late else "ck-due"}">{escape(due)}</span>' if due else ""
    told += "<span>反复波动，不逐次通知</span>" if row.flapping and row.closed_at is None else ""
    body = (
        f'<article class="ck-incident ck-open {alerts_words.SHOWN[row.level].value}">'
        f'<p class="ck-what">{alerts_words.level(row)}<b>{escape(alerts_words.heading(row))}</b></p>'
        f'<p class="ck-fires">{escape(alerts_words.fires(row, 6))}</p><p class="ck-facts">{told}</p></article>'
    )
    with st.container(key="incident-head", horizontal=True, vertical_alignment="center"):
        st.html(body)
        if row.handled and row.closed_at is None and row.acknowledged_at is None:
            what = alerts_words.heading(row)
            st.button("签收", key=f"ack-{row.id}", type="primary", on_click=acknowledge, args=(row.id, what))


def first_steps(actions: Iterable[str]) -> list[str]:
    """The first actions of several alerts, each step once; what another one says more exactly is left out."""
    steps = list(dict.fromkeys(step for action in actions for step in action.split("，")))
    return [step for step in steps if not any(step != other and step in other for other in steps)]


def _advice(view: View) -> None:
    """What to do first; for queues that get too long also how many windows, which, until when, and when to close."""
    found, page = view.found, view.page
    if found.shown.closed_at is not None:
        _tide_over(view)
        return
    firing = [one for one in found.alarms if one.definition is not None and one.level] or list(found.alarms)
    actions = first_steps(one.definition.action for one in firing if one.definition is not None)
    said = [f"<p>先做：{escape('；'.join(actions))}。</p>"] if actions else []
    windows = names(page.folder).by_column["window_id"]
    for alarm in _one_each(firing):
        for one in advised(page.folder, page.viewer, alarm, page.now):
            where = names(page.folder).by_column["queue_id"].get(one.queue_id, one.queue_id)
            told = sentence(one, dict(windows))
            said.append(f'<p class="ck-advice"><b>{escape(where)}</b>：{escape(told)}</p>')
    if any(one.alert[0] in ADVISED for one in firing):
        note = "按现在的来客和办理时长计算，每 5 分钟重算；潮退时这里会提示收回窗口。"
    else:
        note = ""
    if said:
        widgets.panel("建议", "".join(dict.fromkeys(said)), note)


def _tide_over(view: View) -> None:
    """After an incident has closed today: windows that were opened for it and can close again."""
    found, page = view.found, view.page
    if found.shown.closed_at is None or found.shown.closed_at.date() != page.now.date():
        return
    windows, queues = (names(page.folder).by_column[name] for name in ("window_id", "queue_id"))
    said = [
        f'<p class="ck-advice"><b>{escape(queues.get(one.queue_id, one.queue_id))}</b>：'
        f"{escape(sentence(one, dict(windows)))}</p>"
        for alarm in _one_each(list(found.alarms))
        for one in advised(page.folder, page.viewer, alarm, page.now)
        if one.closable
    ]
    if said:
        widgets.panel("建议", "".join(dict.fromkeys(said)), "按现在的来客计算，每 5 分钟重算。")


def _one_each(alarms: list[Alarm]) -> list[Alarm]:
    """Those with advice, one for each queue or service group, a queue before its group."""
    found: dict[tuple[tuple[str, str], ...], Alarm] = {}
    for one in alarms:
        if one.alert[0] in ADVISED:
            found.setdefault(one.alert[1], one)
    queues = [one for place, one in found.items() if "queue_id" in dict(place)]
    return queues or list(found.values())


def _history(view: View) -> None:
    lines = view.found.history
    body = f'<ol class="ck-history">{"".join(_line(one, view) for one in lines[:LATEST])}</ol>'
    if len(lines) > LATEST:
        older = f'<ol class="ck-history">{"".join(_line(one, view) for one in lines[LATEST:])}</ol>'
        body += widgets.foldable("更早的经过", f"{len(lines) - LATEST} 条", older)
    widgets.panel("经过", body, "最新的在前；只能追加，不能修改。")


def _line(one: Line, view: View) -> str:
    at = words.clock(one.at, view.page.now.date())
    text = f"<p>{escape(one.text)}</p>" if one.text else ""
    who = f"<b>{escape(one.who)}</b> " if one.who else ""
    kind = "ck-by-hand" if one.by_hand else ""
    return f'<li class="{kind}"><span>{at}</span><div>{who}{escape(one.what)}{text}</div></li>'


def _before(view: View) -> None:
    """Incidents like this one before, and what helped."""
    found = before(view.page.folder, view.page.viewer, view.found.shown, view.page.now)
    parts = [f"<h3>这里以前：{found.total} 件</h3>", _alikes(found.here, view)]
    if found.elsewhere:
        parts += ["<h3>同类大厅</h3>", _alikes(found.elsewhere, view)]
    if found.others is not None:
        one = found.others
        lasted = f"，中位 {words.minutes(one.minutes)}恢复" if one.minutes is not None else ""
        parts.append(
            f'<p class="ck-note">同类 {one.halls} 个大厅此前同一原因共 {one.incidents} 件，'
            f"其中属实已处置 {one.handled} 件{lasted}。</p>"
        )
    widgets.panel("以前的同类事件", f'<div class="ck-alikes">{"".join(parts)}</div>', "看当时是怎么处置的、多久恢复。")


def _alikes(found: tuple[Alike, ...], view: View) -> str:
    if not found:
        return '<p class="ck-none-yet">没有。</p>'
    return f'<ol class="ck-history">{"".join(_alike(one, view) for one in found)}</ol>'


def _alike(one: Alike, view: View) -> str:
    at = words.clock(one.opened_at, view.page.now.date())
    lasted = f"，{words.minutes(one.minutes)}恢复" if one.minutes is not None else ""
    said = "".join(f"<p>{escape(text)}</p>" for text in one.said[-3:])
    link = escape(alerts_words.address(one.id))
    told = f"{escape(one.where)}，最高{one.worst}，{one.closing or '未关闭'}{lasted}"
    return f'<li><span>{at}</span><div><a href="{link}" target="_self">{told}</a>{said}</div></li>'
