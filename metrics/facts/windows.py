"""How long each window was open and busy (窗口事实), by day or any shorter interval: additive.

A day is taken as it was known when it ended, so that facts of closed days never change and are the same for whoever
looks back at them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from metrics.facts.kinds import FactKind
from metrics.groups import Groups, packed, unpacked
from metrics.hours import Days, sessions_of
from metrics.instants import start_zone
from metrics.known import Known
from metrics.records import Records
from metrics.spells import DAY, Ints
from metrics.tickets import visits
from metrics.windows import Windows

#: More intervals than any day has; what began on a day may end on the next.
_INTERVALS = 1 << 20


def window_facts(windows: Windows, every: dt.timedelta | None = None) -> pl.DataFrame:
    """Busy and open time of each window, as known at the end of the day.

    Sums over windows and intervals give those of service groups, halls, days and months; busy ÷ open is the saturation
    (业务饱和度) of whatever was summed.

    Args:
        windows: the windows.
        every: length of the intervals, counted from midnight; by default whole days.

    Returns:
        hall_id, service_group, window_id, is_tidal, date, at (start of the interval), and whole numbers: open, busy
        (microseconds). Intervals in which a window was not open have no row. In order of window, at.
    """
    length = DAY * 2 if every is None else every // dt.timedelta(microseconds=1)
    days = Days(start_zone(windows.sessions), windows.open.start, windows.busy.start)
    open_, busy = (_cut(whiles, days, length) for whiles in (windows.open, windows.busy))
    worked = np.zeros(len(open_.keys), dtype=np.int64)
    # A window is busy only while it is open.
    worked[np.searchsorted(open_.keys, busy.keys)] = busy.micro
    window, day, interval = unpacked(open_.keys, (len(days), _INTERVALS))
    at = pl.Series(days.starts[day] + interval * length).cast(pl.Datetime("us", "UTC"))
    return windows.each.select("hall_id", "service_group", "window_id", "is_tidal")[window].with_columns(
        pl.Series(day + days.first).cast(pl.Date).alias("date"),
        at.cast(windows.sessions.schema["open_at"]).alias("at"),
        pl.Series("open", open_.micro),
        pl.Series("busy", worked),
    )


@dataclass(frozen=True)
class _Cut:
    """Time by window, day and interval: keys of the three, in order, and microseconds."""

    keys: Ints
    micro: Ints


def _cut(whiles: Known, days: Days, length: int) -> _Cut:
    """Time by the day on which it began, cut into intervals from midnight, as it was known at the day's end."""
    day = days.of(whiles.start)
    ends = days.starts[day + 1]
    # What is learned of it later, a ticket's turning out void above all, does not change the day.
    counts = (whiles.since < ends) & (whiles.until >= ends)
    kept, day = whiles.only(counts), day[counts]
    midnight = days.starts[day]
    first, last = (kept.start - midnight) // length, (kept.end - midnight - 1) // length
    pieces = last - first + 1
    which = np.repeat(np.arange(len(kept)), pieces)
    number: Ints = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces) + first[which]
    begin = midnight[which] + number * length
    micro = np.minimum(kept.end[which], begin + length) - np.maximum(kept.start[which], begin)
    windows = int(kept.place.max(initial=0)) + 1
    groups = Groups.of(packed([(kept.place[which], windows), (day[which], len(days)), (number, _INTERVALS)]))
    return _Cut(groups.keys, groups.sum(micro))


def _of_records(records: Records) -> pl.DataFrame:
    sessions = sessions_of(records["calendar"])
    came = visits(records["tickets"], sessions)
    return window_facts(Windows(records["windows"], records["window_plan"], records["window_sessions"], sessions, came))


KINDS = (FactKind("windows", "2026.1", ("tickets", "window_sessions"), ("calendar",), ("windows",), _of_records),)
