"""What an evaluation needs from the lake: today's records, the small tables, and facts of the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.facts import FactStore
from cockpit.lake.marks import DayMarks
from cockpit.lake.store import Lake, Parts, Snapshot, months_between, reading
from metrics.baseline import STEPS
from metrics.facts.kinds import all_kinds
from metrics.hours import sessions_of
from metrics.past import Past
from metrics.readings.demand import WITHIN_DAYS
from metrics.records import Records, empty
from metrics.view import View

#: Small tables, read whole and only where they have changed.
WHOLE = ("halls", "calendar", "queues", "windows", "devices")
#: Events and plans of which only the day matters.
OF_THE_DAY = ("tickets", "window_sessions", "window_plan", "roster", "attendance", "headcounts")
#: Tables whose deliveries say whether a reading of the moment may be believed.
DELIVERED = ("tickets", "window_sessions", "window_plan", "roster", "attendance", "headcounts", "device_states")
#: What makes a source; its usual interval is judged by so many deliveries.
SOURCE, ENOUGH = ["source_system", "table", "hall_id"], 21
#: Kinds of facts that the readings of a moment look back to.
FACTS = ("queues",)
#: Days looked back to: the same weekday of the last weeks, the last days, the same weekday a year before.
WEEKDAYS = [dt.timedelta(weeks=week) for week in range(1, STEPS + 1)]
LAST_DAYS = [dt.timedelta(days=days) for days in range(1, WITHIN_DAYS + 1)]
YEAR_BEFORE = [dt.timedelta(weeks=week) for week in (52, 53)]
_DAY, _LATELY = dt.timedelta(days=1), dt.timedelta(days=10)


class MomentLoader:
    """Loads what the readings of one moment (RT) look at, and nothing else; the past is kept from one to the next.

    Args:
        lake: the lake.
    """

    def __init__(self, lake: Lake) -> None:
        """Nothing is loaded yet."""
        self._store = FactStore(lake)
        self._days = DayMarks()
        self._span: tuple[dt.datetime, dt.datetime] | None = None
        self._files: dict[tuple[str, str], pl.DataFrame] = {}
        self._whole: dict[str, tuple[int | None, pl.DataFrame]] = {}
        self._sessions: tuple[pl.DataFrame, pl.DataFrame] | None = None
        self._first: tuple[list[str], pl.DataFrame] | None = None
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
        day = at.astimezone(ZoneInfo(snapshot.timezone)).date()
        return self.days(snapshot, day, day)

    def days(self, snapshot: Snapshot, first: dt.date, last: dt.date) -> View:
        """The records and facts for all instants of some days, as a replay asks for them.

        Args:
            snapshot: the records to go by.
            first: first day.
            last: last day, included.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        zone = ZoneInfo(snapshot.timezone)
        start, end = (dt.datetime.combine(day, dt.time(), zone) for day in (first, last + _DAY))
        with reading(snapshot):
            tables = self._tables(snapshot, start, end)
            tables["deliveries"] = pl.concat([tables["deliveries"], self._older(snapshot, start)])
            past = self._past(snapshot, first, last, tables["calendar"])
        tables["calendar"] = tables["calendar"].filter(pl.col("date").is_between(first, last))
        return View(Records(tables, snapshot.timezone), past)

    def _tables(self, snapshot: Snapshot, start: dt.datetime, end: dt.datetime) -> dict[str, pl.DataFrame]:
        """The small tables, and the rows of a span; files that have been read for the same span are not read again."""
        zone = snapshot.timezone
        fresh = [name for name in WHOLE if name not in self._whole or self._whole[name][0] != snapshot.heads.get(name)]
        lazy = {(name, ""): snapshot.scan(name).select(empty(name, zone).columns) for name in fresh}
        if self._span != (start, end):
            self._span, self._files = (start, end), {}
        spans = dict.fromkeys((*OF_THE_DAY, "deliveries"), (start, end)) | {"device_states": (None, end)}
        files = [(name, path) for name, span in spans.items() for path in snapshot.paths(name, *span)]
        kept = {
            "device_states": pl.col("to_at").is_null() | (pl.col("to_at") > start),
            "deliveries": pl.col("table").is_in(DELIVERED),
        }
        for name, path in files:
            if (name, path) not in self._files:
                rows = snapshot.scan_file(name, path, *spans[name]).filter(kept.get(name, pl.lit(value=True)))
                lazy[name, path] = rows.select(empty(name, zone).columns)
        found = self._files | dict(zip(lazy, pl.collect_all(list(lazy.values())), strict=True))
        self._whole |= {name: (snapshot.heads.get(name), found[name, ""]) for name in fresh}
        self._files = {place: found[place] for place in files}
        tables = {name: rows for name, (_, rows) in self._whole.items()}
        for name in spans:
            parts = [rows for (of, _), rows in self._files.items() if of == name and rows.height]
            tables[name] = pl.concat(parts) if parts else empty(name, zone)
        return tables

    def _older(self, snapshot: Snapshot, before: dt.datetime) -> pl.DataFrame:
        """Of every source the last deliveries before an instant: enough to tell how often it delivers, and if ever.

        Kept until another day begins or such deliveries have come in.
        """
        month = before.strftime("%Y-%m")
        files = snapshot.files("deliveries")
        earlier = sorted(path for path, part in files.select("path", "part").iter_rows() if part < month)
        begun = self._days.of(snapshot, "deliveries", {month}).filter(pl.col("date") < before.date())
        state = (before, earlier, sorted(begun.rows()))
        if self._sources is None or self._sources[0] != state:
            self._sources = (state, last_deliveries(snapshot, before))
        return self._sources[1]

    def _past(self, snapshot: Snapshot, first: dt.date, last: dt.date, calendar: pl.DataFrame) -> Past:
        if self._sessions is None or self._sessions[0] is not calendar:
            self._sessions = (calendar, sessions_of(calendar))
        sessions = self._sessions[1]
        kinds = {name: all_kinds()[name] for name in FACTS}
        days = sorted(_looked_back(first, last))
        marks = [self._store.marks(snapshot, kind, days[0], last, only=days) for kind in kinds.values()]
        # Tickets of long ago, beyond all days looked back to, may still tell an earlier first day of a hall.
        key = (first, last, marks, _earlier_files(snapshot, first))
        if self._kept is None or self._kept[0] != key or self._kept[1].sessions is not sessions:
            facts = {name: self._store.facts(snapshot, kind, days[0], last, only=days) for name, kind in kinds.items()}
            self._kept = (key, Past(facts, self._first_days(snapshot, first), sessions))
        return self._kept[1]

    def _first_days(self, snapshot: Snapshot, day: dt.date) -> pl.DataFrame:
        """The day of each hall's first ticket; past months are read again only where their files have changed."""
        month, files = day.strftime("%Y-%m"), _earlier_files(snapshot, day)
        if self._first is None or self._first[0] != files:
            self._first = (files, first_days(snapshot, months_between(None, _before(day))))
        known = self._first[1]
        late = first_days(snapshot, months_between(month, None)).join(known, on="hall_id", how="anti")
        return pl.concat([known, late])


def _earlier_files(snapshot: Snapshot, day: dt.date) -> list[str]:
    """Files of the tickets of the months before a day's."""
    return sorted(snapshot.files("tickets").filter(pl.col("part") < day.strftime("%Y-%m"))["path"])


def _looked_back(first: dt.date, last: dt.date) -> set[dt.date]:
    """The closed days to which the days from one to another look back."""
    span = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    days = {day - back for day in span for back in (*WEEKDAYS, *LAST_DAYS, *YEAR_BEFORE)}
    return {day for day in days if day < last}


def last_deliveries(
    snapshot: Snapshot, before: dt.datetime, tables: Collection[str] | None = DELIVERED
) -> pl.DataFrame:
    """The last deliveries of every source before an instant; several batches at one instant count as one of them.

    Args:
        snapshot: the records to go by.
        before: the instant.
        tables: those whose deliveries are asked for; None: of all.
    """
    # Most sources have told enough in the last weeks; only the others are looked for in all the past.
    near = before - _LATELY
    late = _last(_deliveries(snapshot, near, before, tables), snapshot.timezone)
    enough = late.group_by(SOURCE).agg(pl.len()).filter(pl.col("len") >= ENOUGH)
    others = _deliveries(snapshot, None, near, tables).join(enough.lazy(), on=SOURCE, how="anti")
    return pl.concat([late, _last(others, snapshot.timezone)])


def _last(deliveries: pl.LazyFrame, timezone: str) -> pl.DataFrame:
    """The last ones of every source."""
    columns = empty("deliveries", timezone).columns
    return (
        deliveries.select(columns)
        .sort("delivered_at", "covers_until", descending=True, maintain_order=True)
        .unique([*SOURCE, "delivered_at"], keep="first", maintain_order=True)
        .group_by(SOURCE)
        .head(ENOUGH)
        .select(columns)
        .collect()
    )


def first_days(snapshot: Snapshot, months: Parts | None = None) -> pl.DataFrame:
    """The day of each hall's first ticket, of some months or of all: hall_id, first_day."""
    taken = pl.col("take_time").min().dt.convert_time_zone(snapshot.timezone).dt.date()
    tickets = snapshot.raw("tickets", months).filter(~pl.col("is_test"))
    return tickets.group_by("hall_id").agg(taken.alias("first_day")).collect()


def _before(day: dt.date) -> str:
    """The month before a day's."""
    return (day.replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")


def _deliveries(
    snapshot: Snapshot, start: dt.datetime | None, end: dt.datetime, tables: Collection[str] | None
) -> pl.LazyFrame:
    rows = snapshot.scan("deliveries", start, end)
    return rows if tables is None else rows.filter(pl.col("table").is_in(list(tables)))
