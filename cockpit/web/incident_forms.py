"""What people do about one incident: note, close, assign, silence; one form at a time, so that a phone shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import streamlit as st

from alerts.incidents import CLOSINGS, Closing
from cockpit import clock, handling
from cockpit.board.incident import Whole
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.plain import one_line
from cockpit.web import acting, widgets
from cockpit.web.acting import Outcome
from cockpit.web.opened import Opened

NOTE, CLOSE, ASSIGN, SILENCE = "note", "close", "assign", "silence"
TITLES = {NOTE: "备注", CLOSE: "关闭", ASSIGN: "转派", SILENCE: "静默"}
#: Reasons that people give; that it went by itself is said by the program alone.
REASONS = {reason: said for reason, said in CLOSINGS.items() if reason is not Closing.RECOVERED}
#: How long an incident is silenced; midnight is the end of the city's day.
SPANS: Mapping[str, tuple[str, dt.timedelta | None]] = {
    "30": ("30 分钟", dt.timedelta(minutes=30)),
    "60": ("1 小时", dt.timedelta(hours=1)),
    "120": ("2 小时", dt.timedelta(hours=2)),
    "day": ("到今天 24:00", None),
    "1440": ("24 小时", dt.timedelta(days=1)),
    "4320": ("3 天", dt.timedelta(days=3)),
    "10080": ("7 天", dt.timedelta(days=7)),
}
#: Each form has a text of its own: what was written in one must never pass for the reason given in another.
_TEXT = {which: f"deed-text-{which}" for which in TITLES}
_PLACEHOLDER = "不要写身份证号和电话。"


def forms(page: Opened, found: Whole) -> None:
    """The forms, for who may handle the incident while it is open."""
    row = found.shown
    if not row.handled or row.closed_at is not None:
        return
    with st.container(key="panel-deeds"):
        widgets.heading("处置", "")
        which = st.radio(
            "做什么", list(TITLES), format_func=TITLES.__getitem__, horizontal=True, key=f"deed-{row.id}",
            label_visibility="collapsed",
        )  # fmt: skip
        with st.form(f"deed-{which}-{row.id}", border=False, clear_on_submit=True, enter_to_submit=False):
            _FORMS[which or NOTE](page, found)


def _note(_page: Opened, found: Whole) -> None:
    st.text_area(
        "备注", key=_TEXT[NOTE], max_chars=handling.TEXT_LENGTH, placeholder=f"例如 已增开 3 号窗。{_PLACEHOLDER}"
    )
    st.form_submit_button("登记备注", type="primary", on_click=_do_note, args=(found.shown.id,))


def _close(_page: Opened, found: Whole) -> None:
    st.selectbox("原因", list(REASONS), format_func=REASONS.__getitem__, key="deed-closing", placeholder="请选择")
    st.text_area("说明（可空）", key=_TEXT[CLOSE], max_chars=handling.TEXT_LENGTH, placeholder=_PLACEHOLDER)
    st.form_submit_button("关闭事件", type="primary", on_click=_do_close, args=(found.shown.id, found.deeds))


def _assign(_page: Opened, found: Whole) -> None:
    people = dict(found.people)
    st.selectbox(
        "转给谁", list(people), format_func=lambda name: one_line(people[name]), key="deed-whom", placeholder="请选择"
    )
    st.text_area("交代（可空）", key=_TEXT[ASSIGN], max_chars=handling.TEXT_LENGTH, placeholder=_PLACEHOLDER)
    st.form_submit_button("转派", type="primary", on_click=_do_assign, args=(found.shown.id, found.deeds, people))


def _silence(_page: Opened, found: Whole) -> None:
    st.selectbox("多久", list(SPANS), format_func=lambda key: SPANS[key][0], key="deed-span", placeholder="请选择")
    st.text_area("原因", key=_TEXT[SILENCE], max_chars=handling.TEXT_LENGTH, placeholder=f"必须写。{_PLACEHOLDER}")
    st.form_submit_button("静默", type="primary", on_click=_do_silence, args=(found.shown.id, found.deeds))


_FORMS: Mapping[str, Callable[[Opened, Whole], None]] = {
    NOTE: _note,
    CLOSE: _close,
    ASSIGN: _assign,
    SILENCE: _silence,
}


def _do_note(incident_id: str) -> None:
    text = _text(NOTE)

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        handling.note(folder, viewer, incident_id, text)
        return Outcome("已登记备注。")

    acting.act(do)


def _do_close(incident_id: str, seen: int) -> None:
    reason, text = Closing(st.session_state["deed-closing"]), _text(CLOSE)

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        handling.close(folder, viewer, incident_id, reason, text, seen)
        return Outcome(f"已关闭：{CLOSINGS[reason]}。情况又出现时会有新的事件。")

    acting.act(do)


def _do_assign(incident_id: str, seen: int, people: Mapping[str, str]) -> None:
    whom, text = str(st.session_state["deed-whom"] or ""), _text(ASSIGN)

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        given = handling.assign(folder, viewer, incident_id, whom, text, seen)
        name = people.get(whom, whom)
        if given.told:
            return Outcome(f"已转派给 {name}，消息随即发出。")
        alone = "" if whom == viewer.name else "，但没有通到本人的消息渠道，请当面或电话告知"
        return Outcome(f"已转派给 {name}{alone}。")

    acting.act(do)


def _do_silence(incident_id: str, seen: int) -> None:
    span, text = str(st.session_state["deed-span"]), _text(SILENCE)

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        now = clock.now().astimezone(folder.zone)
        if not text.strip():
            raise Refused("没有写静默的原因，没有静默；请写明原因。")
        length = SPANS[span][1]
        midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time(), folder.zone)
        until = midnight if length is None else now + length
        handling.silence(folder, viewer, incident_id, until, text, seen)
        return Outcome(f"已静默到 {until:%Y-%m-%d %H:%M}，在此之前不再自动通知。")

    acting.act(do)


def _text(which: str) -> str:
    """What was written in a form, taken out of it: the next deed begins with nothing."""
    text = str(st.session_state.get(_TEXT[which]) or "")
    st.session_state[_TEXT[which]] = ""
    return text
