"""How long each window was open and busy (窗口事实), by day or any shorter interval: additive.

A day is taken as it was known when it ended, so that facts of closed days never change and are the same for whoever
looks back at them.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from metrics.facts.kinds import FactKind
from metrics.hours import sessions_of
from metrics.instants import start_zone
from metrics.known import Known
from metrics.records import Records
from metrics.spells import DAY, Ints, micros
from metrics.tickets import visits
from metrics.windows import Windows


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
    zone = start_zone(windows.sessions)
    length = DAY * 2 if every is None else every // dt.timedelta(microseconds=1)
    open_, busy = (_cut(whiles, zone, length) for whiles in (windows.open, windows.busy))
    keys = ["window", "date", "at"]
    each = windows.each.with_row_index("window").with_columns(pl.col("window").cast(pl.Int64))
    return (
        open_.rename({"micro": "open"})
        .join(busy.rename({"micro": "busy"}), on=keys, how="left")
        .with_columns(
            pl.col("busy").fill_null(0), pl.col("at").cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
        )
        .join(each, on="window", how="left")
        .select("hall_id", "service_group", "window_id", "is_tidal", "date", "at", "open", "busy")
        .sort("window_id", "at")
    )


def _cut(whiles: Known, zone: str, length: int) -> pl.DataFrame:
    """Time by window, day and interval: window, date, at (microseconds), micro."""
    times = pl.DataFrame({"start": whiles.start}).select(
        pl.col("start").cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    )
    day = times.select(pl.col("start").dt.date().alias("date"), pl.col("start").dt.truncate("1d").alias("midnight"))
    midnight = micros(day["midnight"])
    ends = micros(day.select(pl.col("midnight").dt.offset_by("1d")).to_series())
    # What is learned of it later, a ticket's turning out void above all, does not change the day.
    counts = (whiles.since < ends) & (whiles.until >= ends)
    kept, midnight, dates = whiles.only(counts), midnight[counts], day["date"].filter(pl.Series(counts))
    first, last = (kept.start - midnight) // length, (kept.end - midnight - 1) // length
    pieces = last - first + 1
    which = np.repeat(np.arange(len(kept)), pieces)
    number: Ints = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces) + first[which]
    begin = midnight[which] + number * length
    micro = np.minimum(kept.end[which], begin + length) - np.maximum(kept.start[which], begin)
    frame = pl.DataFrame({"window": kept.place[which], "at": begin, "micro": micro})
    return (
        frame.with_columns(dates.gather(pl.Series(which, dtype=pl.UInt32)).alias("date"))
        .group_by("window", "date", "at")
        .agg(pl.col("micro").sum())
    )


def _of_records(records: Records) -> pl.DataFrame:
    sessions = sessions_of(records["calendar"])
    came = visits(records["tickets"], sessions)
    return window_facts(Windows(records["windows"], records["window_plan"], records["window_sessions"], sessions, came))


KINDS = (FactKind("windows", "2026.1", ("tickets", "window_sessions"), ("calendar",), ("windows",), _of_records),)
