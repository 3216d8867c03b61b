"""The city's own 归集记录: when each source delivered what, so that freshness and delay can be judged in the past.

Machines, clocks, doors and devices deliver every quarter of an hour while their hall is open, once more in the evening;
cases, reviews and complaints at noon and in the evening, health checks in the evening, plans once a week, reference
tables once. A row counts in every delivery that tells something new of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, MINUTE, Almanac, date_of
from cockpit.demo.draws import Flags, Ints, Stream, hashed
from cockpit.demo.frames import AT_HALL, CENTRAL, named
from cockpit.demo.incidents import Active
from cockpit.demo.places import Hall

LIVE_EVERY = 15 * MINUTE
_AFTER_CLOSING = 45 * MINUTE
EVENING = 21 * HOUR + 30 * MINUTE
_BATCHES = (12 * HOUR, 19 * HOUR + 40 * MINUTE)
_ONCE_A_DAY = (19 * HOUR + 30 * MINUTE,)
_BAD, _UNEVEN, _LONGEST_LAG = 0.002, 0.06, 4 * MINUTE
LIVE = {
    "tickets": "queue",
    "window_sessions": "queue",
    "queue_snapshots": "queue",
    "attendance": "clock",
    "headcounts": "door",
    "device_states": "devices",
}
"""Tables delivered all day, and the source that brings them."""
BATCHED = {
    "cases": "approval",
    "case_pauses": "approval",
    "case_steps": "approval",
    "reviews": "reviews",
    "complaints": "complaints",
}
DAILY = {"health_checks": "health"}
PLANS = ("window_plan", "roster")
_TABLES = (*LIVE, *BATCHED, *DAILY, *PLANS)
CHANGES = {
    "tickets": ("take_time", "call_time", "start_time", "end_time"),
    "window_sessions": ("start_at", "end_at"),
    "queue_snapshots": ("at",),
    "attendance": ("start_at", "end_at"),
    "headcounts": ("at",),
    "device_states": ("from_at",),
    "cases": ("apply_time", "asked", "answered", "accept_time")
    + ("pause_start", "pause_end", "finish_time", "closed_time"),
    "case_pauses": ("start_at", "end_at"),
    "case_steps": ("started_at", "ended_at"),
    "reviews": ("assess_time", "verify_time", "callback_time", "rectify_time"),
    "complaints": ("created_at", "closed_at"),
    "health_checks": ("done_at",),
}
"""The times at which a source has something new to tell of a row."""
OLDEST = DAY - _BATCHES[-1]
"""So long before a day's beginning lie the earliest events that its deliveries bring."""


@dataclass(frozen=True)
class Slots:
    """The deliveries of one source, in order of hall and time."""

    hall: Ints
    covers: Ints

    def keys(self) -> Ints:
        """Return numbers that stand in the same order."""
        return self.hall * _FAR + self.covers

    def of(self, hall: Ints, instants: Ints) -> Ints:
        """Return which delivery brings what happened then."""
        found = np.searchsorted(self.keys(), hall * _FAR + instants, side="right")
        return found.astype(np.int64)


_FAR = 1 << 33


def deliveries(
    halls: Sequence[Hall],
    events: Mapping[str, pl.DataFrame],
    planned: Mapping[str, Ints],
    almanac: Almanac,
    days: range,
    seed: int,
    active: Active,
) -> pl.DataFrame:
    """List the deliveries of these days (their times in local seconds).

    Args:
        halls: all halls.
        events: per table, of each row the number of its hall (from len(halls) on: none) and when something was told.
        planned: per table of plans, rows of each hall and planned week (shape halls x weeks, weeks of `weeks_planned`).
        almanac: the city's days.
        days: the days.
        seed: which city.
        active: sources that are held back or bring rubbish.
    """
    parts = []
    for name in (*LIVE, *BATCHED, *DAILY):
        if name not in events:
            continue
        source = LIVE.get(name) or BATCHED.get(name) or DAILY[name]
        slots = _slots(name, halls, almanac, days)
        kept = _not_held_back(slots, source, active)
        slots = Slots(slots.hall[kept], slots.covers[kept])
        rows = _told(slots, events[name], _earliest(name, days), _latest(name, days))
        parts.append(_rows(name, source, slots, rows, seed, active))
    for name, counts in planned.items():
        at, covers = weeks_planned(almanac, days)
        slots = Slots(np.repeat(np.arange(len(halls)), len(at)), np.tile(covers, len(halls)))
        parts.append(_rows(name, "planning", slots, counts.ravel(), seed, active, np.tile(at, len(halls))))
    return _frame(halls, parts)


def _told(slots: Slots, news: pl.DataFrame, earliest: int, latest: int) -> Ints:
    """Count for each delivery the rows of which it tells something new; several things of one row count once."""
    rows = np.zeros(len(slots.hall) + 1, dtype=np.int64)
    place = np.minimum(news["office"].to_numpy(), slots.hall.max(initial=0))
    before: list[Ints] = []
    for column in news.columns:
        if column == "office":
            continue
        instant = news[column].fill_null(-1).to_numpy()
        inside = (instant >= earliest) & (instant < latest)
        found = np.where(inside, slots.of(place, instant), -1)
        new = inside.copy()
        for other in before:
            new &= found != other
        rows += np.bincount(found[new], minlength=len(rows))
        before.append(found)
    return rows[:-1]


def news_of(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return of each row where it belongs and when something new was told of it."""
    return frame.select("office", *CHANGES[name])


def weeks_planned(almanac: Almanac, days: range) -> tuple[Ints, Ints]:
    """Return when plans come in these days (Friday evenings; at once on the first day) and up to when they reach."""
    first = almanac.days.start
    mondays = [day for day in range(days.start, days.stop + 11) if day % 7 == _MONDAY and day - 10 >= first]
    found = [((monday - 10) * DAY + 18 * HOUR, (monday + 7) * DAY) for monday in mondays if monday - 10 in days]
    if first in days:
        start = next(day for day in range(first + 10, first + 17) if day % 7 == _MONDAY)
        found.insert(0, (first * DAY, start * DAY))
    return np.array([at for at, _ in found], dtype=np.int64), np.array([to for _, to in found], dtype=np.int64)


_MONDAY = 4
"""Rest of a Monday's day number divided by seven: 1970-01-01 was a Thursday."""


def _earliest(name: str, days: range) -> int:
    if name in LIVE:
        return days.start * DAY - (DAY - EVENING)
    return days.start * DAY - (DAY - (_BATCHES[-1] if name in BATCHED else _ONCE_A_DAY[-1]))


def _latest(name: str, days: range) -> int:
    if name in LIVE:
        return (days.stop - 1) * DAY + EVENING
    return (days.stop - 1) * DAY + (_BATCHES[-1] if name in BATCHED else _ONCE_A_DAY[-1])


def _slots(name: str, halls: Sequence[Hall], almanac: Almanac, days: range) -> Slots:
    owners, covers = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    places = [*halls, None] if name in BATCHED and name != "complaints" else list(halls)
    for number, hall in enumerate(places):
        if hall is not None and not delivers(hall, name):
            continue
        if name in LIVE and hall is not None:
            own = [day * DAY + _grid(hall.sessions(almanac.types[day], date_of(day).weekday())) for day in days]
            grid = np.concatenate([np.empty(0, dtype=np.int64), *own])
        else:
            clock = np.array(_BATCHES if name in BATCHED else _ONCE_A_DAY, dtype=np.int64)
            grid = (np.array(days, dtype=np.int64)[:, None] * DAY + clock[None, :]).ravel()
        owners.append(np.full(len(grid), number, dtype=np.int64))
        covers.append(grid)
    return Slots(np.concatenate(owners), np.concatenate(covers))


def delivers(hall: Hall, name: str) -> bool:
    """Say whether a hall has a source for a table."""
    if name == "headcounts":
        return hall.counted
    if name in ("tickets", "window_sessions"):
        return not hall.states_only
    return hall.states_only if name == "queue_snapshots" else True


@lru_cache(maxsize=64)
def _grid(sessions: tuple[tuple[int, int], ...]) -> Ints:
    if not sessions:
        return np.array([EVENING], dtype=np.int64)
    live = np.arange(sessions[0][0] + LIVE_EVERY, sessions[-1][1] + _AFTER_CLOSING + 1, LIVE_EVERY, dtype=np.int64)
    return np.append(live, EVENING)


def _not_held_back(slots: Slots, source: str, active: Active) -> Flags:
    kept = np.ones(len(slots.hall), dtype=np.bool_)
    for incident in active.kind("source_late"):
        if incident.source == source:
            kept &= ~((slots.hall == incident.hall) & (slots.covers > incident.onset) & (slots.covers <= incident.end))
    return kept


@dataclass(frozen=True)
class _Part:
    source: str
    table: str
    hall: Ints
    at: Ints
    covers: Ints
    rows: Ints
    bad: Ints


def _rows(name: str, source: str, slots: Slots, rows: Ints, seed: int, active: Active, at: Ints | None = None) -> _Part:
    """Add to each delivery its delay and the rows that were refused; a few always are."""
    table = np.full(len(rows), _TABLES.index(name), dtype=np.int64)
    share = np.full(len(rows), _BAD)
    for incident in active.kind("garbage_rows"):
        if incident.source == source:
            hit = (slots.hall == incident.hall) & (slots.covers > incident.onset) & (slots.covers <= incident.end)
            share[hit] = incident.size
    luck = hashed(seed, Stream.DELIVERIES, table, slots.hall, slots.covers)
    bad = np.floor(rows * share / (1 - share) + luck).astype(np.int64)
    if at is None:
        lag = 15 + slots.hall * 7 % 40
        # One source of a hall is late in one piece, whatever tables it brings.
        sources = np.full(len(rows), sum(source.encode()), dtype=np.int64)
        moment = hashed(seed, Stream.DELIVERIES, sources, slots.hall, slots.covers + 1)
        at = slots.covers + lag + np.where(moment < _UNEVEN, moment / _UNEVEN * _LONGEST_LAG, 0).astype(np.int64)
    return _Part(source, name, slots.hall, at, slots.covers, rows + bad, bad)


def _frame(halls: Sequence[Hall], parts: Sequence[_Part]) -> pl.DataFrame:
    lengths = [len(part.at) for part in parts]
    which = np.repeat(np.arange(len(parts)), lengths)
    places = [*(hall.hall_id for hall in halls), CENTRAL]
    frame = pl.DataFrame(
        {
            "source_system": named([part.source for part in parts], which),
            "table": named([part.table for part in parts], which),
            "hall_id": named(places, np.concatenate([part.hall for part in parts])),
            "delivered_at": np.concatenate([part.at for part in parts]),
            "covers_until": np.concatenate([part.covers for part in parts]),
            "rows_read": np.concatenate([part.rows for part in parts]),
            "rows_quarantined": np.concatenate([part.bad for part in parts]),
        }
    )
    stamps = frame.select(pl.col("covers_until").unique()).with_columns(
        pl.from_epoch(pl.col("covers_until"), time_unit="s").dt.strftime("-%Y%m%d%H%M").alias("stamp")
    )
    return (
        frame.join(stamps, on="covers_until", how="left", maintain_order="left")
        .with_columns(pl.concat_str("source_system", "stamp").alias("batch_id"))
        .drop("stamp")
    )


def once(tables: Mapping[str, pl.DataFrame], almanac: Almanac) -> pl.DataFrame:
    """List the deliveries of the reference tables: once, at the start; calendars reach as far as they are planned."""
    at = almanac.days.start * DAY
    parts = []
    for name, frame in tables.items():
        covers = at
        if name in ("calendar", "workdays"):
            covers = (int(str(frame["date"].cast(pl.Int32).max())) + 1) * DAY
        parts.append(
            frame.group_by(pl.col(AT_HALL).alias("hall_id"), maintain_order=True)
            .agg(pl.len().cast(pl.Int64).alias("rows_read"))
            .select(
                pl.lit("registry").alias("source_system"),
                pl.lit(name).alias("table"),
                "hall_id",
                pl.lit(at, dtype=pl.Int64).alias("delivered_at"),
                pl.lit(covers, dtype=pl.Int64).alias("covers_until"),
                "rows_read",
                pl.lit(0, dtype=pl.Int64).alias("rows_quarantined"),
                pl.lit("registry-1").alias("batch_id"),
            )
        )
    return pl.concat(parts)
