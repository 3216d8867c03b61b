"""The course of a reading before and after an alert began, and what the records of that day advise to do.

The indicator is read again at its instants, with the same functions as in live evaluation, from the records as they are
now: what came late is in it. The numbers frozen when the alert began stand beside it and never change.
"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

import polars as pl

from alerts.advice import ADVISED, Advice, advice
from alerts.definition import Definition
from alerts.incidents import Place
from cockpit.board.incident import Alarm
from cockpit.board.keeping import Keeper
from cockpit.door.charge import NOT_YOURS
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Lake
from cockpit.watch.day_loading import day_view
from cockpit.watch.loading import MomentLoader
from cockpit.watch.replay import instants_of
from metrics.hours import rt_instants
from metrics.view import View

#: What is shown of an indicator that is read once a day or less: so many days before it fired and after.
BEFORE = {"D": 14, "W": 42, "M": 31}
AFTER = 7
_DAY = dt.timedelta(days=1)
_GRID = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Course:
    """Readings of one indicator at one place.

    Attributes:
        points: at, value (null where there is none), baseline (null where there is none), numerator, denominator,
            reading; in order of time.
        fast: whether they are of one day, every few minutes.
    """

    points: pl.DataFrame
    fast: bool


def is_slow(definition: Definition) -> bool:
    """Whether its course is read from months of records, which takes some seconds to half a minute."""
    return definition.cadence != "RT"


def course(folder: DataFolder, viewer: Viewer, alarm: Alarm, now: dt.datetime) -> Course:
    """The readings around the moment at which an alert began.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        alarm: the alert; of one that came again, the day on which it last began is shown.
        now: the present instant.

    Raises:
        Refused: its place is outside the viewer's scope.
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    definition, place = _checked(viewer, alarm)
    now = now.astimezone(folder.zone)
    begun = max((at for at, before, _ in alarm.turns if before == 0), default=alarm.begun_at)
    if not is_slow(definition):
        return Course(_of(place, _moments(folder, definition, begun.date(), place, now)), fast=True)
    last = min(begun.date() + AFTER * _DAY, now.date())
    found = _slow.get(
        (str(folder.path), definition.id, begun.date(), last),
        now,
        lambda: _days(folder, definition, begun.date() - BEFORE[definition.cadence] * _DAY, last, now),
    )
    return Course(_of(place, found), fast=False)


def advised(folder: DataFolder, viewer: Viewer, alarm: Alarm, now: dt.datetime) -> list[Advice]:
    """What to do about a queue now (增开窗口建议), for the indicators that come with advice; renewed every 5 minutes.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        alarm: the alert.
        now: the present instant.

    Returns:
        One for each queue concerned; empty where the hall is shut, or where too little is known.

    Raises:
        Refused: its place is outside the viewer's scope.
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    definition, place = _checked(viewer, alarm)
    if definition.id not in ADVISED:
        return []
    now = now.astimezone(folder.zone)
    at = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    view, where = _view(folder, at.date(), now), dict(place)
    if rt_instants(view.sessions, at, at).filter(pl.col("hall_id") == where["hall_id"]).is_empty():
        return []
    queues = [where["queue_id"]] if "queue_id" in where else _queues(view, where["hall_id"], where["service_group"])
    return advice(view, at, queues)


def _checked(viewer: Viewer, alarm: Alarm) -> tuple[Definition, Place]:
    if alarm.definition is None or not viewer.sees_place(alarm.alert[1]):
        raise Refused(NOT_YOURS.replace("，没有改动", ""))
    return alarm.definition, alarm.alert[1]


def _moments(folder: DataFolder, definition: Definition, day: dt.date, place: Place, now: dt.datetime) -> pl.DataFrame:
    """The readings of a day at a hall, up to the present."""
    view, hall = _view(folder, day, now), dict(place)["hall_id"]
    start = dt.datetime.combine(day, dt.time(), folder.zone)
    end = min(start + _DAY - _GRID, now)
    instants = rt_instants(view.sessions, start, end).filter(pl.col("hall_id") == hall)
    return definition.quantity.measure(view, instants)


def _days(folder: DataFolder, definition: Definition, first: dt.date, last: dt.date, now: dt.datetime) -> pl.DataFrame:
    with _one_at_a_time:
        view = day_view(folder.lake, folder.lake.snapshot(), first, last)
        start = dt.datetime.combine(first, dt.time(), folder.zone)
        end = min(dt.datetime.combine(last, dt.time(23, 59), folder.zone), now)
        return definition.quantity.measure(view, instants_of(view, definition.cadence, start, end))


def _of(place: Place, readings: pl.DataFrame) -> pl.DataFrame:
    mine = readings.filter(*(pl.col(name) == value for name, value in place))
    kept = ("at", "value", "baseline", "numerator", "denominator", pl.col("reading").cast(pl.String))
    return mine.select(kept).sort("at")


def _queues(view: View, hall: str, group: str) -> list[str]:
    """The queues that the windows of a service group serve."""
    mine = view.records["windows"].filter(pl.col("hall_id") == hall, pl.col("service_group") == group)
    return mine["queue_ids"].explode().drop_nulls().unique().sort().to_list()


def _view(folder: DataFolder, day: dt.date, now: dt.datetime) -> View:
    """The records of a day as the readings see them; loaded once for everybody, today's anew every minute."""
    kept = _today if day == now.date() else _earlier
    return kept.get((str(folder.path), day), now, lambda: _loaded(folder.lake, str(folder.path), day))


def _loaded(lake: Lake, path: str, day: dt.date) -> View:
    with _one_at_a_time:
        if _loader.get("path") != (path, lake):
            _loader.clear()
            _loader["path"], _loader["loader"] = (path, lake), MomentLoader(lake)
        loader = _loader["loader"]
        assert isinstance(loader, MomentLoader)
        return loader.days(lake.snapshot(), day, day)


#: What has been loaded serves the next minute; a loader is not for several threads at once.
_one_at_a_time = threading.Lock()
_loader: dict[str, object] = {}
_today: Keeper[View] = Keeper(entries=2, minutes=1)
_earlier: Keeper[View] = Keeper(entries=2, minutes=30)
_slow: Keeper[pl.DataFrame] = Keeper(entries=16, minutes=30)
