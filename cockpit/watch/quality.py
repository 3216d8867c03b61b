"""How sources deliver and how good their records are, read from the lake and kept for a few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.store import Lake, Snapshot, reading
from cockpit.watch.kept import Kept
from metrics.asof import as_of
from metrics.data_quality import NEEDED, quality_counts
from metrics.hours import sessions_of
from metrics.sources import INTERVALS, SOURCE, source_states

#: So long a count stands although new data have come.
SOURCES_STAND, QUALITY_STANDS = timedelta(minutes=1), timedelta(minutes=30)
#: Weeks that are scored: those that are over, and the one that runs.
WEEKS = 8
#: Most sources deliver so often within so many days that older deliveries need not be looked at.
_RECENT = timedelta(days=7)
_LOOKED_AT = ("deliveries", "calendar")
_TAKEN_BEFORE = timedelta(days=2)

_sources: Kept[pl.DataFrame] = Kept(most=4)
_older: Kept[pl.DataFrame] = Kept(most=4)
_quality: Kept[tuple[datetime, pl.DataFrame]] = Kept(most=4)


def sources(lake: Lake, snapshot: Snapshot, t: datetime) -> pl.DataFrame:
    """Every source with its last delivery and its state; as `metrics.sources.source_states`.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    state = tuple(snapshot.heads.get(name) for name in _LOOKED_AT)
    return _sources.get(str(lake.path), state, t, SOURCES_STAND, lambda: _source_states(lake, snapshot, t))


def quality(lake: Lake, snapshot: Snapshot, t: datetime) -> tuple[datetime, pl.DataFrame]:
    """The checks of the last weeks, and as of when; as `metrics.data_quality.quality_counts`.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    state = tuple(snapshot.heads.get(name) for name in (*NEEDED, "calendar"))
    return _quality.get(str(lake.path), state, t, QUALITY_STANDS, lambda: (t, _quality_counts(snapshot, t)))


def _source_states(lake: Lake, snapshot: Snapshot, t: datetime) -> pl.DataFrame:
    with reading(snapshot):
        zone = ZoneInfo(snapshot.timezone)
        # From a Monday on, so that what lies before it stays the same for a week.
        today = t.astimezone(zone).date()
        monday = today - timedelta(days=today.weekday())
        since = datetime.combine(monday, datetime.min.time(), zone) - _RECENT
        columns = (*SOURCE, "delivered_at", "covers_until")
        recent = snapshot.scan("deliveries", since, t).select(columns).collect()
        older = _older.get(
            (str(lake.path), since), None, t, timedelta(hours=6), lambda: _last_before(snapshot, since, columns)
        )
        first = datetime.combine(monday - timedelta(weeks=26), datetime.min.time(), zone).date()
        calendar = snapshot.scan("calendar").filter(pl.col("date").is_between(first, today)).collect()
        return source_states(pl.concat([older, recent]), sessions_of(calendar), t)


def _last_before(snapshot: Snapshot, before: datetime, columns: tuple[str, ...]) -> pl.DataFrame:
    """Of every source the last deliveries before an instant."""
    rows = snapshot.scan("deliveries", None, before).select(columns)
    last = rows.group_by(SOURCE).agg(
        pl.col("delivered_at", "covers_until").sort_by("delivered_at", descending=True).head(INTERVALS + 1)
    )
    return last.explode("delivered_at", "covers_until").select(columns).collect()


def _quality_counts(snapshot: Snapshot, t: datetime) -> pl.DataFrame:
    with reading(snapshot):
        zone = ZoneInfo(snapshot.timezone)
        today = t.astimezone(zone).date()
        first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
        since = datetime.combine(first, datetime.min.time(), zone)
        timed = [name for name in NEEDED if name != "windows"]
        lazy = {name: as_of(name, snapshot.scan(name, since, t).select(NEEDED[name]), t) for name in timed}
        lazy["windows"] = snapshot.scan("windows").select(NEEDED["windows"])
        rows = dict(zip(lazy, pl.collect_all(list(lazy.values())), strict=True))
        named_cases = rows["tickets"].select("project_no").drop_nulls().unique().lazy()
        named_tickets = rows["reviews"].select("ticket_id").drop_nulls().unique().lazy()
        cases = snapshot.scan("cases", None, t).select("project_no").join(named_cases, on="project_no", how="semi")
        tickets = snapshot.scan("tickets", since - _TAKEN_BEFORE, t).select("ticket_id")
        known = pl.collect_all([cases, tickets.join(named_tickets, on="ticket_id", how="semi")])
        calendar = snapshot.scan("calendar").filter(pl.col("date").is_between(first, today)).collect()
        return quality_counts(rows, known[0]["project_no"], known[1]["ticket_id"], sessions_of(calendar), t)
