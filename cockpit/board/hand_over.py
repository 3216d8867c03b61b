"""The hand-over sheet (交接班) of a hall for the next 值班长: what is open, what was closed, what was written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from alerts.definition import LEVELS
from alerts.incidents import CLOSINGS
from cockpit.board.alert_people import called
from cockpit.board.alert_shown import STATES, Shown, mornings, shown, urgency
from cockpit.board.incident import Line, lines
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.alert_past import events_since
from cockpit.watch.place_names import names
from metrics.hours import sessions_of

#: From when on the shift is told of.
SHIFTS = {"session": "本时段", "day": "今天", "two": "昨天和今天"}
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """An incident on the sheet.

    Attributes:
        shown: the incident.
        state: where it stands with people, in Chinese.
        who: who is on it; "" = nobody.
        done: what people did in the shift, the earliest first.
    """

    shown: Shown
    state: str
    who: str
    done: tuple[Line, ...]


@dataclass(frozen=True)
class HandOver:
    """A hand-over sheet.

    Attributes:
        hall: name of the hall.
        since: when the shift began.
        now: when the sheet was made.
        by: who made it.
        open: incidents that go over to the next shift, the most urgent first.
        closed: incidents that were closed in the shift, the latest first.
    """

    hall: str
    since: dt.datetime
    now: dt.datetime
    by: str
    open: tuple[Entry, ...]
    closed: tuple[Entry, ...]

    def text(self) -> str:
        """The whole sheet as plain text, to copy into a message."""
        head = f"{self.hall} 交接班（{_moment(self.since)} 至 {_moment(self.now)}）"
        parts = [head, f"一、未关闭 {len(self.open)} 件"]
        for number, one in enumerate(self.open, 1):
            parts += [f"{number}. {_open_said(one)}", *(f"   {_line_said(line)}" for line in one.done)]
        parts.append(f"二、本班关闭 {len(self.closed)} 件")
        for number, one in enumerate(self.closed, 1):
            parts += [f"{number}. {_closed_said(one)}", *(f"   {_line_said(line)}" for line in one.done)]
        return "\n".join([*parts, f"交班人：{self.by}　接班人："])


def hand_over(folder: DataFolder, viewer: Viewer, hall_id: str, shift: str, now: dt.datetime) -> HandOver:
    """The sheet of one hall.

    Args:
        folder: data folder of the city.
        viewer: who hands over.
        hall_id: the hall.
        shift: one of `SHIFTS`.
        now: the present instant.

    Raises:
        Refused: the hall is outside the viewer's scope.
    """
    viewer.must_see(hall_id)
    now = now.astimezone(folder.zone)
    since = _since(folder, hall_id, shift, now)
    places, people, morning = names(folder), called(folder, now), mornings(folder, now)
    records = [
        record
        for record in AlertLog(folder.records.database).incidents(since)
        if dict(record.incident.key[0]).get("hall_id") == hall_id
    ]
    events = events_since(folder.records.database, since, [record.incident.id for record in records])
    found = []
    for record in records:
        one = shown(record, viewer, places, morning, now)
        mine = lines([event for event in events.get(one.id, ()) if event.who], people, places, now)
        who = one.assigned_to or one.by
        found.append(Entry(one, STATES[one.state(now)], people.get(who, who), tuple(reversed(mine))))
    open_ = sorted((one for one in found if one.shown.closed_at is None), key=lambda one: urgency(one.shown, now))
    closed = [one for one in found if one.shown.closed_at is not None]
    closed.sort(key=lambda one: (one.shown.closed_at or now, one.shown.id), reverse=True)
    hall = places.by_column["hall_id"].get(hall_id, hall_id)
    by = viewer.shown_name or viewer.name
    return HandOver(hall, since, now, by, tuple(open_), tuple(closed))


def _since(folder: DataFolder, hall_id: str, shift: str, now: dt.datetime) -> dt.datetime:
    """When the shift began: with the last session that has opened today, else with the day."""
    midnight = dt.datetime.combine(now.date(), dt.time(), folder.zone)
    if shift == "two":
        return dt.datetime.combine(now.date() - _DAY, dt.time(), folder.zone)
    if shift != "session":
        return midnight
    today = folder.lake.snapshot().scan("calendar").filter(pl.col("date") == now.date(), pl.col("hall_id") == hall_id)
    opened = sessions_of(today.collect()).filter(pl.col("open_at") <= now)["open_at"].max()
    return opened.astimezone(folder.zone) if isinstance(opened, dt.datetime) else midnight


def _open_said(one: Entry) -> str:
    level = LEVELS[one.shown.level] if one.shown.level else "已恢复"
    who = f"，{one.who}在办" if one.who else "，无人签收"
    return f"【{level}】{one.shown.title}：{'、'.join(one.shown.firing)}，{_day(one)} 起，{one.state}{who}"


def _closed_said(one: Entry) -> str:
    closing = CLOSINGS[one.shown.closing] if one.shown.closing else ""
    return f"【{LEVELS[one.shown.worst]}】{one.shown.title}：{'、'.join(one.shown.firing)}，{_day(one)} 起，{closing}"


def _moment(at: dt.datetime) -> str:
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _day(one: Entry) -> str:
    return _moment(one.shown.opened_at)


def _line_said(line: Line) -> str:
    return f"{line.at:%H:%M} {line.who}{line.what}{f'：{line.text}' if line.text else ''}"


def counted(found: Sequence[Entry]) -> Mapping[int, int]:
    """How many of some incidents stand at each level; 0 = well again."""
    return {level: sum(one.shown.level == level for one in found) for level in (3, 2, 1, 0)}
