"""漏报登记: trouble that people reported and no alert saw; what was found about it, and which indicator should have."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from alerts.catalogue import catalogue
from cockpit.board.alert_people import called
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_past import of_hall
from cockpit.records.missed import Missed, MissedEvent, MissedStep
from cockpit.watch.place_names import names

STATES = {MissedStep.REPORTED: "待查", MissedStep.LOOKED_INTO: "已查", MissedStep.CLOSED: "已关闭"}
#: Where no indicator could have seen it.
NO_INDICATOR = "现有指标都看不到"


@dataclass(frozen=True)
class Report:
    """A report of trouble and what became of it.

    Attributes:
        id: of the report.
        hall_id: where it was.
        hall: name of the hall.
        begun: when it began.
        ended: when it was over; None where it was not.
        reported_by: who told of it.
        what: what happened.
        written_at: when it was written down.
        by: who wrote it down.
        state: the last step.
        indicator: name of the indicator that should have seen it, `NO_INDICATOR`, or "" before anybody looked.
        found: what was written in the last step after the report; "" before anybody looked.
        steps: how many steps there are.
        alerts: incidents of the moment that were open in the hall at that time: whether it was really missed.
    """

    id: str
    hall_id: str
    hall: str
    begun: dt.datetime
    ended: dt.datetime | None
    reported_by: str
    what: str
    written_at: dt.datetime
    by: str
    state: MissedStep
    indicator: str
    found: str
    steps: int
    alerts: tuple[str, ...]


def reports(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> list[Report]:
    """The reports of the halls that the viewer sees; those that nobody has closed first, the latest first.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant.
    """
    of: dict[str, list[MissedEvent]] = {}
    for event in Missed(folder.records.database).all():
        if viewer.sees_hall(event.hall_id):
            of.setdefault(event.missed_id, []).append(event)
    places, people = names(folder), called(folder, now)
    found = []
    for missed_id, steps in of.items():
        first, last = steps[0], steps[-1]
        begun = (first.begun or first.at).astimezone(folder.zone)
        ended = first.ended.astimezone(folder.zone) if first.ended else None
        looked = len(steps) > 1
        indicator = (
            (catalogue()[last.indicator].name if last.indicator in catalogue() else NO_INDICATOR) if looked else ""
        )
        alerts = tuple(
            name
            for name, opener in of_hall(folder.records.database, first.hall_id, begun, ended or begun)
            if opener in catalogue() and catalogue()[opener].cadence == "RT"
        )
        found.append(
            Report(
                missed_id, first.hall_id, places.by_column["hall_id"].get(first.hall_id, first.hall_id), begun, ended,
                first.reported_by, first.text, first.at.astimezone(folder.zone), people.get(first.who, first.who),
                last.step, indicator, last.text if looked else "", len(steps), alerts,
            )
        )  # fmt: skip
    found.sort(key=lambda one: (one.state is MissedStep.CLOSED, -one.written_at.timestamp(), one.id))
    return found


def sheet(folder: DataFolder, viewer: Viewer, now: dt.datetime, *, brief: bool = False) -> Sheet:
    """The same as a table.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant.
        brief: only what fits a page; a workbook holds all.
    """
    rows = [
        (
            one.begun, one.ended, one.hall, one.what, one.reported_by, STATES[one.state], one.indicator, one.found,
            one.by, one.written_at, len(one.alerts), _span(one),
        )
        for one in reports(folder, viewer, now)
    ]  # fmt: skip
    time = pl.Datetime("us", str(folder.zone))
    texts = dict.fromkeys(("hall", "what", "reported_by", "state", "indicator", "found", "by"), pl.String())
    shape = {"begun": time, "ended": time, **texts, "written_at": time, "alerts": pl.Int64(), "span": pl.String()}
    fields = [
        Field("begun", "发生时间", "time", role="title"), Field("ended", "结束时间", "time"), Field("hall", "大厅"),
        Field("what", "发生了什么", role="wide"), Field("reported_by", "谁反映的"), Field("state", "状态"),
        Field("indicator", "应由哪项指标发现"), Field("found", "查明情况", role="wide"), Field("by", "登记人"),
        Field("written_at", "登记时间", "time"), Field("alerts", "当时的预警", "count"),
    ]  # fmt: skip
    if brief:
        kept = ("hall", "what", "reported_by", "state", "indicator", "found", "alerts")
        fields = [Field("span", "发生时间", role="title"), *(one for one in fields if one.name in kept)]
    note = "只能追加，不能修改或删除；“当时的预警”是那段时间里该大厅正在报警的事件，不为 0 就可能并非漏报。"
    return Sheet("漏报登记", pl.DataFrame(rows, schema=shape, orient="row"), fields, note)


def _span(one: Report) -> str:
    """From when to when: 11-20 08:50–09:20."""
    if one.ended is None:
        return f"{one.begun:%m-%d %H:%M} 起"
    same = one.ended.date() == one.begun.date()
    return f"{one.begun:%m-%d %H:%M}–{one.ended:{'%H:%M' if same else '%m-%d %H:%M'}}"
