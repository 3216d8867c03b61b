"""The parts of 大厅 that are longer than a line of a page: its head, what is said about the data, its charts."""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from cockpit.board import hall as board
from cockpit.board.hall import HallPage
from cockpit.board.hall_peers import Peers, Standing
from cockpit.board.quantity import RowsKey
from cockpit.board.sheet import Sheet
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.web import (
    charts,
    charts_day,
    downloads,
    figures,
    filters,
    hall_files,
    hall_reading,
    seating,
    tables,
    widgets,
    words,
)
from cockpit.web.tables import Cell, Column

#: So many days before the last can be chosen; older ones by the address.
DAYS = 92
LATEST = "latest"
MARKS = {
    "open": "实时",
    "pause": "午间休息",
    "early": "尚未开门",
    "late": "今日已闭厅",
    "past": "历史数据",
    "shut": "当天不开放",
    "unknown": "实时",
}


def chosen_hall(viewer: Viewer) -> tuple[str, dt.date | None] | None:
    """The hall and the day in the address; None, with a sentence, where there is nothing to choose from."""
    try:
        halls, newest = hall_reading.halls(viewer), hall_reading.newest_day()
    except CockpitError as error:
        failed(error)
        return None
    if not halls or newest is None:
        widgets.header("大厅", "政务服务驾驶舱", "尚无数据", "old", ["等待第一次导入"])
        widgets.empty("您负责的范围内还没有大厅数据；请先导入，或请系统管理员核对您的账号负责哪些大厅。")
        return None
    days = {LATEST: f"最新（{newest.month}月{newest.day}日）"}
    days |= {f"{day}": words.day(day) for day in _days(newest)}
    choice = filters.bar(
        filters.Choice("hall", "大厅", halls), filters.Choice("day", "日期", days, default=LATEST, remembered=False)
    )
    day = None if choice["day"] == LATEST else dt.date.fromisoformat(choice["day"])
    return choice["hall"], day


def failed(error: CockpitError) -> None:
    """The page where the data cannot be read."""
    widgets.header("大厅", "政务服务驾驶舱", "不可用", "old", ["数据打不开"])
    widgets.failed(error.sentence)


def head(page: HallPage) -> None:
    """Name, kind and county of the hall, its hours, and how old the data are."""
    said = [words.day(page.day)]
    if page.hours:
        said.append(f"开放 {page.hours}")
    said.append(f"数据截至 {_reaches(page)}")
    live = page.phase in {"open", "pause", "early"}
    mark = "数据延迟" if page.phase == "open" and page.reaches is None else MARKS[page.phase]
    over = f"大厅 · {page.level} · {page.county}"
    widgets.header(page.name, over, mark, "live" if live else "old", said)


def warnings(page: HallPage, stale_minutes: int, *, latest: bool) -> None:
    """What a reader must know before reading the numbers.

    Args:
        page: the hall's day.
        stale_minutes: after so many minutes without anything new the data are stale.
        latest: whether the last day was asked for, and no certain one.
    """
    silent = page.stale_minutes()
    if page.phase == "shut":
        widgets.notice(f"{words.day(page.day)}这个大厅不开放，没有可看的运行情况；请另选日期。", "info")
    elif page.phase == "open" and page.reaches is None:
        widgets.notice("今天还没有收到这个大厅的取号和窗口数据，相应的数字显示为无数据；请检查它的数据接口。", "warn")
    elif page.phase == "past" and latest:
        widgets.notice(f"今天还没有数据，下面是最后有数据的一天：{words.day(page.day)}。", "info")
    elif page.phase == "past" and page.reaches is None:
        widgets.notice("没有收到这个大厅当天的取号和窗口数据，相应的数字显示为无数据；请另选日期。", "info")
    elif silent is not None and silent > stale_minutes:
        widgets.stale(silent, stale_minutes)
    elif page.phase in {"pause", "late", "early"}:
        when = {"pause": "现在是两段开放时间之间", "late": "今天已经闭厅", "early": "今天还没有开门"}[page.phase]
        widgets.notice(f"{when}，下面是今天到目前为止的情况。", "info")


def numbers(page: HallPage, viewer: Viewer) -> None:
    """The large numbers: of the moment and of the day so far, or of the day alone."""

    def reads(key: RowsKey) -> Sheet:
        return hall_reading.read_rows(viewer, key)

    figures.figures(page.figures, "now" if page.phase == "open" else "day", reads=reads, links=hall_reading.link)
    if page.today:
        with st.container(key="today-so-far"):
            widgets.panel("今天到目前为止", "", f"截至 {page.at:%H:%M}，与同类日同一时刻为止相比。")
            figures.figures(page.today, "day", reads=reads, links=hall_reading.link)


def course(page: HallPage) -> None:
    """Arrivals and waiting over the day, with what is usual."""
    if page.course.is_empty():
        return
    day = "今天" if page.phase != "past" else words.day(page.day)
    usual = f"此前 {page.usual_days} 个同类日的中位数" if page.usual_days else ""
    band = "浅色带是这些同类日的最低到最高。" if usual else "往日的同类日不足 4 天，没有可比的常态。"
    for name, title, unit, said in (
        ("arrived", "取号", "人", "每 15 分钟来取号的人数"),
        ("waiting", "等候", "人", "每 15 分钟结束时正在等候的人数"),
    ):
        slots = page.course.rename(
            {name: "today", f"{name}_usual": "usual", f"{name}_low": "low", f"{name}_high": "high"}
        )
        with st.container(key=f"panel-{name}"):
            widgets.heading(f"{title}（{unit}）", f"{said}。{band}")
            figure = charts_day.day_course(slots.select("minute", "today", "usual", "low", "high"), day, usual, unit)
            charts.show(figure, f"course-{name}", f"{day}{said}的曲线")


def plan(page: HallPage) -> None:
    """The windows as a seating plan."""
    if page.seats.is_empty():
        widgets.panel("窗口座位图", '<p class="ck-none-yet">这个大厅没有登记窗口。</p>')
        return
    whole = page.phase not in {"open", "pause", "early", "late"}
    note = "当天每个窗口开没开、办了多少。" if whole else f"{page.at:%H:%M} 的情况；暂停不满 15 分钟的，开窗时间照算。"
    widgets.panel("窗口座位图", seating.seating(page.seats, whole=whole), note)


def lists(page: HallPage) -> None:
    """Queues, people, and the devices that are off."""
    for key, sheet, rows in (("queues", page.queues, 30), ("staff", page.staff, 12)):
        widgets.sheet(sheet, rows=rows, link=_table(page, key))
    off = page.devices.frame.filter(pl.col("state") != "在线")
    total = page.devices.frame.height
    if off.is_empty():
        link = f'<p class="ck-foot">{tables.download("下载全部（XLSX）", _table(page, "devices"))}</p>' if total else ""
        widgets.panel("设备", link, f"在用 {total} 台，全部在线。" if total else "这个大厅没有登记设备。")
        return
    shown = Sheet("设备", off, page.devices.fields, f"在用 {total} 台，下面是不在线的 {off.height} 台。")
    widgets.sheet(shown, rows=30, link=_table(page, "devices"))


def _table(page: HallPage, key: str) -> str:
    """The address of one of the page's tables as a workbook."""
    return downloads.link(hall_files.TABLE, table=key, hall=page.hall_id, day=f"{page.day}")


def beside(viewer: Viewer, hall_id: str, day: dt.date | None) -> None:
    """The hall beside the halls of its level; it changes once a day, so it is not drawn again with the rest."""
    place = st.empty()
    with place:
        widgets.skeleton(360, "正在比较同级大厅")
    try:
        day = day or hall_reading.newest_day() or dt.date.min
        peers = hall_reading.read_peers(viewer, hall_id, day)
    except CockpitError:
        # The page above says why, in its own sentence.
        place.empty()
        return
    if peers is None:
        place.empty()
        return
    with place.container():
        _peers(peers, hall_id, day)


def _peers(peers: Peers, hall_id: str, day: dt.date) -> None:
    columns = [Column("指标", "title"), *(Column(name, "number") for name in ("本大厅", "同级中位数", "位次"))]
    rows = [[Cell(one.name), _value(one, one.value), _value(one, one.median), _rank(one)] for one in peers.standings]
    note = (
        f"{board.LEVELS[peers.level]}共 {peers.others + 1} 家；{peers.period}。中位数不含本大厅；"
        "位次 1 为最好，取号和饱和度不分好坏、从大到小排。样本不足的不排。"
    )
    widgets.panel("与同级大厅比较", tables.table(columns, rows), note)
    if peers.seen is not None:
        link = downloads.link(hall_files.TABLE, table="peers", hall=hall_id, day=f"{day}")
        widgets.sheet(peers.seen, rows=15, link=link)


def _value(one: Standing, value: float | None) -> Cell:
    if value is None:
        return Cell("同级不足 4 家" if value is not one.value and one.of < 4 else words.NO_DATA, tone="none")
    return Cell(words.amount(value, one.unit) + ("（样本不足）" if one.small and value is one.value else ""))


def _rank(one: Standing) -> Cell:
    if one.rank is None:
        return Cell("不排", tone="none")
    return Cell(f"{one.rank} / {one.of}")


def _reaches(page: HallPage) -> str:
    if page.reaches is None:
        return words.NO_DATA
    if page.reaches.date() > page.day:
        return "当天 24:00"
    return words.clock(page.reaches, page.day)


def _days(newest: dt.date) -> list[dt.date]:
    days = [newest - dt.timedelta(days=back) for back in range(DAYS)]
    try:
        asked = dt.date.fromisoformat(st.query_params.get("day", ""))
    except ValueError:
        return days
    return days if asked in days or asked > newest else [*days, asked]
