"""Incidents of a replay (回放中的事件): what would have been opened, had somebody acknowledged each at once.

In a replay nobody acknowledges, and what nobody acknowledges never ends: a month would be one incident of each hall.
So each is taken as acknowledged when it opens; it ends when all its alerts are over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from alerts.catalogue import catalogue
from alerts.incidents import Alert, Change, Incident, Key, changed


@dataclass(frozen=True)
class Merged:
    """One incident of a replay.

    Attributes:
        key: place and cause.
        opened_at: when its first alert fired.
        cleared_at: when all of them were over; None where they were not by the end.
        worst: greatest level.
        first: each alert it took in → when it first fired.
    """

    key: Key
    opened_at: dt.datetime
    cleared_at: dt.datetime | None
    worst: int
    first: dict[Alert, dt.datetime]

    @property
    def hall(self) -> str | None:
        """Its hall; None for a department, a county, an item."""
        return dict(self.key[0]).get("hall_id")


def merged(changes: Iterable[Change]) -> list[Merged]:
    """Put changes of level into incidents.

    Args:
        changes: of any indicators, in the order of time.

    Returns:
        The incidents, in the order in which they opened.
    """
    open_: dict[Key, Incident] = {}
    first: dict[str, dict[Alert, dt.datetime]] = {}
    last: dict[str, Incident] = {}
    for change in changes:
        incident, _ = changed(open_, change, catalogue()[change.alert[0]])
        if incident is None:
            continue
        if incident.acknowledged_at is None:
            incident = replace(incident, acknowledged_at=change.at)
        last[incident.id] = incident
        if change.level > change.before:
            first.setdefault(incident.id, {}).setdefault(change.alert, change.at)
        if incident.closed_at is None:
            open_[incident.key] = incident
        else:
            open_.pop(incident.key, None)
    return [Merged(one.key, one.opened_at, one.closed_at, one.worst, first.get(one.id, {})) for one in last.values()]
