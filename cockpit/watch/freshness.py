"""How old the data are, and which day the pages show when the data end before today."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from metrics.standard import TABLES

#: Tables in which the running of a hall leaves its events; what they say last decides how old the data are.
LIVING = ("tickets", "queue_snapshots", "window_sessions", "cases", "reviews", "complaints", "headcounts", "attendance")
#: The day shown is the last day of the first of these groups that has any row: a hall runs by its queue; where there is
#: none, by its cases; a late review alone does not make a day.
DAY_MAKERS = (("tickets", "queue_snapshots", "window_sessions"), ("cases",), ("reviews", "complaints", "headcounts"))
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Freshness:
    """How far the data reach; all times in the city's zone, None where there is nothing yet.

    Attributes:
        latest_event: when the last thing happened that the data know of.
        reaches: 数据截至, the later of the last event and of what the deliveries say they cover.
        last_import: when the last batch was brought in.
    """

    latest_event: datetime | None
    reaches: datetime | None
    last_import: datetime | None

    def age_minutes(self, now: datetime) -> float | None:
        """Minutes from where the data end to now; never below 0."""
        return None if self.reaches is None else max(0.0, (now - self.reaches) / timedelta(minutes=1))


@dataclass(frozen=True)
class Moment:
    """The instant a page shows.

    Attributes:
        day: the city's day.
        start: its first instant.
        at: everything before this instant is known.
        live: whether it is now; else the data end on an earlier day, and that day is shown.
    """

    day: date
    start: datetime
    at: datetime
    live: bool

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The part of the day that is known, half open and in UTC, as the lake is cut."""
        return self.start.astimezone(UTC), self.at.astimezone(UTC)


@dataclass(frozen=True)
class _Ends:
    """Where the data of one state end: per table the last beginning, over all tables the last event and delivery."""

    begun: dict[str, datetime]
    event: datetime | None
    covers: datetime | None


@dataclass(frozen=True)
class _State:
    """One state of the data of one folder; a state never changes, so what was read of it may be kept."""

    path: str
    version: str
    last_batch: str
    snapshot: Snapshot = field(compare=False)


def freshness(folder: DataFolder, snapshot: Snapshot, now: datetime) -> Freshness:
    """How far the data of a folder reach, at most until now."""
    zone = ZoneInfo(snapshot.timezone)
    ends, last_import = _ends(_state(folder, snapshot)), folder.records.batches(1)
    return Freshness(
        latest_event=_earlier(ends.event, now, zone),
        reaches=_earlier(max(filter(None, (ends.event, ends.covers)), default=None), now, zone),
        last_import=last_import[0].finished_at.astimezone(zone) if last_import else None,
    )


def moment(folder: DataFolder, snapshot: Snapshot, now: datetime) -> Moment | None:
    """The instant to show: now where today has data, else the end of the last day that has; None without any."""
    zone = ZoneInfo(snapshot.timezone)
    now = now.astimezone(zone)
    ends = _ends(_state(folder, snapshot))
    event = _earlier(ends.event, now, zone)
    for group in DAY_MAKERS:
        begun = max((ends.begun[name] for name in group if name in ends.begun), default=None)
        last = _earlier(begun, now, zone)
        if last is None or event is None:
            continue
        day = last.date()
        start = datetime.combine(day, time(), zone)
        if day == now.date():
            return Moment(day, start, now, live=True)
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        return Moment(day, start, min(event + INSTANT, end), live=False)
    return None


def _state(folder: DataFolder, snapshot: Snapshot) -> _State:
    batches = folder.records.batches(1)
    return _State(str(folder.path), snapshot.version, batches[0].batch_id if batches else "", snapshot)


@lru_cache(maxsize=4)
def _ends(state: _State) -> _Ends:
    snapshot = state.snapshot
    names = [name for name in LIVING if snapshot.has(name)]
    latest = pl.collect_all([snapshot.scan(name).select(pl.col(TABLES[name].events).max()) for name in names])
    begun = {
        name: frame[str(TABLES[name].time)].item()
        for name, frame in zip(names, latest, strict=True)
        if frame[str(TABLES[name].time)].item() is not None
    }
    event = max((at for frame in latest for at in frame.row(0) if at is not None), default=None)
    # What reaches beyond the last event was delivered after it, give or take the clocks of the sources.
    since = event.astimezone(UTC) - timedelta(days=1) if event else None
    of_halls = snapshot.scan("deliveries", since).filter(pl.col("table").is_in(LIVING))
    return _Ends(begun, event, of_halls.select(pl.col("covers_until").max()).collect().item())


def _earlier(at: datetime | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """A time in the city's zone, at most now: a source's clock that is ahead does not make its data younger."""
    return None if at is None else min(at, now).astimezone(zone)
