"""有用率: how often the alerts of each indicator were worth somebody's while, as people said when they closed them."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import polars as pl

from alerts.catalogue import catalogue
from alerts.deeds import usefulness
from alerts.incidents import CLOSINGS, Closing
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.missed import Missed

#: Incidents closed in the last so many days are counted.
DAYS = 90
_NOTE = (
    f"最近 {DAYS} 天关闭的事件，一个事件算给它带起的每一项指标。有用率＝属实已处置÷（属实已处置＋误报＋已知原因）；"
    "重复、演练和自行恢复不说明有没有用。漏报是登记里查明应由这项指标发现的件数。"
)


def use_sheet(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> Sheet:
    """Each indicator that had incidents closed, or missed something, with how they were closed; the least useful first.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant.

    Returns:
        name, useful (percent; null where nobody has judged any), one count for each reason, total, missed.
    """
    since = now - dt.timedelta(days=DAYS)
    closed: dict[str, list[Closing]] = {}
    for record in AlertLog(folder.records.database).incidents(since):
        incident = record.incident
        if incident.closing is not None and viewer.sees_place(incident.key[0]):
            for name in {record.indicator, *(name for name, _ in incident.alerts)}:
                closed.setdefault(name, []).append(incident.closing)
    missed = Counter(
        {event.missed_id: event.indicator for event in Missed(folder.records.database).all()
         if viewer.sees_hall(event.hall_id) and event.at >= since}.values()
    )  # fmt: skip
    rows = [
        (
            one.name, usefulness(closed.get(one.id, [])),
            *(closed.get(one.id, []).count(reason) for reason in Closing), len(closed.get(one.id, [])), missed[one.id],
        )
        for one in catalogue().values()
        if one.id in closed or missed[one.id]
    ]  # fmt: skip
    counts = [*(reason.value for reason in Closing), "total", "missed"]
    shape = {"name": pl.String(), "useful": pl.Float64(), **dict.fromkeys(counts, pl.Int64())}
    frame = pl.DataFrame(rows, schema=shape, orient="row").sort(
        "useful", "total", descending=[False, True], nulls_last=True
    )
    fields = [
        Field("name", "指标", role="title"), Field("useful", "有用率", "percent"),
        *(Field(reason.value, CLOSINGS[reason], "count") for reason in Closing),
        Field("total", "关闭的事件", "count"), Field("missed", "漏报", "count"),
    ]  # fmt: skip
    return Sheet("各指标的有用率", frame, fields, _NOTE)
