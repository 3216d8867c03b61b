"""Incidents before this one that were like it, and what helped: here first, then at halls of the same kind.

Who sees a part of the city learns of other halls only what many of them have in common, never of a single one.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.definition import LEVELS
from alerts.incidents import CLOSINGS, Closing
from cockpit.board.alert_people import called
from cockpit.board.alert_shown import Shown
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_past import Past, of_cause, said_about
from cockpit.watch.place_names import names

#: So many of the latest incidents of a cause are looked at, and so many are shown of each kind.
LOOKED_AT, SHOWN = 400, 5
#: With fewer other halls a summary would give one of them away.
OTHERS_ENOUGH = 3
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Alike:
    """An incident before, and what was done about it.

    Attributes:
        id: of the incident.
        where: its place in words.
        opened_at: when it opened.
        worst: the greatest level it had, in Chinese.
        minutes: from its opening until all was well again; None where that was never seen.
        closing: why it was closed, in Chinese; "" where it is open.
        said: what people wrote about it, each with a name, the latest last.
    """

    id: str
    where: str
    opened_at: dt.datetime
    worst: str
    minutes: float | None
    closing: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """Many incidents of other halls, taken together.

    Attributes:
        incidents: how many.
        halls: of how many halls.
        handled: how many were closed as 属实已处置.
        minutes: median from opening until all was well again; None where that was never seen.
    """

    incidents: int
    halls: int
    handled: int
    minutes: float | None


@dataclass(frozen=True)
class Before:
    """What was before an incident.

    Attributes:
        here: of the same place and cause, the latest first.
        total: how many of these there were among those looked at.
        elsewhere: of the same cause at halls of the same kind that the viewer sees, closed ones, the latest first.
        others: those of all other halls of the same kind, taken together; None where too few halls have any.
    """

    here: tuple[Alike, ...]
    total: int
    elsewhere: tuple[Alike, ...]
    others: Summary | None


def before(folder: DataFolder, viewer: Viewer, shown: Shown, now: dt.datetime) -> Before:
    """Incidents like one that the viewer sees.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        shown: the incident.
        now: the present instant.
    """
    places, database = names(folder), folder.records.database
    found = of_cause(database, shown.cause, shown.opened_at, LOOKED_AT)
    here = [one for one in found if one.place == shown.place]
    kind = places.levels.get(shown.hall_id)
    like = [
        one
        for one in found
        if one.place != shown.place and one.closed_at is not None and kind is not None
        and places.levels.get(dict(one.place).get("hall_id", "")) == kind
    ]  # fmt: skip
    seen = [one for one in like if viewer.sees_place(one.place)]
    told = [*here[:SHOWN], *seen[:SHOWN]]
    said, people = said_about(database, [one.id for one in told]), called(folder, now)

    def alike(one: Past) -> Alike:
        words = tuple(f"{people.get(event.who, event.who)}：{event.text}" for event in said.get(one.id, ()))
        closing = CLOSINGS[one.closing] if one.closing else ""
        at = one.opened_at.astimezone(folder.zone)
        return Alike(one.id, places.said(one.place), at, LEVELS[one.worst], _minutes(one), closing, words)

    return Before(
        tuple(map(alike, here[:SHOWN])), len(here), tuple(map(alike, seen[:SHOWN])), _together(like)
    )  # fmt: skip


def _together(found: Sequence[Past]) -> Summary | None:
    halls = {dict(one.place)["hall_id"] for one in found}
    if len(halls) < OTHERS_ENOUGH:
        return None
    lasted = [minutes for one in found if (minutes := _minutes(one)) is not None]
    handled = sum(one.closing is Closing.HANDLED for one in found)
    return Summary(len(found), len(halls), handled, statistics.median(lasted) if lasted else None)


def _minutes(one: Past) -> float | None:
    return None if one.cleared_at is None else (one.cleared_at - one.opened_at) / _MINUTE
