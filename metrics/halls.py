"""How a hall stands: at an instant, and over a day so far; with what is usual there at the same time of the week.

The same functions answer for today and for the past days with which it is compared, so that both are counted alike.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.baseline import LEAST, nearest, past_days, windows_on
from metrics.known import Known, crossing
from metrics.spells import MINUTE, NEVER, Ints, Spells, micros, pairs, standing, standing_sum, time_between, within
from metrics.view import View
from metrics.visitors import called, waiting

#: Calls of so many minutes make the mean wait of the moment.
CALLS_WIDTH = 30 * MINUTE
#: Length of a slot of the day's course.
SLOT = 15 * MINUTE
#: Share of the waits that are no longer than p90.
P90 = 0.9
NOW = (
    *("waiting", "longest", "calls", "wait", "arrived", "open", "planned", "busy", "open_minutes"),
    *("rostered", "there"),
)
SO_FAR = (
    *("taken", "calls", "wait", "p90", "longest", "served", "handle", "lost", "came_up", "busy", "open", "planned"),
    *("open_planned", "rostered", "attended"),
)


def now(view: View, asked: pl.DataFrame, *, usual: bool = False) -> pl.DataFrame:
    """How each hall stands at each instant: who waits and how long, which windows are open, who is on duty.

    Args:
        view: the records.
        asked: hall_id, at, since (an hour earlier, not before the session's opening); other columns stay.
        usual: whether it is counted to say what is usual: waits that are suspect stay out.

    Returns:
        The columns asked and, people and windows in numbers, durations in minutes: waiting (people waiting), longest
        (the longest wait of those; null where nobody waits), calls and wait (calls of the last 30 minutes, their waits
        added up), arrived (tickets taken in the last 15 minutes, transfers left out), open, planned (windows open, and
        planned to be open), busy, open_minutes (of the windows, in the last hour), rostered, there (people rostered
        at the instant, and those of them present). Source: the indicators 2026.1, "What holds for all".
    """
    hall, at, since = view.hall_numbers(asked["hall_id"]), micros(asked["at"]), micros(asked["since"])
    people, calls = waiting(view), called(view, CALLS_WIDTH)
    if usual:
        kept = ~calls.rows["suspect"].to_numpy()
        spells, waits = Spells.of(calls.hall[kept], calls.start[kept], calls.end[kept]), calls.rows["wait"].to_numpy()
        waits = waits[kept]
    else:
        spells, waits = calls.at_halls, calls.rows["wait"].to_numpy()
    open_, busy, planned = _at_halls(view, view.windows.open), _at_halls(view, view.windows.busy), _planned(view)
    rostered, there = view.duty.rostered, view.duty.attended
    posts = view.duty.hall
    here = there.moved(posts[there.place]).running
    return asked.with_columns(
        pl.Series("waiting", standing(people.at_halls, hall, at)),
        _longest(view, people.at_halls, hall, at),
        pl.Series("calls", standing(spells, hall, at)),
        pl.Series("wait", standing_sum(spells, waits, hall, at) / MINUTE),
        pl.Series("arrived", _arrived(view, hall, np.maximum(at - SLOT, since), at)),
        pl.Series("open", standing(open_.running, hall, at)),
        pl.Series("planned", standing(planned, hall, at)),
        pl.Series("busy", busy.time(hall, since, at, at) / MINUTE),
        pl.Series("open_minutes", open_.time(hall, since, at, at) / MINUTE),
        pl.Series("rostered", standing(Spells(posts[rostered.place], rostered.start, rostered.end), hall, at)),
        pl.Series("there", standing(here, hall, at)),
    )


def so_far(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """What each hall has done from the beginning of a day to an instant of it (its end: the whole day).

    Args:
        view: the records.
        asked: hall_id, start (the day's first instant), at; other columns stay.

    Returns:
        The columns asked and: taken (tickets, transfers left out), calls, wait (their waits added up, minutes), p90
        (nearest rank; null without calls), longest (longest wait of a call), served (services with a known length),
        handle (their minutes), lost (abandoned, and called in vain), came_up (called or abandoned, each ticket once),
        busy, open (minutes of windows), planned, open_planned (planned minutes, and those of them that were open),
        rostered, attended (minutes of people). Source: the indicators 2026.1, "What holds for all", 8, 9, 11, 32.
    """
    hall, start, at = view.hall_numbers(asked["hall_id"]), micros(asked["start"]), micros(asked["at"])
    rows = asked.with_row_index("row__").with_columns(pl.col("row__").cast(pl.Int64))
    found = _tickets_so_far(view, hall, start, at)
    frame = rows.join(found, on="row__", how="left", maintain_order="left").with_columns(
        pl.col("taken", "calls", "served", "lost", "came_up").fill_null(0), pl.col("wait", "handle").fill_null(0.0)
    )
    open_, busy, planned = _at_halls(view, view.windows.open), _at_halls(view, view.windows.busy), _planned(view)
    posts, attended, rostered = view.duty.hall, view.duty.attended, view.duty.rostered
    there = attended.moved(posts[attended.place])
    duty = Spells(posts[rostered.place], rostered.start, rostered.end)
    return frame.drop("row__").with_columns(
        pl.Series("busy", busy.time(hall, start, at, at) / MINUTE),
        pl.Series("open", open_.time(hall, start, at, at) / MINUTE),
        pl.Series("planned", time_between(planned, hall, start, at) / MINUTE),
        pl.Series("open_planned", _as_planned(view).time(hall, start, at, at) / MINUTE),
        pl.Series("rostered", time_between(duty, hall, start, at) / MINUTE),
        pl.Series("attended", there.time(hall, start, at, at) / MINUTE),
    )


def same_time(asked: pl.DataFrame, sessions: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """The same clock time on the past days that show what is usual, at most 8 of them.

    Args:
        asked: row, hall_id, at, date, since.
        sessions: as `metrics.hours.sessions_of`.
        first: hall_id, first_day (the day of each hall's first ticket).

    Returns:
        row, hall_id, at, since of the past instants, the nearest first.
    """
    found = nearest(windows_on(asked, sessions, past_days(sessions, first, asked)))
    return found.join(asked.select("row", "hall_id"), on="row", maintain_order="left").select(
        "row", "hall_id", pl.col("past_at").alias("at"), pl.col("past_since").alias("since")
    )


def usual(values: pl.DataFrame, by: str = "row") -> pl.DataFrame:
    """What is usual: the median of past days, and between which values they lay.

    Args:
        values: `by` and the values of each past day; a missing value is a day that does not count.
        by: what they belong to.

    Returns:
        `by`, and for each value its median, and name_low, name_high (least and greatest), name_days; the first three
        are null where fewer than 4 days count.
    """
    names = [name for name in values.columns if name != by]
    parts = []
    for name in names:
        enough = pl.col(name).count() >= LEAST
        parts += [
            pl.when(enough).then(pl.col(name).cast(pl.Float64).median()).alias(name),
            pl.when(enough).then(pl.col(name).cast(pl.Float64).min()).alias(f"{name}_low"),
            pl.when(enough).then(pl.col(name).cast(pl.Float64).max()).alias(f"{name}_high"),
            pl.col(name).count().cast(pl.Int64).alias(f"{name}_days"),
        ]
    return values.group_by(by, maintain_order=True).agg(parts)


def _tickets_so_far(view: View, hall: Ints, start: Ints, at: Ints) -> pl.DataFrame:
    """What tickets add: row__, taken, calls, wait, p90, longest, served, handle, lost, came_up."""
    visits = view.visits
    since_taken = visits["take"].to_numpy()
    ticket, row = within(view.visit_halls, since_taken, hall, start, at)
    known = visits[ticket].with_columns(pl.Series("row__", row), pl.Series("at__", at[row]))
    counted = known.filter(pl.col("known_until") >= pl.col("at__"))
    is_called, gone = pl.col("call") < pl.col("at__"), pl.col("gone") < pl.col("at__")
    missed = is_called & (pl.col("status") == "no_show") & (pl.col("end") < pl.col("at__"))
    served = pl.col("handle").is_not_null() & (pl.col("end") < pl.col("at__"))
    waits = pl.col("wait").filter(is_called).sort()
    rank = ((waits.len() * P90).ceil().cast(pl.Int64) - 1).clip(0)
    return counted.group_by("row__").agg(
        (~pl.col("transfer")).sum().cast(pl.Int64).alias("taken"),
        is_called.sum().cast(pl.Int64).alias("calls"),
        (pl.col("wait").filter(is_called).sum() / MINUTE).alias("wait"),
        (waits.get(rank, null_on_oob=True) / MINUTE).alias("p90"),
        (waits.max() / MINUTE).alias("longest"),
        served.sum().cast(pl.Int64).alias("served"),
        (pl.col("handle").filter(served).sum() / MINUTE).alias("handle"),
        (gone | missed).sum().cast(pl.Int64).alias("lost"),
        (gone | is_called).sum().cast(pl.Int64).alias("came_up"),
    )


def _longest(view: View, people: Spells, hall: Ints, at: Ints) -> pl.Series:
    """The longest wait so far of those who wait at each hall and instant (minutes, net of breaks): `longest`."""
    which, question = pairs(people, hall, at)
    waited = view.clock.between(hall[question], people.start[which], at[question])
    most = np.full(len(at), -1, dtype=np.int64)
    np.maximum.at(most, question, waited)
    some = pl.Series(most >= 0)
    return pl.select(pl.when(some).then(pl.Series(most / MINUTE)).alias("longest")).to_series()


def _arrived(view: View, hall: Ints, since: Ints, at: Ints) -> Ints:
    """People who took a ticket themselves in [since, at)."""
    visits = view.visits
    own = ~visits["transfer"].to_numpy() & (visits["known_until"].to_numpy() == NEVER)
    _, question = within(view.visit_halls[own], visits["take"].to_numpy()[own], hall, since, at)
    return np.bincount(question, minlength=len(at)).astype(np.int64)


def _at_halls(view: View, whiles: Known) -> Known:
    """Time of windows by number of the hall."""
    return whiles.moved(view.hall_numbers(view.windows.each["hall_id"])[whiles.place])


def _planned(view: View) -> Spells:
    """When windows are planned to be open, by number of the hall."""
    planned = view.windows.planned
    place = view.hall_numbers(view.windows.each["hall_id"])[planned.place]
    return Spells(place, planned.start, planned.end)


def _as_planned(view: View) -> Known:
    """Open time of windows within their plans, by number of the hall."""
    planned = view.windows.planned
    return _at_halls(
        view, crossing(view.windows.open, Known.of(planned.place, planned.start, planned.end, np.arange(len(planned))))
    )
