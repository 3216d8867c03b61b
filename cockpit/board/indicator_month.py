"""The last 30 days of each indicator: alerts begun each day, how long they lasted, whether they were worth it."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from alerts.catalogue import catalogue
from alerts.deeds import JUDGED, usefulness
from alerts.incidents import Closing, Place
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.alert_turns import Turn, turns

DAYS = 30
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Day:
    """Alerts that began on a day, by the worst level they had.

    Attributes:
        date: the day.
        yellow: how many were 黄 at worst.
        orange: 橙.
        red: 红.
    """

    date: dt.date
    yellow: int = 0
    orange: int = 0
    red: int = 0


@dataclass(frozen=True)
class Month:
    """The last 30 days, today included, of the places that the viewer may see.

    Attributes:
        days: each day, the earliest first.
        minutes: median minutes from firing to recovery of the alerts that are over; None where none is.
        useful: share of 属实已处置 among what people judged, in percent; None where nobody has judged any.
        judged: how many incidents people have judged.
    """

    days: tuple[Day, ...]
    minutes: float | None = None
    useful: float | None = None
    judged: int = 0

    @property
    def levels(self) -> tuple[int, int, int]:
        """Alerts of the 30 days that were 黄, 橙, 红 at worst."""
        return sum(d.yellow for d in self.days), sum(d.orange for d in self.days), sum(d.red for d in self.days)

    @property
    def alerts(self) -> int:
        """Alerts that began in the 30 days."""
        return sum(self.levels)


@dataclass
class Spell:
    """An alert from firing to recovery.

    Attributes:
        indicator: id.
        place: place columns and values.
        begun: when it began to fire.
        worst: the worst level it had.
        level: the level it has now, or had last.
        until: when it recovered; None = it still fires.
    """

    indicator: str
    place: Place
    begun: dt.datetime
    worst: int
    level: int
    until: dt.datetime | None = None


def months(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> dict[str, Month]:
    """The last 30 days of every indicator.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant, in the city's zone.
    """
    since = first_instant(now)
    database = folder.records.database
    told = spells(one for one in turns(database, since) if one.at <= now and sees(viewer, one.place))
    judged: dict[str, list[Closing]] = {}
    for record in AlertLog(database).incidents(since):
        incident = record.incident
        if incident.closed_at is None or incident.closing is None or not since <= incident.closed_at <= now:
            continue
        if sees(viewer, incident.key[0]):
            for name in {record.indicator, *(name for name, _ in incident.alerts)}:
                judged.setdefault(name, []).append(incident.closing)
    of: dict[str, list[Spell]] = {}
    for spell in told:
        of.setdefault(spell.indicator, []).append(spell)
    return {name: _month(of.get(name, []), judged.get(name, []), now) for name in catalogue()}


def sees(viewer: Viewer, place: Place) -> bool:
    """Whether a place lies within the viewer's scope: its hall, else its county; all else is the whole city's."""
    return viewer.sees_place(place)


def first_instant(now: dt.datetime) -> dt.datetime:
    """Midnight with which the 30 days begin, today being the last of them."""
    return dt.datetime.combine(now.date() - dt.timedelta(days=DAYS - 1), dt.time(), now.tzinfo)


def spells(changes: Iterable[Turn]) -> list[Spell]:
    """Alerts that began, put together from changes of level in the order of time; the earliest first.

    What was firing already before the first change has no beginning here and is left out.
    """
    found: list[Spell] = []
    open_: dict[tuple[str, Place], Spell] = {}
    for turn in changes:
        key = turn.indicator, turn.place
        if turn.before == 0 and turn.level > 0:
            open_[key] = Spell(turn.indicator, turn.place, turn.at, turn.level, turn.level)
            found.append(open_[key])
        elif key in open_:
            spell = open_[key]
            if turn.level > 0:
                spell.level, spell.worst = turn.level, max(spell.worst, turn.level)
            else:
                open_.pop(key).until = turn.at
    return found


def _month(told: list[Spell], closings: list[Closing], now: dt.datetime) -> Month:
    counts: dict[dt.date, list[int]] = {
        first_instant(now).date() + dt.timedelta(days=day): [0, 0, 0] for day in range(DAYS)
    }
    for spell in told:
        counts[spell.begun.astimezone(now.tzinfo).date()][spell.worst - 1] += 1
    lasted = [(spell.until - spell.begun) / _MINUTE for spell in told if spell.until is not None]
    judged = [one for one in closings if one in JUDGED]
    return Month(
        tuple(Day(day, *levels) for day, levels in counts.items()),
        statistics.median(lasted) if lasted else None,
        usefulness(closings),
        len(judged),
    )
