"""The parts of 系统管理: one list at a time, with what may be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from cockpit import clock
from cockpit.board import administration, audit
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.audit_trail import Wanted
from cockpit.web import admin_forms, downloads, filters, installed, opened, quality_files, widgets, words

TITLES: Mapping[str, str] = {
    "accounts": "账号",
    "walls": "大屏令牌",
    "sessions": "当前在线",
    "audit": "审计记录",
    "roles": "角色说明",
}


@dataclass(frozen=True)
class View:
    """What the page shows.

    Attributes:
        folder: data folder.
        viewer: who looks.
        now: the present instant, in the city's zone.
        part: one of `TITLES`.
        chosen: what the filters say.
    """

    folder: DataFolder
    viewer: Viewer
    now: datetime
    part: str
    chosen: Mapping[str, str]


def chosen(title: str, viewer: Viewer) -> View | None:
    """Draw head and filters; None where there is no data folder yet."""
    folder = installed.data_folder()
    if folder is None:
        widgets.header(title, "政务服务驾驶舱", "尚无数据", "old", ["没有数据目录"])
        widgets.empty("还没有数据目录；请先用 import 导入数据或用 demo 建立演示城市。")
        return None
    now = clock.now().astimezone(folder.zone)
    widgets.header(title, f"政务服务驾驶舱 · {folder.city}", "实时", "live", [f"截至 {words.clock(now, now.date())}"])
    opened.headed()
    sees_audit = viewer.may(Right.AUDIT) and viewer.sees_city
    titles = {part: said for part, said in TITLES.items() if part != "audit" or sees_audit}
    choices = [filters.Choice("part", "内容", titles, remembered=False)]
    asked = st.query_params.get("part", "")
    if asked == "audit" and sees_audit:
        who, actions = audit.audit_choices(folder, viewer)
        choices += [
            filters.Choice("who", "谁", who, remembered=False),
            filters.Choice("action", "操作", actions, remembered=False),
            filters.Choice("span", "时间", dict(audit.SPANS), default="7", remembered=False),
            _pages(folder, viewer, now),
        ]
    found = filters.bar(*choices)
    return View(folder, viewer, now, found["part"], found)


def accounts(view: View) -> None:
    """The accounts, and what may be done with them."""
    link = downloads.link(quality_files.ACCOUNTS) if view.viewer.may(Right.AUDIT) else None
    widgets.sheet(administration.accounts_sheet(view.folder, view.viewer), rows=200, link=link)
    if view.viewer.may(Right.ACCOUNTS):
        admin_forms.accounts(view.folder, view.viewer)


def walls(view: View) -> None:
    """The wall screens, and what may be done with them."""
    link = downloads.link(quality_files.ACCOUNTS) if view.viewer.may(Right.AUDIT) else None
    widgets.sheet(administration.walls_sheet(view.folder, view.viewer), rows=200, link=link)
    if view.viewer.may(Right.WALLS):
        admin_forms.walls(view.folder, view.viewer)


def sessions(view: View) -> None:
    """Who is signed in now."""
    sheet = administration.sessions_sheet(view.folder, view.viewer, view.now)
    widgets.sheet(sheet, rows=200, note="停用账号、修改账号、重设密码或收回令牌，都会立即结束对应的登录。")


def audit_lines(view: View) -> None:
    """The audit, page by page."""
    span = view.chosen.get("span", "7")
    who, action = view.chosen.get("who", ""), view.chosen.get("action", "")
    wanted = Wanted(who, action, audit.since(span, view.now, view.folder))
    page = audit.audit(view.folder, view.viewer, wanted, int(view.chosen.get("page", "1")))
    link = downloads.link(quality_files.AUDIT, who=who, action=action, span=span)
    note = f"共 {words.number(page.total)} 条，第 {page.page} 页，共 {page.pages} 页。审计记录只增不改。"
    widgets.sheet(page.lines, link=link, note=note)


def roles(view: View) -> None:
    """What each role may do."""
    widgets.sheet(administration.roles_sheet())


PARTS: Mapping[str, Callable[[View], None]] = {
    "accounts": accounts,
    "walls": walls,
    "sessions": sessions,
    "audit": audit_lines,
    "roles": roles,
}
#: Pages of the audit that can be chosen; what lies further back is found by the filters or in the workbook.
_PAGES = 200


def _pages(folder: DataFolder, viewer: Viewer, now: datetime) -> filters.Choice:
    """The pages of the audit as it is filtered in the address."""
    asked = st.query_params
    span = asked.get("span", "7")
    wanted = Wanted(asked.get("who", ""), asked.get("action", ""), audit.since(span, now, folder))
    pages = min(audit.audit(folder, viewer, wanted).pages, _PAGES)
    return filters.Choice("page", "页", {f"{n}": f"第 {n} 页" for n in range(1, pages + 1)}, remembered=False)
