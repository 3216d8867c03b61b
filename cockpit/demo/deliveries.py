"""The city's own 归集记录: when each source delivered what, so that freshness and delay can be judged in the past.

Counters, clocks, doors and devices deliver every ten minutes while their hall is open (fewer than a real queue machine,
to keep the file small; still far inside the fifteen minutes that count as live) and once on a day it is shut. Cases,
reviews and complaints come four times a day, health checks once, plans once a week, reference tables once. A row is
counted in the first delivery after its last change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, MINUTE, Almanac, date_of
from cockpit.demo.draws import Ints
from cockpit.demo.frames import AT_HALL, CENTRAL, named, repeated
from cockpit.demo.places import Hall

LIVE_EVERY = 10 * MINUTE
_AFTER_CLOSING = 40 * MINUTE
_OFF_DAY_AT = 18 * HOUR
_BATCHES_A_DAY = (8 * HOUR, 12 * HOUR, 16 * HOUR, 19 * HOUR + 40 * MINUTE)
_ONCE_A_DAY = (19 * HOUR + 30 * MINUTE,)
LIVE = {
    "tickets": "queue",
    "window_sessions": "queue",
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
WEEKLY = {"window_plan": "planning", "roster": "planning"}


@dataclass(frozen=True)
class _Part:
    """The deliveries of one table to one hall."""

    source: str
    table: str
    hall: str
    at: Ints
    covers: Ints
    rows: Ints


def deliveries(halls: Sequence[Hall], tables: Mapping[str, pl.DataFrame], almanac: Almanac) -> pl.DataFrame:
    """List all deliveries of these tables (their times in local seconds, with `updated_at`)."""
    live = {hall.hall_id: _live_grid(hall, almanac) for hall in halls}
    calm = {sources: _daily_grid(almanac, sources) for sources in (_BATCHES_A_DAY, _ONCE_A_DAY)}
    lag = {hall.hall_id: 15 + hall.index * 7 % 40 for hall in halls} | {CENTRAL: 10}
    parts: list[_Part] = []
    for name, frame in tables.items():
        labels = [hall.hall_id for hall in halls]
        if frame.filter(pl.col(AT_HALL) == CENTRAL).height:
            labels.append(CENTRAL)
        column = "start_at" if name in WEEKLY else "updated_at"
        groups = {
            str(key[0]): part for key, part in frame.select(AT_HALL, column).partition_by(AT_HALL, as_dict=True).items()
        }
        for label in labels:
            mine = groups[label][column].sort().to_numpy() if label in groups else np.empty(0, dtype=np.int64)
            if name in LIVE:
                parts.append(_part(LIVE[name], name, label, live[label], mine, lag[label]))
            elif name in BATCHED:
                parts.append(_part(BATCHED[name], name, label, calm[_BATCHES_A_DAY], mine, lag[label]))
            elif name in DAILY:
                parts.append(_part(DAILY[name], name, label, calm[_ONCE_A_DAY], mine, lag[label]))
            elif name in WEEKLY:
                parts.append(_weekly(WEEKLY[name], name, label, almanac, mine))
            elif len(mine):
                parts.append(_once(name, label, almanac, frame, len(mine)))
    return _frame(parts)


def _live_grid(hall: Hall, almanac: Almanac) -> Ints:
    grids = [np.empty(0, dtype=np.int64)]
    for day in almanac.days:
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        clock = np.array([_OFF_DAY_AT])
        if sessions:
            clock = np.arange(sessions[0][0] + LIVE_EVERY, sessions[-1][1] + _AFTER_CLOSING + 1, LIVE_EVERY)
        grids.append(day * DAY + clock)
    return np.concatenate(grids).astype(np.int64)


def _daily_grid(almanac: Almanac, clock: Sequence[int]) -> Ints:
    days = np.array(almanac.days, dtype=np.int64)
    return (days[:, None] * DAY + np.array(clock, dtype=np.int64)[None, :]).ravel()


def _part(source: str, table: str, hall: str, covers: Ints, changed: Ints, lag: int) -> _Part:
    reached = np.searchsorted(changed, covers)
    return _Part(source, table, hall, covers + lag, covers, np.diff(reached, prepend=0))


def _weekly(source: str, table: str, hall: str, almanac: Almanac, starts: Ints) -> _Part:
    """Plans come on a Friday evening for the week after the next; those of the first weeks are there from the start."""
    first = almanac.days.start
    mondays = np.arange(first - (first + 3) % 7, almanac.days.stop + 8, 7, dtype=np.int64)
    at = np.maximum((mondays - 10) * DAY + 18 * HOUR, first * DAY)
    last = np.append(at[1:] != at[:-1], True)
    at, covers = at[last], (mondays[last] + 7) * DAY
    reached = np.searchsorted(starts, covers)
    return _Part(source, table, hall, at, covers, np.diff(reached, prepend=0))


def _once(table: str, hall: str, almanac: Almanac, frame: pl.DataFrame, rows: int) -> _Part:
    """Reference tables come once, at the start; the calendars reach as far as they are planned."""
    at = np.array([almanac.days.start * DAY], dtype=np.int64)
    covers = at
    if table in ("calendar", "workdays"):
        last = frame["date"].cast(pl.Int32).max()
        covers = np.array([(int(str(last)) + 1) * DAY], dtype=np.int64)
    return _Part("registry", table, hall, at, covers, np.array([rows], dtype=np.int64))


def _frame(parts: Sequence[_Part]) -> pl.DataFrame:
    lengths = [len(part.at) for part in parts]
    which = np.repeat(np.arange(len(parts)), lengths)
    frame = pl.DataFrame(
        {
            "source_system": named([part.source for part in parts], which),
            "table": named([part.table for part in parts], which),
            "hall_id": named([part.hall for part in parts], which),
            "delivered_at": np.concatenate([part.at for part in parts]),
            "covers_until": np.concatenate([part.covers for part in parts]),
            "rows_read": np.concatenate([part.rows for part in parts]),
            "rows_quarantined": np.zeros(int(which.size), dtype=np.int64),
        }
    )
    stamp = pl.from_epoch(pl.col("delivered_at"), time_unit="s").dt.strftime("%Y%m%d%H%M%S")
    return frame.with_columns(
        repeated(CENTRAL, frame.height).alias(AT_HALL),
        pl.concat_str("source_system", pl.lit("-"), stamp).alias("batch_id"),
    )
