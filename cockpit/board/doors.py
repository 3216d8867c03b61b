"""Whether the halls open today by their calendar, so that a day without records is not taken for a fault."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.door.viewer import Viewer
from cockpit.lake.store import Snapshot
from metrics.hours import sessions_of


@dataclass(frozen=True)
class Doors:
    """What the calendar says of the halls that a viewer may see; times in the city's zone.

    Attributes:
        opens: when the first of them opens today; None where none does.
        shut_today: whether the calendar knows today and none of them opens (闭厅).
        following: when the first of them opens next, after now; None where the calendar does not reach so far.
    """

    opens: datetime | None
    shut_today: bool
    following: datetime | None


def doors(snapshot: Snapshot, viewer: Viewer, now: datetime) -> Doors:
    """What the calendar says of today and of the next opening.

    Args:
        snapshot: the state of the data.
        viewer: who looks.
        now: the present instant.
    """
    now = now.astimezone(ZoneInfo(snapshot.timezone))
    calendar = viewer.within(snapshot.scan("calendar")).filter(pl.col("date") >= now.date()).collect()
    today = calendar.filter(pl.col("date") == now.date())
    openings = sessions_of(calendar)["open_at"].unique().sort()
    opens = openings.filter(openings.dt.date() == now.date())
    following = openings.filter(openings > now)
    return Doors(
        opens=opens[0] if len(opens) else None,
        shut_today=not today.is_empty() and not len(opens),
        following=following[0] if len(following) else None,
    )
