"""Sources (来源): how each delivers, by hall and table, against what is usual for it. Time is opening time.

Nobody delivers at night, and nobody minds: an interval between two deliveries is the opening minutes of the hall in it.
What belongs to no hall is measured by the hours in which any hall is open.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.spells import MINUTE, Spells, micros, time_between

#: The interval usual for a source is the median of so many.
INTERVALS = 20
#: Minutes that everybody is granted; how many usual intervals are still in time, and from how many on it has stopped.
GRACE, LATE_FROM, STOPPED_FROM = 10, 1.5, 4.0
NORMAL, LATE, STOPPED, ONCE = "normal", "late", "stopped", "once"
#: How `deliveries` names rows without a hall.
WITHOUT_HALL = "-"
SOURCE = ("source_system", "table", "hall_id")


def allowed(usual: pl.Expr) -> pl.Expr:
    """So many minutes may pass between two deliveries before the next one is late."""
    return usual * LATE_FROM + GRACE


def source_states(deliveries: pl.DataFrame, sessions: pl.DataFrame, t: dt.datetime) -> pl.DataFrame:
    """When every source last delivered each table of each hall, what is usual, and whether it is late or has stopped.

    Minutes of opening time. The usual interval is the median of the last 20 between two deliveries (several at one
    instant are one). In time: at most 1.5 usual intervals + 10 minutes since the last one; stopped: more than 4 usual
    intervals + 10 minutes; late: in between. A source that delivered only once is an extract (`once`).

    Args:
        deliveries: source_system, table, hall_id, delivered_at, covers_until; of each source at least the last 21.
        sessions: opening sessions as `metrics.hours.sessions_of`.
        t: the instant; deliveries at or after it are not known.

    Returns:
        source_system, table, hall_id, delivered_at (the last), covers_until (the farthest), deliveries (looked at),
        usual (minutes; null after one), lag (opening minutes since the last), state. In order.
    """
    steps = intervals(deliveries, sessions, t)
    last = steps.group_by(SOURCE).agg(
        pl.col("delivered_at").max(),
        pl.col("covers_until").max(),
        pl.len().cast(pl.Int64).alias("deliveries"),
        pl.col("usual").last(),
        pl.col("minutes").last().alias("lag"),
    )
    grace = pl.lit(GRACE)
    state = (
        pl.when(pl.col("usual").is_null())
        .then(pl.lit(ONCE))
        .when(pl.col("lag") <= allowed(pl.col("usual")))
        .then(pl.lit(NORMAL))
        .when(pl.col("lag") <= STOPPED_FROM * pl.col("usual") + grace)
        .then(pl.lit(LATE))
        .otherwise(pl.lit(STOPPED))
    )
    return last.with_columns(state.alias("state")).sort(SOURCE)


def intervals(deliveries: pl.DataFrame, sessions: pl.DataFrame, t: dt.datetime) -> pl.DataFrame:
    """From every delivery to the next one of its source, the last one to the instant; in order of source and time.

    Returns:
        source_system, table, hall_id, delivered_at, covers_until (the farthest so far), minutes (of opening time until
        the next, for the last one until t), usual (median of the source's last 20 intervals between two deliveries;
        null where there is none).
    """
    known = deliveries.filter(pl.col("delivered_at") < t)
    given = (
        known.group_by(*SOURCE, "delivered_at")
        .agg(pl.col("covers_until").max())
        .sort(*SOURCE, "delivered_at")
        .with_columns(pl.col("covers_until").cum_max().over(SOURCE))
    )
    until = pl.col("delivered_at").shift(-1).over(SOURCE)
    steps = given.with_columns(
        until.is_null().alias("open"), until.fill_null(pl.lit(t, dtype=given.schema["delivered_at"])).alias("until")
    )
    opening, halls = _opening(sessions)
    named = pl.when(pl.col("hall_id").is_in(halls.implode())).then("hall_id").otherwise(pl.lit(WITHOUT_HALL))
    place = numbers(steps.select(named.alias("hall_id")).to_series(), halls)
    passed = time_between(opening, place, micros(steps["delivered_at"]), micros(steps["until"]))
    measured = steps.with_columns(pl.Series("minutes", passed / MINUTE, dtype=pl.Float64))
    between = pl.col("minutes").filter(~pl.col("open")).tail(INTERVALS).median()
    return measured.with_columns(between.over(SOURCE).alias("usual")).drop("open", "until")


def _opening(sessions: pl.DataFrame) -> tuple[Spells, pl.Series]:
    """When each hall is open, and for what has none when any hall is."""
    anywhere = sessions.group_by("date").agg(pl.col("open_at").min(), pl.col("close_at").max())
    whole = pl.concat(
        [
            sessions.select("hall_id", "open_at", "close_at"),
            anywhere.select(pl.lit(WITHOUT_HALL).alias("hall_id"), "open_at", "close_at"),
        ]
    )
    halls = pl.concat([whole["hall_id"], pl.Series("hall_id", [WITHOUT_HALL])]).unique().sort()
    if whole.is_empty():
        nothing = np.zeros(0, dtype=np.int64)
        return Spells(nothing, nothing, nothing), halls
    return Spells.of(numbers(whole["hall_id"], halls), micros(whole["open_at"]), micros(whole["close_at"])), halls
