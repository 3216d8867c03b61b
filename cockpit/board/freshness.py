"""How old the data are, and which day the pages show when the data end before today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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


def freshness(folder: DataFolder, snapshot: Snapshot, now: datetime) -> Freshness:
    """How far the data of a folder reach, at most until now."""
    zone = ZoneInfo(snapshot.timezone)
    latest = pl.collect_all(
        [
            snapshot.scan(name).select(pl.max_horizontal(pl.col(TABLES[name].events).max()).alias("at"))
            for name in LIVING
            if snapshot.has(name)
        ]
    )
    event = _latest([frame.item() for frame in latest], now, zone)
    # What reaches beyond the last event was delivered after it, give or take the clocks of the sources.
    since = event.astimezone(UTC) - timedelta(days=1) if event else None
    of_halls = snapshot.scan("deliveries", since).filter(pl.col("table").is_in(LIVING))
    covers = of_halls.select(pl.col("covers_until").max())
    batches = folder.records.batches(1)
    return Freshness(
        latest_event=event,
        reaches=_latest([event, covers.collect().item()], now, zone),
        last_import=batches[0].finished_at.astimezone(zone) if batches else None,
    )


def moment(snapshot: Snapshot, fresh: Freshness, now: datetime) -> Moment | None:
    """The instant to show: now where today has data, else the end of the last day that has; None without any."""
    zone = ZoneInfo(snapshot.timezone)
    now = now.astimezone(zone)
    for group in DAY_MAKERS:
        begun = [
            snapshot.scan(name).select(pl.col(str(TABLES[name].time)).max()) for name in group if snapshot.has(name)
        ]
        last = _latest([frame.item() for frame in pl.collect_all(begun)], now, zone)
        if last is None or fresh.latest_event is None:
            continue
        day = last.date()
        start = datetime.combine(day, time(), zone)
        if day == now.date():
            return Moment(day, start, now, live=True)
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        return Moment(day, start, min(fresh.latest_event + INSTANT, end), live=False)
    return None


def _latest(times: list[datetime | None], now: datetime, zone: ZoneInfo) -> datetime | None:
    known = [at for at in times if at is not None]
    return min(max(known), now).astimezone(zone) if known else None
