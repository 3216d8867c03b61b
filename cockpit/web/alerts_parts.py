"""The parts of 预警处置: what can be chosen, and which of them is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from cockpit.board import alerts as board
from cockpit.board.alert_people import called
from cockpit.board.alert_shown import STATES, State
from cockpit.board.alert_use import use_sheet
from cockpit.board.hand_over import SHIFTS
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.web import alerts_files, alerts_hand_over, alerts_list, alerts_missed, downloads, filters, opened, widgets
from cockpit.web.alerts_list import ALL, CLOSED_DAYS, MINE
from cockpit.web.alerts_view import View
from cockpit.web.filters import Choice
from cockpit.web.opened import Opened

OPEN, CLOSED, HAND_OVER, USE, MISSED = "open", "closed", "handover", "use", "missed"
TITLES: Mapping[str, str] = {
    OPEN: "未关闭的事件",
    CLOSED: "最近关闭的事件",
    HAND_OVER: "交接班",
    USE: "有用率",
    MISSED: "漏报登记",
}


def chosen(page: Opened) -> View:
    """The filters of the part that the address names."""
    asked = st.query_params.get("part", OPEN)
    found = filters.bar(
        Choice("part", "内容", TITLES, default=OPEN, remembered=False), *_CHOICES.get(asked, _CHOICES[OPEN])(page)
    )
    return View(page, found["part"], found, called(page.folder, page.now))


def _open_choices(page: Opened) -> list[Choice]:
    everything = {"": "全部"}
    county, hall = opened.places(page)
    states = {state.value: said for state, said in STATES.items() if state is not State.CLOSED}
    return [
        Choice("who", "哪些", {MINE: "与我有关", ALL: "我能看到的全部"}, default=_usual(page.viewer), remembered=False),
        Choice("level", "级别", everything | dict(board.levels()), remembered=False, aside=True),
        Choice("state", "状态", everything | states, remembered=False, aside=True),
        Choice("group", "类别", everything | dict(board.groups()), remembered=False, aside=True),
        replace(county, aside=True),
        replace(hall, aside=True),
    ]


def _closed_choices(page: Opened) -> list[Choice]:
    return [Choice("days", "时间", dict(CLOSED_DAYS), default="1", remembered=False), *opened.places(page)]


def _hand_over_choices(page: Opened) -> list[Choice]:
    _, hall = opened.places(page)
    halls = {key: said for key, said in hall.options.items() if key}
    return [Choice("hall", "大厅", halls), Choice("shift", "班次", dict(SHIFTS), default="session", remembered=False)]


def _nothing_to_choose(_page: Opened) -> list[Choice]:
    return []


def _usual(viewer: Viewer) -> str:
    """Who handles incidents begins with the own ones; who reads begins with all."""
    return MINE if viewer.may(Right.HANDLE) else ALL


def _use(view: View) -> None:
    sheet = use_sheet(view.page.folder, view.page.viewer, view.page.now)
    link = downloads.link(alerts_files.USE) if view.page.viewer.may(Right.DOWNLOAD) else None
    widgets.sheet(sheet, rows=40, link=link)


_CHOICES: Mapping[str, Callable[[Opened], list[Choice]]] = {
    OPEN: _open_choices,
    CLOSED: _closed_choices,
    HAND_OVER: _hand_over_choices,
    USE: _nothing_to_choose,
    MISSED: _nothing_to_choose,
}
PARTS: Mapping[str, Callable[[View], None]] = {
    OPEN: alerts_list.open_ones,
    CLOSED: alerts_list.closed_ones,
    HAND_OVER: alerts_hand_over.sheet,
    USE: _use,
    MISSED: alerts_missed.register,
}
