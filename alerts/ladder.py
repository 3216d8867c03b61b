"""Who is told of an incident, and when the next one up is (逐级上报): a pure look at one incident and the time.

A level that rises is told at once, to the rung of that level; the same level is told again only because nobody
acknowledged it in time, or because it still fires when it should have been dealt with: then one rung up.
Source: the indicators 2026.1, "From readings to people".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.definition import ORANGE, RED, YELLOW, Owner
from alerts.incidents import Event, Incident, Kind

Rung = Owner
#: Who is told, from below to above; `city` is the centre (市中心).
CITY: Rung = "city"
#: Readings of the moment: rung told at once for each level, and minutes to acknowledge and to act.
RT_FIRST: Mapping[int, int] = {YELLOW: 0, ORANGE: 1, RED: 2}
RT_RUNGS: tuple[Rung, ...] = ("duty", "manager", CITY)
RT_ACKNOWLEDGE: Mapping[int, int] = {YELLOW: 15, ORANGE: 10, RED: 5}
RT_ACT: Mapping[int, int] = {YELLOW: 60, ORANGE: 40, RED: 20}
#: What is read once a day or less: told at this time of the next working day, working days to acknowledge and to act.
MORNING = dt.time(8, 30)
SLOW_ACKNOWLEDGE, SLOW_ACT = 1, 5
NOON = dt.time(12)
SLOW_RUNGS: Mapping[Rung, tuple[Rung, ...]] = {
    "duty": ("duty", "manager", CITY),
    "manager": ("manager", "county", CITY),
    "liaison": ("liaison", CITY),
    "county": ("county", CITY),
    "data": ("data", CITY),
}

#: An instant and a number of working days → 08:30 of the working day so many further on (0: the next one at or after
#: 08:30 of which the instant is not yet past).
WorkingMorning = Callable[[dt.datetime, int], dt.datetime]


class Why(StrEnum):
    """Why somebody is told."""

    NEW = "new"
    ROSE = "rose"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOT_DONE = "not_done"
    GIVEN = "given"


SAID = {
    Why.NEW: "新的报警",
    Why.ROSE: "级别升高",
    Why.NOT_ACKNOWLEDGED: "到时无人签收，上报一级",
    Why.NOT_DONE: "到时仍在报警，上报一级",
    Why.GIVEN: "已转派",
}


@dataclass(frozen=True)
class Notice:
    """Somebody is to be told of an incident.

    Attributes:
        incident: its id.
        at: when.
        rung: who.
        level: the level told.
        why: why now.
    """

    incident: str
    at: dt.datetime
    rung: Rung
    level: int
    why: Why


def rungs_of(owner: Owner, *, fast: bool) -> tuple[Rung, ...]:
    """Who is told, from below to above."""
    return RT_RUNGS if fast else SLOW_RUNGS[owner]


def notice(
    incident: Incident, owner: Owner, now: dt.datetime, morning: WorkingMorning, *, fast: bool
) -> tuple[Incident, Notice | None, Event | None]:
    """Whether somebody is to be told now.

    Args:
        incident: the incident.
        owner: the first addressee of the indicator that opened it.
        now: the time.
        morning: the working mornings of the city.
        fast: its indicators are read every few minutes.

    Returns:
        The incident as told, the notice and the line of the history; None where there is nothing to tell.
    """
    if incident.closed_at is not None or incident.level == 0 and incident.told_level > 0 and _nothing_due(incident):
        return incident, None, None
    if incident.silenced_until is not None and now < incident.silenced_until:
        return incident, None, None
    rungs = rungs_of(owner, fast=fast)
    found = _due(incident, rungs, now, morning, fast=fast)
    if found is None:
        return incident, None, None
    rung, why = found
    level = incident.level or incident.told_level or incident.worst
    told = replace(incident, told_level=max(level, incident.told_level), rung=rung, told_at=now)
    event = Event(now, incident.id, Kind.TOLD, level, detail={"rung": rungs[rung], "why": why.value})
    return told, Notice(incident.id, now, rungs[rung], level, why), event


def _due(
    incident: Incident, rungs: tuple[Rung, ...], now: dt.datetime, morning: WorkingMorning, *, fast: bool
) -> tuple[int, Why] | None:
    top = len(rungs) - 1
    level = incident.level
    if not fast and incident.told_at is None:
        # Told in the morning whatever the evening's reading made of it: unacknowledged it stays for people.
        return (0, Why.NEW) if incident.worst > 0 and now >= morning(incident.opened_at, 0) else None
    if level > incident.told_level and not _quiet(incident):
        why = Why.NEW if incident.told_at is None else Why.ROSE
        return max(RT_FIRST[level] if fast else 0, incident.rung), why
    if incident.told_at is None or incident.rung >= top:
        return None
    told = incident.told_level or incident.worst
    if incident.acknowledged_at is None:
        minutes = dt.timedelta(minutes=RT_ACKNOWLEDGE[told])
        late = incident.told_at + minutes if fast else _mornings(morning, incident.told_at, SLOW_ACKNOWLEDGE, now)
        return (incident.rung + 1, Why.NOT_ACKNOWLEDGED) if now >= late else None
    since = max(incident.acknowledged_at, incident.told_at)
    act = since + dt.timedelta(minutes=RT_ACT[told]) if fast else _mornings(morning, since, SLOW_ACT, now)
    return (incident.rung + 1, Why.NOT_DONE) if level > 0 and now >= act else None


def _mornings(morning: WorkingMorning, since: dt.datetime, days: int, now: dt.datetime) -> dt.datetime:
    """The morning so many working days after an instant; what is told late in a morning counts from that morning."""
    clock = since.astimezone(now.tzinfo)
    if MORNING < clock.time() < NOON:
        clock = dt.datetime.combine(clock.date(), MORNING, clock.tzinfo)
    return morning(clock, days)


def _quiet(incident: Incident) -> bool:
    """All that fires comes and goes too often to be told each time; it was told before it did. Red is always told."""
    firing = {alert for alert, level in incident.alerts.items() if level > 0}
    return incident.told_at is None and firing <= incident.flapping and incident.level < RED


def _nothing_due(incident: Incident) -> bool:
    """All is well again and somebody knows of it."""
    return incident.acknowledged_at is not None


@dataclass(frozen=True)
class Deadline:
    """Until when something must have happened with an incident.

    Attributes:
        at: the instant; one rung up is told when it passes, where there is one.
        why: what is told then: nobody acknowledged it, or it still fires.
    """

    at: dt.datetime
    why: Why


def deadline(
    incident: Incident, owner: Owner, now: dt.datetime, morning: WorkingMorning, *, fast: bool
) -> Deadline | None:
    """Until when an incident must be acknowledged, or dealt with once it is; None where no clock runs.

    It runs from the instant at which somebody was told; where nobody has been told yet, from that at which the rule
    says that somebody is.

    Args:
        incident: the incident.
        owner: the first addressee of the indicator that opened it.
        now: the time.
        morning: the working mornings of the city.
        fast: its indicators are read every few minutes.
    """
    if incident.closed_at is not None or incident.worst == 0:
        return None
    told_at = incident.told_at or (incident.opened_at if fast else morning(incident.opened_at, 0))
    level = incident.told_level or incident.worst
    if incident.acknowledged_at is None:
        minutes = dt.timedelta(minutes=RT_ACKNOWLEDGE[level])
        at = told_at + minutes if fast else _mornings(morning, told_at, SLOW_ACKNOWLEDGE, now)
        return Deadline(at, Why.NOT_ACKNOWLEDGED)
    if incident.level == 0:
        return None
    since = max(incident.acknowledged_at, told_at)
    act = dt.timedelta(minutes=RT_ACT[level])
    return Deadline(since + act if fast else _mornings(morning, since, SLOW_ACT, now), Why.NOT_DONE)
