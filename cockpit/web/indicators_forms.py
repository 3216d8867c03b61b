"""The forms of 指标目录: thresholds changed with a reason, and thresholds suggested for an alert budget."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from alerts.definition import Definition, Thresholds
from alerts.incidents import Place
from alerts.thresholds import EDGE_NAMES, EDGES, Edge, in_force
from cockpit import actions
from cockpit.board.indicators import changes_seen
from cockpit.board.trials import DAYS, Trial, trials
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError, Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.watch.suggesting import LEVEL_OF, Suggestion
from cockpit.web import acting, opened, who, widgets, words
from cockpit.web.acting import Outcome
from cockpit.web.indicators_parts import View

#: Alerts for each hall and week that can be asked for.
BUDGETS = {
    "0.5": "每两周 1 次",
    "1": "每周 1 次",
    "2": "每周 2 次",
    "3": "每周 3 次",
    "5": "每周 5 次",
    "10": "每周 10 次",
}
USUAL_BUDGET, USUAL_EDGE = "3", "orange"
#: What is asked for, in the address.
_EDGE, _BUDGET = "edge", "budget"
#: Every so many seconds the page looks whether the replay is done.
_LOOKS_EVERY = 2.0


def thresholds(view: View, definition: Definition) -> None:
    """The form in which thresholds are changed, for the places that the viewer may change."""
    places = _places(view, definition)
    if not places:
        return
    with st.container(key="panel-thresholds"):
        widgets.heading("调整阈值", "从登记时起生效；谁改的、为什么改都会留下记录，写错了再改一次即可。")
        where = st.selectbox(
            "范围", list(places), format_func=places.__getitem__, key=f"th-place-{definition.id}", placeholder="请选择"
        )
        place: Place = (("hall_id", where),) if where else ()
        force = _in_force(view, definition, place)
        with st.form(f"thresholds-{definition.id}", border=False, enter_to_submit=False):
            for column, edge in zip(st.columns(4), EDGES, strict=True):
                key = _key(definition, where, edge)
                st.session_state.setdefault(key, f"{getattr(force, edge):g}")
                column.text_input(f"{EDGE_NAMES[edge]}（{definition.unit}）", key=key, max_chars=20)
            st.text_input("原因", key=_key(definition, where, "why"), max_chars=actions.TEXT_LENGTH)
            first, second = st.columns(2)
            given = (definition, where, force)
            first.form_submit_button("改为这些阈值", type="primary", on_click=_change, args=given)
            second.form_submit_button("恢复默认阈值", on_click=_take_back, args=given)


def budget(view: View, definition: Definition) -> None:
    """Which threshold would keep within a budget of alerts, found by a replay."""
    with st.container(key="panel-budget"):
        widgets.heading(
            "按预算建议",
            f"把最近 {DAYS} 个已结束的日子重新判定一遍，找出每厅每周不超过这么多次报警的阈值；要几秒到一分钟。",
        )
        levels = {str(edge): f"{EDGE_NAMES[edge]}及以上" for edge in LEVEL_OF}
        first, second = st.columns(2)
        asked = st.query_params.get(_EDGE), st.query_params.get(_BUDGET)
        edge = first.selectbox(
            "级别", list(levels), index=_index(levels, asked[0], USUAL_EDGE), format_func=levels.__getitem__,
            key=f"budget-edge-{definition.id}", placeholder="请选择",
        )  # fmt: skip
        most = second.selectbox(
            "每厅每周最多", list(BUDGETS), index=_index(BUDGETS, asked[1], USUAL_BUDGET),
            format_func=BUDGETS.__getitem__, key=f"budget-most-{definition.id}", placeholder="请选择",
        )  # fmt: skip
        st.button("回放并建议", key=f"budget-ask-{definition.id}", on_click=_ask, args=(edge, most))
        if asked[0] in levels and asked[1] in BUDGETS:
            _suggestion(view, definition, str(asked[0]), str(asked[1]))


def _suggestion(view: View, definition: Definition, edge: str, most: str) -> None:
    """What came of the replay, renewed until it is done."""
    found = _asked(view, definition, edge, most)
    if found is not None and found.state == "working":
        st.fragment(_renewed, run_every=_LOOKS_EVERY)(view, definition, edge, most)
    elif found is not None:
        _told(view, definition, found)


def _renewed(view: View, definition: Definition, edge: str, most: str) -> None:
    who.viewer()  # a fragment that renews itself shows nothing more once the session has ended
    found = _asked(view, definition, edge, most)
    if found is None or found.state == "working":
        days = "" if found is None else f"{found.first:%Y-%m-%d} 至 {found.last:%Y-%m-%d}"
        widgets.notice(f"正在回放 {days}，做完会自动显示；可以先看别的页面。", "info")
        return
    st.rerun()


def _asked(view: View, definition: Definition, edge: str, most: str) -> Trial | None:
    wanted: Edge = next(name for name in LEVEL_OF if name == edge)
    try:
        return trials.ask(view.page.folder, view.page.viewer, definition.id, wanted, float(most), view.page.now)
    except CockpitError as error:
        widgets.notice(error.sentence, "warn")
        return None


def _told(view: View, definition: Definition, trial: Trial) -> None:
    found = trial.suggestion
    if found is None:
        widgets.notice(trial.sentence, "fail")
        return
    widgets.notice(_advised(found, definition), "info")
    made = words.clock(trial.begun, view.page.now.date())
    days = f"按 {trial.first:%Y-%m-%d} 至 {trial.last:%Y-%m-%d} 的记录，于 {made} 回放。"
    st.html(f'<p class="ck-note">{days}</p>')
    if trial.thresholds is not None and view.page.viewer.may(Right.THRESHOLDS):
        st.button(
            "填入上面的表", key=f"budget-fill-{definition.id}", on_click=_fill, args=(definition, trial.thresholds)
        )


def _advised(found: Suggestion, definition: Definition) -> str:
    edge = EDGE_NAMES[found.edge]
    now = f"现在的{edge} {found.now:g} {definition.unit}，每厅每周 {found.alerts_now:.2f} 次"
    if found.value == found.now:
        return f"{now}，已在预算以内，不用改。"
    if found.value is None:
        return f"{now}，怎样调都超出预算；请看它还须满足的条件，或放宽预算。"
    return f"{now}；改为 {found.value:g} {definition.unit}，每厅每周 {found.alerts_then:.2f} 次。"


def _ask(edge: str, most: str) -> None:
    st.query_params[_EDGE], st.query_params[_BUDGET] = edge, most


def _fill(definition: Definition, wanted: Thresholds) -> None:
    st.session_state[f"th-place-{definition.id}"] = ""
    for edge in EDGES:
        st.session_state[_key(definition, "", edge)] = f"{getattr(wanted, edge):g}"


def _change(definition: Definition, where: str, force: Thresholds) -> None:
    written = {edge: str(st.session_state[_key(definition, where, edge)]) for edge in EDGES}

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        numbers = {edge: _number(text, edge) for edge, text in written.items()}
        wanted = {edge: number for edge, number in numbers.items() if f"{getattr(force, edge):g}" != f"{number:g}"}
        _set(folder, viewer, definition, where, wanted)
        told = "、".join(f"{EDGE_NAMES[edge]} {number:g}" for edge, number in wanted.items())
        return Outcome(f"{definition.name} 已改为 {told}，从现在起生效。")

    acting.act(do)


def _take_back(definition: Definition, where: str, force: Thresholds) -> None:
    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        defaults = definition.thresholds
        if force == defaults:
            raise Refused("现在用的就是默认阈值，没有改动。")
        _set(folder, viewer, definition, where, None)
        for edge in EDGES:
            st.session_state.pop(_key(definition, where, edge), None)
        return Outcome(f"{definition.name} 已恢复默认阈值，从现在起生效。")

    acting.act(do)


def _set(
    folder: DataFolder, viewer: Viewer, definition: Definition, where: str, values: Mapping[Edge, float | None] | None
) -> None:
    place: Place = (("hall_id", where),) if where else ()
    actions.set_threshold(
        folder, viewer, definition.id, place, values, str(st.session_state[_key(definition, where, "why")])
    )
    st.session_state.pop(_key(definition, where, "why"), None)


def _number(text: str, edge: Edge) -> float:
    try:
        return float(text.strip().replace("．", ".").replace("。", "."))
    except ValueError:
        raise Refused(f"{EDGE_NAMES[edge]}的数值“{text}”看不懂，没有改动；请写成数字，例如 18 或 1.5。") from None


def _places(view: View, definition: Definition) -> dict[str, str]:
    """Where the viewer may change thresholds: hall and label; "" = the whole city."""
    everywhere = {"": "全市"} if view.page.viewer.sees_city else {}
    if "hall_id" not in definition.grain:
        return everywhere
    _, halls = opened.places(view.page)
    return everywhere | {hall: label for hall, label in halls.options.items() if hall}


def _in_force(view: View, definition: Definition, place: Place) -> Thresholds:
    known = AlertLog(view.page.folder.records.database).thresholds()
    return in_force(definition, changes_seen(definition, known, view.page.viewer), view.page.now, place)


def _key(definition: Definition, where: str, what: str) -> str:
    return f"th-{definition.id}-{where}-{what}"


def _index(options: Mapping[str, str], asked: str | None, usual: str) -> int:
    return list(options).index(asked if asked is not None and asked in options else usual)
