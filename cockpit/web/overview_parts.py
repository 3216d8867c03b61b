"""The parts of 运行总览 that are longer than a line of a page: what the columns are, what is said about the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st

from cockpit.board.imports import ImportEntry, Quarantine, RefusedGroup
from cockpit.board.overview import Overview
from cockpit.board.overview_numbers import city_numbers, halls_behind
from cockpit.watch.day_course import Course
from cockpit.watch.freshness import Moment
from cockpit.watch.halls_today import ONLINE, HallToday
from cockpit.web import charts, charts_day, figures, tables, widgets, words
from cockpit.web.tables import Cell, Column, count

BY_QUEUE = "*"
BY_QUEUE_NOTE = "* 这些大厅只给出每个队列的状态：开放窗口按队列合计，一个窗口服务几个队列就计几次。"

#: What is counted in every hall: heading and attribute of `HallToday`; the first three only where people come.
MEASURES = {
    "取号": "tickets",
    "当前等候": "waiting",
    "开放窗口": "open_windows",
    "办件申请": "submitted",
    "办结": "finished",
    "评价": "reviews",
    "差评": "bad_reviews",
}
ON_SITE = ("tickets", "waiting", "open_windows")
WORTH_A_LOOK = ("waiting", "bad_reviews")
IMPORT_COLUMNS = (
    Column("时间", "title"),
    Column("导入方案"),
    Column("操作人"),
    Column("文件", "wide"),
    Column("读入", "number"),
    Column("新增", "number"),
    Column("更新", "number"),
    Column("未变", "number"),
    Column("隔离", "number"),
)
REFUSED_COLUMNS = (
    Column("文件", "title"),
    Column("行", "number"),
    Column("内容", "wide"),
    Column("还有的原因", "wide"),
)
FILES_NAMED = 3


def head(view: Overview) -> None:
    """Title, city, and how old the data are."""
    reaches, today = view.freshness.reaches, view.shown_at.date()
    live = view.moment is not None and view.moment.live
    said = ["尚无数据" if reaches is None else f"数据截至 {words.clock(reaches, today)}（{_age(view)}）"]
    if view.freshness.last_import:
        said.append(f"最近导入 {words.clock(view.freshness.last_import, today)}")
    if view.quarantine and view.quarantine.total:
        said.append(f"隔离区 {words.number(view.quarantine.total)} 行")
    widgets.header(
        "运行总览",
        f"政务服务驾驶舱 · {view.city}",
        "实时" if live else "历史数据",
        "live" if live else "old",
        said,
    )


def warnings(view: Overview, stale_minutes: int) -> None:
    """What a reader must know before reading the numbers: data of an earlier day, or data that have stopped coming."""
    if view.moment and not view.moment.live:
        until = f"截至当天 {view.moment.at:%H:%M}" if view.moment.at.date() == view.moment.day else "全天"
        shown = f"下面是最后有数据的一天：{words.day(view.moment.day)}（{until}）。"
        widgets.notice(f"{_why_not_today(view)}{shown}", "info")
    elif view.stale(stale_minutes):
        widgets.stale(view.freshness.age_minutes(view.shown_at) or 0, stale_minutes)


def _why_not_today(view: Overview) -> str:
    """Whether nothing of today is there because the halls are shut, have yet to open, or for no reason known here."""
    doors, today = view.doors, view.shown_at.date()
    if doors.shut_today:
        following = doors.following
        return "今日闭厅。" if following is None else f"今日闭厅，下次开门：{words.opening(following, today)}。"
    if doors.opens is not None and view.shown_at < doors.opens:
        return f"今天 {doors.opens:%H:%M} 开门，还没有数据；"
    return "今天没有数据，"


def city_figures(view: Overview) -> None:
    """The city's five numbers, and the halls behind each."""
    figures.figures(city_numbers(view), "city", reads=lambda key: halls_behind(view, key))


def day_course(course: Course | None, moment: Moment) -> None:
    """The chart of the day; nothing where nothing was counted."""
    if course is None:
        return
    day = "今天" if moment.live else words.day(moment.day)
    usual = f"近 {course.usual_days} 个{words.weekday(moment.day)}的中位数" if course.usual_days else ""
    note = "" if usual else "同一星期几的往日数据不足 4 天，没有可比的常态。"
    with st.container(key="panel-course"):
        widgets.heading(f"{course.title}（每 15 分钟，{course.unit}）", note)
        figure = charts_day.day_course(course.slots, day, usual, course.unit)
        charts.show(figure, "course", f"{day}{course.title}的曲线")


def hall_table(halls: Sequence[HallToday]) -> None:
    """One row per hall; what no hall delivers has no column and is named in the note."""
    amount = sum(hall.hall_id is not None for hall in halls)
    shown = {title: m for title, m in MEASURES.items() if any(getattr(hall, m) is not None for hall in halls)}
    absent = [title for title in MEASURES if title not in shown]
    doors = any(hall.open is not None for hall in halls)
    columns = [Column("大厅", "title"), Column("区县"), *([Column("状态")] if doors else [])]
    columns += [Column(title, "number") for title in shown]
    body = tables.table(columns, [_hall_row(hall, list(shown.values()), doors=doors) for hall in halls])
    notes = [f"所有大厅都没有送来：{'、'.join(absent)}。"] if absent else []
    notes += [BY_QUEUE_NOTE] if any(hall.windows_by_queue for hall in halls) else []
    title = f"各大厅（{words.number(amount)} 个）" if amount > 1 else "大厅" if amount else f"{ONLINE}的办件和评价"
    widgets.panel(title, body, " ".join(notes))


def import_table(imports: Iterable[ImportEntry], today: date) -> None:
    """The latest imports and refusals, for who sees the whole city."""
    rows = [_import_row(entry, today) for entry in imports]
    if not rows:
        return
    widgets.panel(
        "最近导入",
        tables.table(IMPORT_COLUMNS, rows),
        "读入 = 新增 + 更新 + 未变 + 隔离；整个拒收的文件什么也没有存入。",
    )


def quarantine_panel(held: Quarantine | None) -> None:
    """What is in quarantine and why, with the first rows of each reason."""
    if held is None:
        return
    if not held.total:
        widgets.panel("隔离区", "", "没有被隔离的行。")
        return
    more = f"另有 {held.groups_left_out} 种较少的原因未列出。" if held.groups_left_out else ""
    said = f"现有 {words.number(held.total)} 行没有通过检查、没有存入；在来源处改正后重新导入即离开隔离区。"
    note = f"{said}一行有几个原因就列几次。{more}"
    widgets.panel("隔离区", "".join(map(_group, held.groups)), note)


def _age(view: Overview) -> str:
    minutes = view.freshness.age_minutes(view.shown_at)
    return words.NO_DATA if minutes is None else words.age(minutes)


def _hall_row(hall: HallToday, measures: Sequence[str], *, doors: bool) -> list[Cell]:
    elsewhere = Cell(words.NOT_APPLICABLE, tone="none")
    at_home = hall.hall_id is not None
    state = {True: Cell("开放"), False: Cell("未开放", tone="none"), None: elsewhere}[hall.open]
    front = [Cell(hall.name), Cell(hall.county) if at_home else elsewhere, *([state] if doors else [])]
    return front + [
        count(
            getattr(hall, measure),
            note=BY_QUEUE if measure == "open_windows" and hall.windows_by_queue else "",
            strong=measure in WORTH_A_LOOK,
        )
        if at_home or measure not in ON_SITE
        else elsewhere
        for measure in measures
    ]


def _import_row(entry: ImportEntry, today: date) -> list[Cell]:
    more = len(entry.files) - FILES_NAMED
    files = "、".join(entry.files[:FILES_NAMED]) + (f" 等 {len(entry.files)} 个" if more > 0 else "")
    front = [Cell(words.clock(entry.at, today)), Cell(entry.profile), Cell(entry.by)]
    nothing = Cell(words.NOT_APPLICABLE, tone="none")
    if entry.counts is None:
        return [*front, Cell(f"{files} 整个拒收：{entry.refusal}", tone="refusal"), *[nothing] * 5]
    left_out = f"（按方案规则另有 {words.number(entry.left_out)} 行不取）" if entry.left_out else ""
    c = entry.counts
    numbers = [
        count(c.read),
        count(c.inserted),
        count(c.updated),
        count(c.unchanged),
        count(c.quarantined, strong=True),
    ]
    return [*front, Cell(files + left_out), *numbers]


def _group(group: RefusedGroup) -> str:
    columns = REFUSED_COLUMNS if any(row.others for row in group.rows) else REFUSED_COLUMNS[:-1]
    rows = [
        [
            Cell(row.file),
            Cell(words.NOT_APPLICABLE if row.line is None else words.number(row.line)),
            Cell("", pairs=tuple(row.content.items())),
            Cell("；".join(row.others)),
        ][: len(columns)]
        for row in group.rows
    ]
    first = f"{words.number(group.count)} 行" + (f"（显示前 {len(rows)} 行）" if group.count > len(rows) else "")
    return widgets.foldable(f"{group.title} · {group.reason}", first, tables.table(columns, rows))
