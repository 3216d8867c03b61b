"""How long each window was open and busy (窗口事实), by day or any shorter interval: additive.

A day is taken as it was known when it ended, so that facts of closed days never change and are the same for whoever
looks back at them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from metrics.facts.kinds import FactKind
from metrics.groups import Groups, unpacked
from metrics.hours import Days, sessions_of
from metrics.instants import start_zone
from metrics.known import Known, merged
from metrics.records import Records
from metrics.spells import DAY, Ints, Spells
from metrics.tickets import visits
from metrics.window_table import WindowTable
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
    days = Days(start_zone(windows.sessions), windows.open.start, windows.worked.start)
    open_, worked = (_settled(whiles, days) for whiles in (windows.open, windows.worked))
    opened, busied = _cut(open_, length), _cut(worked, length)
    time = _shared(busied, open_)
    whole = Groups.of(opened.place * _INTERVALS + opened.start // length)
    some = time > 0
    busy = Groups.of((busied.place * _INTERVALS + busied.start // length)[some])
    micro = np.zeros(len(whole.keys), dtype=np.int64)
    # A window is busy only while it is open.
    micro[np.searchsorted(whole.keys, busy.keys)] = busy.sum(time[some])
    window, day, interval = unpacked(whole.keys, (len(days), _INTERVALS))
    at = pl.Series(days.starts[day] + interval * length).cast(pl.Datetime("us", "UTC"))
    return windows.each.select("hall_id", "service_group", "window_id", "is_tidal")[window].with_columns(
        pl.Series(day + days.first).cast(pl.Date).alias("date"),
        at.cast(windows.sessions.schema["open_at"]).alias("at"),
        pl.Series("open", whole.sum(opened.end - opened.start)),
        pl.Series("busy", micro),
    )


def _settled(whiles: Known, days: Days) -> Spells:
    """What was known of each window and day at the day's end, nothing twice; in order.

    The place is the window and the day on which it began as one number, times are those since that day's beginning.
    """
    day = days.of(whiles.start)
    ends = days.starts[day + 1]
    # What is learned of it later, a ticket's turning out void above all, does not change the day.
    counts = (whiles.since < ends) & (whiles.until >= ends)
    day, begins = day[counts], days.starts[day[counts]]
    return merged(
        Spells(whiles.place[counts] * len(days) + day, whiles.start[counts] - begins, whiles.end[counts] - begins)
    )


def _cut(spells: Spells, length: int) -> Spells:
    """The same, in pieces that lie in one interval each."""
    first, last = spells.start // length, (spells.end - 1) // length
    if bool(np.all(first == last)):
        return spells
    pieces = last - first + 1
    which = np.repeat(np.arange(len(spells)), pieces)
    number: Ints = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces) + first[which]
    begin = number * length
    start, end = np.maximum(spells.start[which], begin), np.minimum(spells.end[which], begin + length)
    return Spells(spells.place[which], start, end)


def _shared(spells: Spells, others: Spells) -> Ints:
    """How much of each spell lies in one of the others; of these no two overlap, and they are in order."""
    if not len(others):
        return np.zeros(len(spells), dtype=np.int64)
    # One line for all places; what begins on a day may end on the next.
    starts, ends = (others.place * (2 * DAY) + times for times in (others.start, others.end))
    sums = np.concatenate([[0], np.cumsum(ends - starts)])

    def before(times: Ints) -> Ints:
        """Time in the others before an instant of each spell's place."""
        line = spells.place * (2 * DAY) + times
        over = np.searchsorted(ends, line, side="right")
        running: Ints = np.maximum(line - starts[np.minimum(over, len(starts) - 1)], 0)
        return sums[over] + np.where(over < len(starts), running, 0)

    return before(spells.end) - before(spells.start)


def _of_records(records: Records) -> pl.DataFrame:
    sessions = sessions_of(records["calendar"])
    came = visits(records["tickets"], sessions)
    return window_facts(
        Windows(WindowTable(records["windows"]), records["window_plan"], records["window_sessions"], sessions, came)
    )


KINDS = (FactKind("windows", "2026.1", ("tickets", "window_sessions"), ("calendar",), ("windows",), _of_records),)
