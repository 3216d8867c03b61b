"""运行总览: the read model of the first screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cockpit.board.doors import Doors, doors
from cockpit.board.imports import ImportEntry, Quarantine, import_history, quarantine
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.watch.day_course import Course, course
from cockpit.watch.freshness import Freshness, Moment, freshness, moment
from cockpit.watch.halls_today import HallToday, city_today, halls_today


@dataclass(frozen=True)
class Overview:
    """The first screen: how the city runs on the day shown, how old that is, what came in and what was refused.

    Attributes:
        city: name of the city.
        shown_at: when this was put together, in the city's zone.
        freshness: how far the data reach.
        moment: the instant shown; None where nothing has happened yet that the data know of.
        doors: when the halls open, today and next, by their calendar.
        total: the city.
        halls: every hall the viewer may see, then what belongs to no hall.
        course: the course of the day; None where there is none.
        imports: the latest imports; only for who sees the whole city.
        quarantine: what was refused; None for who does not see the whole city or may not see refused rows.
    """

    city: str
    shown_at: datetime
    freshness: Freshness
    moment: Moment | None
    doors: Doors
    total: HallToday
    halls: tuple[HallToday, ...]
    course: Course | None
    imports: tuple[ImportEntry, ...]
    quarantine: Quarantine | None

    @property
    def empty(self) -> bool:
        """Whether nothing has ever been brought in or refused."""
        return self.moment is None and not self.halls and not self.imports

    def stale(self, stale_minutes: int) -> bool:
        """Whether the data should be newer: today has some, a hall is open or none says when, and nothing comes."""
        age = self.freshness.age_minutes(self.shown_at)
        live = self.moment is not None and self.moment.live
        return live and age is not None and age > stale_minutes and self.total.open is not False


def overview(folder: DataFolder, viewer: Viewer, now: datetime) -> Overview:
    """Put the first screen together, all of it from one state of the data.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant.
    """
    snapshot = folder.lake.snapshot()
    zone = ZoneInfo(snapshot.timezone)
    fresh = freshness(folder, snapshot, now)
    shown = moment(folder, snapshot, now)
    halls = halls_today(snapshot, shown, viewer.scope) if shown else []
    return Overview(
        city=folder.city,
        shown_at=now.astimezone(zone),
        freshness=fresh,
        moment=shown,
        doors=doors(snapshot, viewer, now),
        total=city_today(folder.city, halls),
        halls=tuple(halls),
        course=course(snapshot, shown, viewer.within) if shown else None,
        imports=tuple(import_history(folder, zone)) if viewer.sees_city else (),
        quarantine=quarantine(snapshot) if viewer.sees_city and viewer.may(Right.QUARANTINE) else None,
    )
