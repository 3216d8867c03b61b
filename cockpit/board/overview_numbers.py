"""The city's five numbers of 运行总览, as quantities, and the halls behind each of them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cockpit.board.overview import Overview
from cockpit.board.quantity import Definition, Quantity, RowsKey
from cockpit.board.sheet import Field, Sheet
from cockpit.watch.freshness import Moment
from cockpit.watch.halls_today import HallToday

#: Name under which the halls behind a number of the first screen are read; its parameter is the number's key.
BY_HALL = "overview-by-hall"
BY_QUEUE = "按队列合计，共用窗口重复计"

_TICKETS = Definition(
    "当天来到大厅取号的人数。",
    numerator="当天取的号",
    left_out="测试号、作废的号、取号后 120 秒以内退掉的号、转到别的队列重新取的号；没有送来取号数据的大厅",
)
_WAITING = Definition(
    "此刻已取号、还没有被叫到的人数；只给出队列状态的大厅，用每个队列当天最近一次报告的等候人数。",
    numerator="正在等候的人",
    left_out="当天最后一次下班以后仍没有叫到的号；没有送来数据的大厅",
)
_WINDOWS = Definition(
    "此刻开放的窗口数，暂停在 15 分钟以内的仍算开放；只给出队列状态的大厅，按队列合计。",
    numerator="开放的窗口",
    left_out="暂停超过 15 分钟和已经关闭的窗口；没有送来窗口状态的大厅",
)
_SUBMITTED = Definition(
    "当天提出的办件申请数，含线上渠道。",
    numerator="当天申请的办件",
    left_out="测试办件；没有送来办件数据的大厅",
)
_REVIEWS = Definition(
    "当天收到的有效评价数；差评只数群众主动给出的一、二档，默认评价不算。",
    numerator="当天的有效评价",
    left_out="无效的评价；没有送来评价数据的大厅",
)
_NUMBERS = {
    "tickets": ("取号", "人", _TICKETS),
    "waiting": ("当前等候", "人", _WAITING),
    "open_windows": ("开放窗口", "个", _WINDOWS),
    "submitted": ("办件申请", "件", _SUBMITTED),
    "reviews": ("评价", "条", _REVIEWS),
}


def city_numbers(view: Overview) -> tuple[Quantity, ...]:
    """The five numbers of the city on the day shown.

    Args:
        view: the first screen.
    """
    halls = [hall for hall in view.halls if hall.hall_id]
    total = view.total
    notes = {
        "tickets": _missing(halls, "tickets"),
        "waiting": _missing(halls, "waiting") or _longest(halls),
        "open_windows": BY_QUEUE if total.windows_by_queue else _missing(halls, "open_windows"),
        "submitted": "" if total.finished is None else f"办结 {total.finished:,}",
        "reviews": "" if total.bad_reviews is None else f"其中差评 {total.bad_reviews:,}",
    }
    return tuple(
        Quantity(
            key=key,
            title=title,
            value=getattr(view.total, key),
            unit=unit,
            definition=definition,
            period=_period(view.moment),
            as_of=view.freshness.reaches,
            rows=RowsKey(BY_HALL, (("number", key),)),
            note=notes[key],
        )
        for key, (title, unit, definition) in _NUMBERS.items()
    )


def halls_behind(view: Overview, key: RowsKey) -> Sheet:
    """The halls that make up one of the city's numbers, the largest first; halls without data last.

    Args:
        view: the first screen.
        key: which number.

    Returns:
        A sheet with the columns hall, county, value.
    """
    number = dict(key.params)["number"]
    title, unit, _ = _NUMBERS[number]
    rows = [
        {"hall": hall.name, "county": hall.county, "value": getattr(hall, number)}
        for hall in view.halls
        if hall.hall_id or getattr(hall, number) is not None
    ]
    frame = pl.DataFrame(rows, schema={"hall": pl.String, "county": pl.String, "value": pl.Int64})
    fields = (
        Field("hall", "大厅", role="title"),
        Field("county", "区县"),
        Field("value", f"{title}（{unit}）", "count"),
    )
    return Sheet(
        f"{title}：各大厅" if frame.height > 1 else title,
        frame.sort("value", descending=True, nulls_last=True, maintain_order=True),
        fields,
    )


def _period(moment: Moment | None) -> str:
    if moment is None:
        return ""
    until = f"截至 {moment.at:%H:%M}" if moment.at.date() == moment.day else "全天"
    return f"{moment.day.year}年{moment.day.month}月{moment.day.day}日（{until}）"


def _missing(halls: Sequence[HallToday], number: str) -> str:
    """How many halls did not deliver this number, where others did."""
    without = sum(getattr(hall, number) is None for hall in halls)
    return f"{without} 个大厅无数据" if 0 < without < len(halls) else ""


def _longest(halls: Sequence[HallToday]) -> str:
    """The hall in which most people wait; nothing where there is only one, which has nobody to be compared with."""
    if len(halls) < 2:
        return ""
    most = max(halls, key=lambda hall: hall.waiting or 0, default=None)
    return f"最多：{most.name}（{most.waiting:,} 人）" if most and most.waiting else ""
