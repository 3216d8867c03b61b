"""漏报登记: the form to report trouble that no alert saw, the list, and what was found about each."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from alerts.catalogue import catalogue
from cockpit import handling
from cockpit.board.missed import NO_INDICATOR, STATES, Report, reports, sheet
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.plain import one_line
from cockpit.records.missed import MissedStep
from cockpit.web import acting, alerts_files, downloads, opened, widgets, words
from cockpit.web.acting import Outcome
from cockpit.web.alerts_view import View

#: Days of which trouble can be reported here.
DAYS = 31
#: What may be done with a report.
STEPS = {MissedStep.LOOKED_INTO: "查明情况", MissedStep.CLOSED: "关闭"}


def register(view: View) -> None:
    """The register: form, list, and the form for one report."""
    page = view.page
    found = reports(page.folder, page.viewer, page.now)
    link = downloads.link(alerts_files.MISSED) if page.viewer.may(Right.DOWNLOAD) else None
    table = sheet(page.folder, page.viewer, page.now, brief=True)
    widgets.sheet(table, rows=50, link=link if found else None)
    if page.viewer.may(Right.REPORT_MISSED):
        _report(view)
    open_ = {one.id: one for one in found if one.state is not MissedStep.CLOSED}
    if open_ and page.viewer.may(Right.LOOK_INTO_MISSED):
        _look_into(open_)


def _report(view: View) -> None:
    page = view.page
    _, hall = opened.places(page)
    halls = {key: said for key, said in hall.options.items() if key}
    if not halls:
        return
    days = {f"{day}": words.day(day) for day in (page.now.date() - dt.timedelta(days=n) for n in range(DAYS))}
    with st.container(key="panel-report"):
        widgets.heading(
            "登记一次漏报", "有人反映、而当时没有预警的情况；写下来，以后按它改进指标。不要写身份证号和电话。"
        )
        with st.form("report-missed", border=False, clear_on_submit=True, enter_to_submit=False):
            first, second = st.columns(2)
            first.selectbox("大厅", list(halls), format_func=lambda key: one_line(halls[key]), key="missed-hall",
                            placeholder="请选择")  # fmt: skip
            second.selectbox("日期", list(days), format_func=days.__getitem__, key="missed-day", placeholder="请选择")
            third, fourth, fifth = st.columns(3)
            third.text_input("开始（时:分）", key="missed-begun", max_chars=5, placeholder="10:30")
            fourth.text_input("结束（时:分，还没结束就空着）", key="missed-ended", max_chars=5)
            fifth.text_input("谁反映的", key="missed-by", max_chars=60, placeholder="例如 办事群众、导办")
            st.text_area("发生了什么", key="missed-what", max_chars=handling.TEXT_LENGTH)
            st.form_submit_button("登记漏报", type="primary", on_click=_write)


def _write() -> None:
    kept = {
        name: str(st.session_state[f"missed-{name}"] or "") for name in ("hall", "day", "begun", "ended", "by", "what")
    }

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        begun = _instant(folder, kept["day"], kept["begun"])
        ended = _instant(folder, kept["day"], kept["ended"]) if kept["ended"].strip() else None
        handling.report_missed(folder, viewer, kept["hall"], begun, ended, kept["what"], kept["by"])
        return Outcome("已登记这次漏报；查明以后会写明应由哪项指标发现。")

    acting.act(do)


def _instant(folder: DataFolder, day: str, clock: str) -> dt.datetime:
    try:
        time = dt.time.fromisoformat(clock.strip().replace("：", ":").zfill(5))
    except ValueError:
        raise Refused(f"时间“{clock}”看不懂，没有登记；请写成 10:30 这样的时和分。") from None
    return dt.datetime.combine(dt.date.fromisoformat(day), time, folder.zone)


def _look_into(found: dict[str, Report]) -> None:
    names = {"": NO_INDICATOR} | {one.id: f"{one.number} {one.name}" for one in catalogue().values()}
    with st.container(key="panel-look-into"):
        widgets.heading("查明一次漏报", "写明当时的数据怎样、应由哪项指标发现、准备怎么改。")
        picked = st.selectbox(
            "哪一次", list(found), format_func=lambda key: _label(found[key]), key="missed-picked", placeholder="请选择"
        )
        if picked not in found:
            return
        with st.form(f"look-into-{picked}", border=False, clear_on_submit=True, enter_to_submit=False):
            first, second = st.columns(2)
            first.selectbox("登记", list(STEPS), format_func=STEPS.__getitem__, key="missed-step", placeholder="请选择")
            second.selectbox(
                "应由哪项指标发现", list(names), format_func=names.__getitem__, key="missed-indicator",
                placeholder="请选择",
            )  # fmt: skip
            st.text_area("情况", key="missed-found", max_chars=handling.TEXT_LENGTH)
            st.form_submit_button("登记", on_click=_found, args=(picked, found[picked].steps))


def _found(missed_id: str, seen: int) -> None:
    step, name = MissedStep(st.session_state["missed-step"]), str(st.session_state["missed-indicator"] or "")
    text = str(st.session_state["missed-found"])

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        handling.look_into_missed(folder, viewer, missed_id, step, name, text, seen)
        return Outcome(f"已登记“{STEPS[step]}”。")

    acting.act(do)


def _label(one: Report) -> str:
    return one_line(f"{one.begun:%m-%d %H:%M} {one.hall} {STATES[one.state]} {one.what[:40]}")
