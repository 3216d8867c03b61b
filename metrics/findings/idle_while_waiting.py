"""People wait while a window that serves their queue stands open without work (开着窗却空闲，队里有人等)."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.finding import FindingKind, Week, listed, shaped
from metrics.known import Known, crossing, merged
from metrics.spells import MINUTE, NEVER, Spells, time_between
from metrics.view import View

#: A shorter stretch is the change from one customer to the next.
STRETCH_MINUTES = 3
#: So many minutes in the week make a finding.
PLACE = ("hall_id", "window_id")
THRESHOLD = 30.0


def find(week: Week) -> pl.DataFrame:
    """For how long each window stood open and idle while somebody waited in one of its queues.

    Minutes of stretches of at least 3 minutes in which the window was signed on (pauses left out), served nobody and
    somebody waited in one of its queues; denominator: its open minutes of the week. detail: the people waiting in these
    stretches, in people × minutes. Needs 30 minutes in the week.
    """
    stretches = _stretches(week.view)
    open_ = week.view.windows.open
    opened = np.bincount(open_.place, open_.end - open_.start, minlength=week.view.windows.each.height) / MINUTE
    open_minutes = week.view.windows.each.select("window_id", pl.Series("denominator", opened))
    found = (
        stretches.group_by("window_id", "hall_id")
        .agg(
            pl.col("minutes").sum().alias("numerator"),
            pl.col("people_minutes").sum(),
            pl.col("date").min().alias("since"),
            pl.col("date").n_unique().alias("days"),
        )
        .join(open_minutes, on="window_id", how="left")
        .with_columns(
            pl.col("numerator").alias("size"),
            pl.format("等候 {} 人·分钟", pl.col("people_minutes").round(0).cast(pl.Int64)).alias("detail"),
        )
        .filter(pl.col("size") >= THRESHOLD)
    )
    return shaped(found)


def behind(week: Week, found: pl.DataFrame) -> pl.DataFrame:
    """The stretches; their minutes add up to the numerator."""
    rows = _stretches(week.view).with_columns(
        pl.format("等候 {} 人·分钟", pl.col("people_minutes").round(1)).alias("note"),
    )
    return listed(rows.sort("begin", "window_id"), found, PLACE, week.view.records.timezone)


def _stretches(view: View) -> pl.DataFrame:
    """window_id, hall_id, date, begin, end, minutes, people_minutes."""
    windows = view.windows
    signed_on = (windows.spells["state"] == "open").to_numpy()
    final = windows.open.until == NEVER
    open_ = windows.open.only(final & signed_on[windows.open.row])
    busy = windows.busy.only(windows.busy.until == NEVER)
    idle = crossing(open_, _between(merged(Spells(busy.place, busy.start, busy.end)), open_, windows.each.height))
    company = windows.each["company"].to_numpy()
    awaited = windows.awaited()
    somebody = Known.of(awaited.place, awaited.start, awaited.end, np.arange(len(awaited)))
    numbered = Known(company[idle.place], idle.start, idle.end, idle.since, idle.until, idle.place)
    found = crossing(numbered, somebody)
    found = found.only(found.end - found.start >= STRETCH_MINUTES * MINUTE)
    waiting = _waiting(view)
    people = time_between(waiting, found.place, found.start, found.end)
    zone = pl.Datetime("us", view.records.timezone)
    named = windows.each.select("window_id", "hall_id")[found.row]
    return named.with_columns(
        pl.Series("begin", found.start).cast(pl.Datetime("us", "UTC")).cast(zone),
        pl.Series("end", found.end).cast(pl.Datetime("us", "UTC")).cast(zone),
        pl.Series("minutes", (found.end - found.start) / MINUTE),
        pl.Series("people_minutes", people / MINUTE),
    ).with_columns(pl.col("begin").dt.date().alias("date"))


def _between(busy: Spells, open_: Known, windows: int) -> Known:
    """The times of each window, within the time that is looked at, in which it is not busy."""
    every = np.arange(windows)
    low, high = int(open_.start.min(initial=NEVER)), int(open_.end.max(initial=-NEVER))
    if high <= low:
        return Known.of(every, every, every, every)
    # Each time begins where a busy one ended, the first of a window where all begins.
    place, start = np.concatenate([busy.place, every]), np.concatenate([busy.end, np.full(windows, low)])
    end = np.concatenate([busy.start, np.full(windows, high)])
    begins, ends = np.lexsort((start, place)), np.lexsort((end, place))
    return Known.of(place[begins], start[begins], end[ends], np.arange(len(place)))


def _waiting(view: View) -> Spells:
    """Everybody while waiting, under the companies of windows that serve the queue."""
    rows = (
        view.visits.select("queue_id")
        .with_row_index("row")
        .join(view.windows.companies, on="queue_id", how="inner", maintain_order="left")
    )
    row, waiting = rows["row"].cast(pl.Int64).to_numpy(), view.windows.waiting
    return Spells(rows["company"].to_numpy(), waiting.start[row], waiting.end[row])


KIND = FindingKind(
    id="idle_while_waiting",
    title="有人等候而窗口空闲",
    rule="窗口已开（不在暂停）、没有在办理，而它服务的队列里有人等，连续不少于 3 分钟的时段才算；"
    "一周累计不少于 30 分钟的窗口列出。",
    check="看这个窗口当时是否漏叫号、人离开了没有点暂停，或队列与窗口的对应设置有误。",
    unit="分钟",
    above="空闲而有人等的分钟数",
    below="窗口开着的分钟数",
    threshold=THRESHOLD,
    needs=("tickets", "window_sessions"),
    find=find,
    behind=behind,
)
