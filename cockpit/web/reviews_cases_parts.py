"""The bad reviews of 好差评: the list with its clocks, one of them opened, and the steps that are recorded here."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cockpit import actions
from cockpit.board import review_cases
from cockpit.board.review_states import STATES
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.plain import one_line
from cockpit.records.follow_ups import Step
from cockpit.web import acting, review_files, tables, widgets, words
from cockpit.web.acting import Outcome
from cockpit.web.reviews_parts import View
from cockpit.web.tables import Cell, Column

ANSWERS: dict[str, bool | None] = {"": None, "yes": True, "no": False}
ANSWER_WORDS = {"": "没有答复", "yes": "满意", "no": "不满意"}
#: Bad reviews that can be opened by name; more are in the workbook.
OPENED = 300
#: The case in the address, and the widget in which it is picked.
_ADDRESS, _PICKED = "review", "picked-review"


def cases(view: View) -> None:
    """The list of bad reviews, and one of them."""
    page = view.page
    bad = review_cases.all_bad(page.folder, page.snapshot, page.now)
    found = review_cases.cases(page.folder, page.viewer, bad, page.now, view.where)
    if found.unconfirmed:
        widgets.notice(
            f"本页登记 {words.number(found.unconfirmed)} 件，来源尚未确认；各率只按来源的记录计算，确认以后才会变。",
            "info",
        )
    if found.overruled:
        widgets.notice(f"有 {words.number(found.overruled)} 件本页和来源都有记录，时间以来源为准。", "info")
    counts = "，".join(f"{STATES[state]} {words.number(n)}" for state, n in found.counts().items() if n)
    shown = review_cases.shown(found, view.show, view.month)
    sheet = review_cases.sheet(shown, page.now, title=f"差评逐件：{review_cases.SHOWN[view.show]}")
    note = f"{f'全部：{counts}。' if counts else ''}{sheet.note}"
    widgets.sheet(sheet, rows=20, link=view.address(review_files.CASES, show=view.show), note=note)
    if shown.height:
        with st.container(key="panel-case"):
            _one(view, {row["review_id"]: row for row in shown.head(OPENED).to_dicts()})


def _one(view: View, rows: dict[str, dict[str, Any]]) -> None:
    """One bad review: its clocks, what was recorded, and the form for who may record."""
    widgets.heading("一件差评", "选择上面列表中的一件，查看经过、登记处理。")
    labels = {"": "请选择"} | {key: one_line(_label(row)) for key, row in rows.items()}
    asked = st.query_params.get(_ADDRESS, "")
    # The address decides, so that a case can be sent to somebody and going back in the browser works.
    st.session_state[_PICKED] = asked if asked in labels else ""
    picked = st.selectbox(
        "差评",
        list(labels),
        format_func=labels.__getitem__,
        key=_PICKED,
        on_change=_pick,
        placeholder="请选择",
        label_visibility="collapsed",
    )
    if picked not in rows:
        return
    row = rows[picked]
    st.html(f'<div class="ck-panel">{_clocks(view, row)}</div>')
    history = review_cases.history(view.page.folder, view.page.viewer, row)
    if history.frame.height:
        widgets.panel(history.title, tables.shown(history))
    if view.page.viewer.may(Right.FOLLOW_UP):
        _form(row)


def _pick() -> None:
    picked = st.session_state[_PICKED]
    if picked:
        st.query_params[_ADDRESS] = picked
    else:
        st.query_params.pop(_ADDRESS, None)


def _label(row: dict[str, Any]) -> str:
    return f"{row['assess_time']:%m-%d %H:%M} {row['place']} {STATES[row['state']]}（{row['review_id']}）"


def _clocks(view: View, row: dict[str, Any]) -> str:
    """The three clocks of a bad review as a table, with what was said above it."""
    satisfied = {True: "满意", False: "不满意", None: ""}[row["satisfied"]]
    verdict = "" if row["verified_at"] is None else ("无效" if row["found_invalid"] else "属实")
    clocks = (
        ("核实", row["verify_due"], row["verified_at"], row["verified_by"], verdict),
        ("回访", None, row["called_at"], row["called_by"], satisfied),
        ("整改", row["due"], row["rectified_at"], row["rectified_by"], ""),
    )
    columns = [Column("步骤", "title"), *map(Column, ("期限", "完成时间", "由谁记录", "结果", "时限"))]
    cells = [[Cell(name), *(map(_time, (due, done))), Cell(by or "—"), Cell(result or "—"), _state(view, due, done)]
             for name, due, done, by, result in clocks]  # fmt: skip
    said = tables.table(
        [Column("内容", "wide"), Column("等级"), Column("署名"), Column("窗口"), Column("事项")],
        [[
            Cell(row["text"] or "（没有写文字）"),
            Cell(review_cases.LEVELS[row["level"]]),
            Cell("实名" if row["named"] else "匿名"),
            Cell(row["window"] or "—"),
            Cell(row["item"] or "—"),
        ]],
    )  # fmt: skip
    return said + tables.table(columns, cells)


def _time(at: Any) -> Cell:  # noqa: ANN401 (a cell of a frame)
    return Cell("—", tone="none") if at is None else Cell(f"{at:%Y-%m-%d %H:%M}")


def _state(view: View, due: Any, done: Any) -> Cell:  # noqa: ANN401 (cells of a frame)
    if done is not None:
        late = due is not None and done > due
        return Cell("逾期完成" if late else "已完成", tone="strong" if late else "")
    left = review_cases.time_left(due, view.page.now)
    return Cell(left, tone="strong" if left.startswith("已超") else "")


def _form(row: dict[str, Any]) -> None:
    steps = review_cases.steps_left(row)
    titles = review_cases.STEPS
    review_id = row["review_id"]
    with st.form(f"follow-up-{review_id}", border=False, clear_on_submit=True, enter_to_submit=False):
        first, second = st.columns(2)
        first.selectbox("登记", steps, format_func=titles.__getitem__, key="follow-step", placeholder="请选择")
        second.selectbox(
            "回访结果（只对回访）",
            list(ANSWERS),
            format_func=ANSWER_WORDS.__getitem__,
            key="follow-answer",
            placeholder="请选择",
        )
        st.text_area("说明", key="follow-text", max_chars=actions.TEXT_LENGTH, placeholder="不要写身份证号和电话。")
        st.form_submit_button("登记这一步", type="primary", on_click=_record, args=(review_id,))
    st.html('<p class="ck-note">登记后只能追加、不能修改；写错了请再登记一次，以后一次为准。</p>')


def _record(review_id: str) -> None:
    step = Step(st.session_state["follow-step"])
    answer = ANSWERS[st.session_state["follow-answer"]]
    text = st.session_state["follow-text"]

    def do(folder: DataFolder, viewer: Viewer) -> Outcome:
        actions.follow_up(folder, viewer, review_id, step, text, answer)
        return Outcome(f"已登记“{review_cases.STEPS[step]}”；来源系统确认以前，各率不变。")

    acting.act(do)
