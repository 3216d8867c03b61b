"""What an evaluation needs from the lake: today's records, the small tables, and facts of the past."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.facts import FactStore
from cockpit.lake.store import Lake, Parts, Snapshot, months_between
from metrics.baseline import STEPS
from metrics.facts.kinds import all_kinds
from metrics.past import Past
from metrics.records import Records, empty
from metrics.view import View

#: Small tables, read whole.
WHOLE = ("halls", "calendar", "queues", "windows", "devices")
#: Events and plans of which only the day matters.
OF_THE_DAY = ("tickets", "window_sessions", "window_plan", "roster", "attendance", "headcounts")
#: Tables whose deliveries say whether a reading of the moment may be believed.
DELIVERED = ("tickets", "window_sessions", "window_plan", "roster", "attendance", "headcounts", "device_states")
#: A source's usual interval is judged by so many deliveries; most are found in the last days.
ENOUGH, RECENT = 21, dt.timedelta(days=2)
#: Kinds of facts that the readings of a moment look back to.
FACTS = ("queues",)
#: Days looked back to: the same weekday of the last weeks, the last days, the same weekday a year before.
WEEKDAYS = [dt.timedelta(weeks=week) for week in range(1, STEPS + 1)]
LAST_DAYS = [dt.timedelta(days=days) for days in range(1, 46)]
YEAR_BEFORE = [dt.timedelta(weeks=week) for week in (52, 53)]


class MomentLoader:
    """Loads what the readings of one moment (RT) look at, and nothing else; the past is kept from one to the next.

    Args:
        lake: the lake.
    """

    def __init__(self, lake: Lake) -> None:
        """Nothing is loaded yet."""
        self._store = FactStore(lake)
        self._first: tuple[pl.Series, pl.DataFrame] | None = None
        self._sources: tuple[object, pl.DataFrame] | None = None
        self._kept: tuple[object, Past] | None = None

    def view(self, snapshot: Snapshot, at: dt.datetime) -> View:
        """The records and facts for an instant.

        Args:
            snapshot: the records to go by.
            at: the instant; what happens after it on its day does no harm, readings leave it out.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        zone = ZoneInfo(snapshot.timezone)
        day = at.astimezone(zone).date()
        start = dt.datetime.combine(day, dt.time(), zone)
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
        wanted = {name: snapshot.scan(name) for name in WHOLE}
        wanted |= {name: snapshot.scan(name, start, end) for name in OF_THE_DAY}
        wanted["device_states"] = snapshot.scan("device_states", None, end).filter(
            pl.col("to_at").is_null() | (pl.col("to_at") > start)
        )
        wanted["deliveries"] = _deliveries(snapshot, start - RECENT, end)
        lazy = [rows.select(empty(name, snapshot.timezone).columns) for name, rows in wanted.items()]
        tables = dict(zip(wanted, pl.collect_all(lazy), strict=True))
        tables["deliveries"] = pl.concat([tables["deliveries"], self._older(snapshot, start - RECENT)])
        return View(Records(tables, snapshot.timezone), self._past(snapshot, day))

    def _older(self, snapshot: Snapshot, before: dt.datetime) -> pl.DataFrame:
        """Of every source the last deliveries before an instant: enough to tell how often it delivers, and if ever.

        Kept until another day begins or such deliveries have come in.
        """
        months = snapshot.files("deliveries").filter(pl.col("part") < before.strftime("%Y-%m"))["path"].sort()
        begun = _deliveries(snapshot, before.replace(day=1, hour=0), before)
        state = (before, months.to_list(), begun.select(pl.len(), pl.col("ingested_at").max()).collect().row(0))
        if self._sources is None or self._sources[0] != state:
            source = ["source_system", "table", "hall_id"]
            older = _deliveries(snapshot, None, before).select(empty("deliveries", snapshot.timezone).columns)
            last = (
                older.sort("delivered_at", descending=True)
                .group_by(source)
                .head(ENOUGH)
                .select(older.collect_schema().names())
            )
            self._sources = (state, last.collect())
        return self._sources[1]

    def _past(self, snapshot: Snapshot, day: dt.date) -> Past:
        kinds = {name: all_kinds()[name] for name in FACTS}
        days = sorted({day - back for back in (*WEEKDAYS, *LAST_DAYS, *YEAR_BEFORE)})
        key = (day, [self._store.marks(snapshot, kind, days[0], day) for kind in kinds.values()])
        if self._kept is None or self._kept[0] != key:
            facts = {
                name: self._store.facts(snapshot, kind, days[0], day, only=set(days)) for name, kind in kinds.items()
            }
            self._kept = (key, Past(facts, self._first_days(snapshot, day)))
        return self._kept[1]

    def _first_days(self, snapshot: Snapshot, day: dt.date) -> pl.DataFrame:
        """The day of each hall's first ticket; past months are read again only where their files have changed."""
        month = day.strftime("%Y-%m")
        files = snapshot.files("tickets").filter(pl.col("part") < month)["path"].sort()
        if self._first is None or not self._first[0].equals(files):
            self._first = (files, _first_days(snapshot, months_between(None, _before(day))))
        known = self._first[1]
        late = _first_days(snapshot, months_between(month, None)).join(known, on="hall_id", how="anti")
        return pl.concat([known, late])


def _first_days(snapshot: Snapshot, months: Parts) -> pl.DataFrame:
    taken = pl.col("take_time").min().dt.convert_time_zone(snapshot.timezone).dt.date()
    tickets = snapshot.raw("tickets", months).filter(~pl.col("is_test"))
    return tickets.group_by("hall_id").agg(taken.alias("first_day")).collect()


def _before(day: dt.date) -> str:
    """The month before a day's."""
    return (day.replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")


def _deliveries(snapshot: Snapshot, start: dt.datetime | None, end: dt.datetime) -> pl.LazyFrame:
    return snapshot.scan("deliveries", start, end).filter(pl.col("table").is_in(DELIVERED))
