"""What stands behind one card of 指标目录: its definition, where it fires, what was changed, and the forms."""

from __future__ import annotations

import streamlit as st

from alerts.definition import GROUPS, OWNERS, SOURCES
from alerts.document import cadence_said, grain_said, thresholds_said
from alerts.thresholds import EDGE_NAMES, ThresholdChange
from cockpit.board import indicator_sheets
from cockpit.board.indicators import Card, Kind
from cockpit.door.roles import Right
from cockpit.web import downloads, filters, indicators_files, indicators_forms, widgets
from cockpit.web.escaped import escape
from cockpit.web.indicators_parts import OPEN, View, opened_id, state, state_said


def opened(view: View) -> None:
    """The indicator in the address, where there is one."""
    asked = opened_id()
    if not asked:
        return
    card = next((one for one in view.cards if one.definition.id == asked), None)
    if card is None:
        del st.query_params[OPEN]
        widgets.notice(indicator_sheets.NO_SUCH, "warn")
        return
    one, viewer = card.definition, view.page.viewer
    back = filters.address("/indicators", **view.address)
    foot = f'<p class="ck-foot"><span></span><a class="ck-button" href="{escape(back)}" target="_self">关闭</a></p>'
    widgets.panel(f"{one.number} {one.name}", f"{_explained(card, view)}{foot}")
    if card.now.alerts:
        firing = indicator_sheets.firing(view.page.folder, viewer, one.id, view.page.now)
        widgets.sheet(firing, rows=20, link=_link(view, indicators_files.FIRING, one.id))
    changes = indicator_sheets.changes(view.page.folder, viewer, one.id)
    if changes.frame.height:
        widgets.sheet(changes, rows=20, link=_link(view, indicators_files.CHANGES, one.id))
    if viewer.may(Right.THRESHOLDS):
        indicators_forms.thresholds(view, one)
    if viewer.sees_city and "hall_id" in one.grain:
        indicators_forms.budget(view, one)


def _explained(card: Card, view: View) -> str:
    one = card.definition
    needs = "；".join(filter(None, (one.needs_said, one.at_least_said, one.instead_said)))
    pairs = [
        ("为何重要", one.why),
        ("现行阈值", f"{thresholds_said(one, card.thresholds)}（{one.unit}）"),
        ("默认阈值", f"{thresholds_said(one, one.thresholds)}（{one.unit}）"),
        *((f"{EDGE_NAMES[edge]}的改动", _changed(change, view)) for edge, change in card.changed.items()),
        ("方向", "越高越差" if one.direction == "up" else "越低越差"),
        ("还须满足", needs),
        ("要持续", _hold(card)),
        ("最小样本", one.sample),
        ("先做什么", one.action),
        ("先通知谁", OWNERS[one.owner]),
        ("地点", grain_said(one)),
        ("何时判定", cadence_said(one)),
        ("类别", GROUPS[one.group]),
        ("出处", SOURCES[one.source]),
        ("定义版本", one.version),
        ("下次复核", f"{one.next_review:%Y-%m-%d}"),
        ("编号", one.id),
    ]
    body = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>" for name, said in pairs if said)
    why = f"<p>没有读出来的原因：<code>{escape(card.now.ailing)}</code></p>" if _tells_why(card, view) else ""
    now = f"{state(card.now)} {escape(state_said(card.now, view.page.now))}"
    return f'<div class="ck-behind"><p>{escape(one.meaning)}</p><p>{now}</p>{why}<dl>{body}</dl></div>'


def _tells_why(card: Card, view: View) -> bool:
    """Whether the fault in its own words is of use: to those who look after data and system."""
    return card.now.kind is Kind.AILING and bool(card.now.ailing) and view.page.viewer.may(Right.THRESHOLDS)


def _changed(change: ThresholdChange, view: View) -> str:
    at = change.effective_from.astimezone(view.page.now.tzinfo)
    return f"{change.who} 于 {at:%Y-%m-%d %H:%M} 调整：{change.why}"


def _hold(card: Card) -> str:
    hold, minutes = card.definition.hold, card.definition.minutes
    if card.definition.cadence != "RT":
        return ""
    if (hold.calm, hold.red) == (1, 1):
        return "不要求持续"
    every = "半小时" if minutes == 30 else " 5 分钟"
    return f"黄、橙连续 {hold.calm} 次，红连续 {hold.red} 次，恢复连续 {hold.keep} 次（每{every}一次）"


def _link(view: View, kind: str, indicator: str) -> str | None:
    return downloads.link(kind, indicator=indicator) if view.page.viewer.may(Right.DOWNLOAD) else None
