"""What 一网通办 and 办件全景 have in common: filters of time and place, the head, what is said of the counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from cockpit import clock
from cockpit.board.onenet import OneNet
from cockpit.board.panorama import PanoramaView
from cockpit.board.quantity import RowsKey
from cockpit.board.sheet import Sheet
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.web import case_reading, downloads, filters, installed, widgets, words
from cockpit.web.case_reading import Choices
from cockpit.web.filters import Choice

#: Without anything new for so long the numbers of a running month say less than they seem to.
SILENT = dt.timedelta(days=1)
NOTHING_YET = "还没有可以统计的办件；请先导入办件数据，或在命令行用 demo 建立演示城市。"
NOTHING_HERE = "这个时段、这个范围里没有受理或办结的办件；请换一个时段或地方。"


def bar(choices: Choices, *more: Choice) -> dict[str, str]:
    """The filters of time and place, then those of the page; what is chosen, for the address."""
    return filters.bar(
        Choice("period", "时段", choices.spans, default=choices.usual),
        Choice("place", "范围", choices.places),
        *more,
    )


def head(title: str, view: OneNet | PanoramaView) -> None:
    """Title, place and time, and how old the numbers are."""
    reaches, counted = view.reaches, view.counted_at
    zone = None if reaches is None else reaches.tzinfo
    today = clock.now().astimezone(zone).date()
    said = ["尚无数据" if reaches is None else f"数据截至 {words.clock(reaches, today)}"]
    if counted is not None:
        said.append(f"汇总于 {words.clock(counted.astimezone(zone), today)}")
    widgets.header(title, f"政务服务驾驶舱 · {view.city} · {view.place}", view.period, "old", said)


def warnings(reaches: dt.datetime | None, waiting: Sequence[str], *, running: bool) -> None:
    """What a reader must know first: data that have stopped coming, months that are still being counted."""
    if running and reaches is not None and clock.now() - reaches > SILENT:
        minutes = (clock.now() - reaches) / dt.timedelta(minutes=1)
        widgets.stale(minutes, SILENT / dt.timedelta(minutes=1), "本期的数字不全")
    if waiting:
        widgets.notice(f"还有 {len(waiting)} 个月正在汇总，趋势和同比暂缺；稍后刷新即可看到。", "info")


def none_yet(title: str) -> None:
    """There is nothing to count yet."""
    city = installed.settings().city.name
    widgets.header(title, f"政务服务驾驶舱 · {city}", "尚无数据", "old", ["等待第一次导入"])
    widgets.empty(NOTHING_YET)


def failed(title: str, sentence: str) -> None:
    """The page cannot be read."""
    widgets.header(title, "政务服务驾驶舱", "不可用", "old", ["数据打不开"])
    widgets.failed(sentence)


def reads(viewer: Viewer) -> Mapping[str, object]:
    """How the rows behind a number are read, and taken along by who may, as `figures` asks for it."""

    def rows(key: RowsKey) -> Sheet:
        return case_reading.read_rows(viewer, key)

    def link(key: RowsKey) -> str:
        return downloads.link(key.kind, **dict(key.params))

    return {"reads": rows, "links": link if viewer.may(Right.DOWNLOAD) else None}


def link(viewer: Viewer, kind: str, chosen: Mapping[str, str]) -> str | None:
    """The address of a page's workbook, for who may take it along."""
    return downloads.link(kind, **chosen) if viewer.may(Right.DOWNLOAD) else None
