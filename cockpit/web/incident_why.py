"""为什么报警: the course against the levels, the definition in plain words, the frozen numbers, the rows behind."""

from __future__ import annotations

import logging

import streamlit as st
from polars.exceptions import PolarsError

from alerts.definition import LEVELS, SOURCES
from alerts.document import cadence_said, thresholds_said
from cockpit.board import incident_course, incident_rows
from cockpit.board.incident import Alarm, Whole
from cockpit.door.roles import Right
from cockpit.errors import CockpitError
from cockpit.plain import one_line
from cockpit.web import alerts_files, alerts_words, charts, downloads, incident_chart, tables, widgets, words
from cockpit.web.escaped import escape
from cockpit.web.opened import Opened
from cockpit.web.reading import UNREADABLE

_LOG = logging.getLogger(__name__)
#: The alert of the incident that is looked at, and whether a course that takes long was asked for, in the address.
_ALARM, _DRAWN = "alarm", "course"
#: Rows drawn of each table; the whole is in the workbook.
ROWS = 10


def why(page: Opened, found: Whole) -> None:
    """One of the incident's alerts with all that made it."""
    if not found.alarms:
        return
    alarm = _chosen(found)
    with st.container(key="panel-why"):
        widgets.heading("为什么报警", _begun(page, alarm))
        if len(found.alarms) > 1:
            _choose(found, alarm)
        if alarm.definition is None:
            widgets.notice("这个指标在现在的版本里已经没有，只能看当时冻结的数字。", "warn")
        else:
            _course(page, alarm)
    widgets.panel("开始报警时的数字（已冻结）", _numbers(alarm), "报警那一刻的读数和阈值，以后不再变。")


def _begun(page: Opened, alarm: Alarm) -> str:
    name = alarm.definition.name if alarm.definition else alarm.alert[0]
    at = words.clock(alarm.begun_at, page.now.date())
    now = f"现在{LEVELS[alarm.level]}" if alarm.level else "现已恢复"
    return f"{name}（{alarm.where}）{at} 开始报警，{LEVELS[alarm.begun_level]}；{now}。"


def _chosen(found: Whole) -> Alarm:
    """The alert in the address, else the one that is worst now."""
    asked = st.query_params.get(_ALARM, "")
    return next((one for one in found.alarms if str(one.nth) == asked), found.alarms[0])


def _choose(found: Whole, alarm: Alarm) -> None:
    labels = {one.nth: _label(one) for one in found.alarms}
    # The address decides, so that what is looked at can be sent to somebody.
    st.session_state["incident-alarm"] = alarm.nth
    st.selectbox(
        "哪一项指标", list(labels), format_func=labels.__getitem__, key="incident-alarm", on_change=_pick,
        placeholder="请选择",
    )  # fmt: skip


def _pick() -> None:
    st.query_params[_ALARM] = str(st.session_state["incident-alarm"])
    st.query_params.pop(_DRAWN, None)


def _label(alarm: Alarm) -> str:
    name = alarm.definition.name if alarm.definition else alarm.alert[0]
    level = LEVELS[alarm.level] if alarm.level else "已恢复"
    return one_line(f"{level} · {name} · {alarm.where}")


def _course(page: Opened, alarm: Alarm) -> None:
    assert alarm.definition is not None
    definition = alarm.definition
    st.html(f'<p class="ck-meaning">{escape(definition.meaning)}</p>')
    if incident_course.is_slow(definition) and st.query_params.get(_DRAWN) != "1":
        st.button("画出报警前后的走势（要几秒到半分钟）", key="draw-course", on_click=_draw)
        return
    place = st.empty()
    with place:
        widgets.skeleton(incident_chart.HEIGHT, "正在重算这项指标的走势")
    try:
        found = incident_course.course(page.folder, page.viewer, alarm, page.now)
    except CockpitError as error:
        place.empty()
        widgets.notice(error.sentence, "warn")
        return
    except (PolarsError, OSError):
        _LOG.exception("the course of %s", alarm.alert)
        place.empty()
        widgets.notice(UNREADABLE, "warn")
        return
    thresholds = alarm.thresholds or definition.thresholds
    begun = max((at for at, before, _ in alarm.turns if before == 0), default=alarm.begun_at)
    place.empty()
    if found.points["value"].drop_nulls().is_empty():
        widgets.notice("那一天现在已经没有这项指标的读数；下面是报警时冻结的数字。", "info")
        return
    made = incident_chart.figure(found, definition, thresholds, begun)
    where = alarm.where
    charts.show(made, key="incident-course", alt=incident_chart.said(found, definition, where))
    st.html('<p class="ck-note">按现在的记录重算，迟到的记录也在内，所以可能与当时的读数略有不同。</p>')


def _draw() -> None:
    st.query_params[_DRAWN] = "1"


def _numbers(alarm: Alarm) -> str:
    one, force = alarm.definition, alarm.thresholds
    if one is None or not alarm.frozen:
        return '<p class="ck-none-yet">没有留下当时的读数。</p>'
    total = alarm.frozen.get("rows_behind")
    told = [
        ("读数", alerts_words.number(alarm.number("value"), one)),
        ("比较基准", alerts_words.plain(alarm.number("baseline")) if alarm.number("baseline") is not None else ""),
        ("分子", alerts_words.plain(alarm.number("numerator"))),
        ("分母", alerts_words.plain(alarm.number("denominator")) if alarm.number("denominator") is not None else ""),
        ("样本", alerts_words.plain(alarm.number("sample"))),
        ("当时的阈值", f"{thresholds_said(one, force)}（{one.unit}）" if force else ""),
        ("还须满足", "；".join(filter(None, (one.needs_said, one.at_least_said, one.instead_said)))),
        ("为何重要", one.why),
        ("何时判定", cadence_said(one)),
        ("最小样本", one.sample),
        ("背后的记录", f"{words.number(total)} 行" if isinstance(total, int) else ""),
        ("定义版本", str(alarm.frozen.get("version", ""))),
        ("出处", SOURCES[one.source]),
    ]
    return alerts_words.pairs(told)


def rows(page: Opened, found: Whole) -> None:
    """The rows behind the same alert, for those whose role sees rows of citizens."""
    if not found.alarms or not page.viewer.may(Right.EVIDENCE):
        return
    alarm = _chosen(found)
    try:
        sheets = incident_rows.behind(page.folder, page.viewer, alarm, page.now)
    except (PolarsError, OSError):
        _LOG.exception("the rows behind %s", alarm.alert)
        widgets.notice(UNREADABLE, "warn")
        return
    if not sheets:
        return
    link = downloads.link(alerts_files.ROWS, incident=found.shown.id, alarm=str(alarm.nth))
    body = "".join(
        f'<h3>{escape(one.title)}</h3>{tables.shown(one, rows=ROWS)}<p class="ck-note">{escape(one.note)}</p>'
        for one in sheets
    )
    foot = f'<p class="ck-foot"><span></span>{tables.download("下载全部记录（XLSX）", link)}</p>'
    widgets.panel("背后的记录", f'<div class="ck-alikes">{body}{foot}</div>')
