"""Whether the open windows can do the work that comes in (需求产能比)."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.reading import Quantity, finished
from metrics.readings.windows import open_behind, open_for, per_window, ticket_keys
from metrics.recent import at_queues, recent_until, rows_behind
from metrics.spells import HOUR, NEVER, Ints, Spells, micros, standing
from metrics.view import View
from metrics.visitors import waiting
from metrics.window_table import SHARES

#: Tickets taken without which the ratio says nothing; days from which the usual handling time is taken, and how few do.
TAKEN_ENOUGH, LOOKED_BACK, DAYS_ENOUGH = 12, 20, 5
#: Those days are looked for so many calendar days back: 20 open days lie in them even around the longest holiday, and
#: what a queue that is seldom served took long ago says nothing of today.
WITHIN_DAYS = 45


def demand_capacity_ratio(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Whether more work comes in than the open windows can do (需求产能比), by queue.

    Tickets taken in 60 minutes (transfers too) × the queue's mean handling time of its last 20 open days with data
    before t's day, of the 45 calendar days before it (hours) ÷ windows open for it at t; ratio. In the first hour after
    opening the window is shorter and nothing is extrapolated: those who stood at the door would be blown up into a
    demand that never comes. With no window open there is no value: denominator 0. Sample: 12 taken, and 5 such days.
    Extra waiting_per_window, which a level also needs: waiting at t ÷ windows open (null where none is open). Source:
    the indicators 2026.1, 10.
    """
    asked = at_queues(view, instants)
    queue, at = asked["queue"].to_numpy(), micros(asked["at"])
    taken = standing(_taken(view), queue, at)
    hours, days = _usual_handle(view, asked)
    windows = open_for(view, queue, at)
    frame = asked.with_columns(
        pl.Series("numerator", taken * hours),
        pl.Series("denominator", windows / SHARES),
        pl.Series("sample", taken),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        pl.Series("days", days),
        per_window(standing(waiting(view).at_queues, queue, at) * SHARES, windows),
        view.covered_now(asked, "tickets", "window_sessions"),
    )
    enough = (pl.col("sample") >= TAKEN_ENOUGH) & (pl.col("days") >= DAYS_ENOUGH)
    value = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator"))
    extras = ("waiting_per_window",)
    return finished(frame, ("hall_id", "queue_id"), enough=enough, value=value, extras=extras)


def behind_demand_capacity_ratio(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets taken, each the mean handling time (hours), and spells of the windows open for them (1/k each).

    The services of the past days add nothing themselves; they are listed because the mean handling time is theirs.
    """
    whole = at_queues(view, instants)
    hours, _ = _usual_handle(view, whole)
    asked, place = whole.select("hall_id", "queue_id", "at"), whole["queue"].to_numpy()
    weighed = asked.with_columns(pl.Series("hours", hours))
    came = rows_behind(
        _taken(view), ticket_keys(view), weighed, place, numerator=pl.col("hours"), denominator=0.0
    ).drop("hours")
    # Where nobody came, it does not matter how long handling takes.
    some = pl.Series(standing(_taken(view), place, micros(asked["at"])) > 0)
    return pl.concat([came, open_behind(view, asked, place), _services_behind(view, whole.filter(some))])


def _services_behind(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """The services from which the mean handling time of each queue and instant comes; each adds nothing.

    Args:
        view: the records.
        asked: hall_id, queue_id, at, queue (number), date.
    """
    done = _handled(view)
    first, last = _looked_back(done, asked)
    counts = last - first
    question = np.repeat(np.arange(len(asked)), counts)
    row = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[question]
    days = pl.concat([asked.select("hall_id", "queue_id", "at")[question], done.select("date")[row]], how="horizontal")
    ended = pl.col("end").cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(view.records.timezone)
    services = view.visits.filter(pl.col("handle").is_not_null(), pl.col("known_until") == NEVER).select(
        "hall_id", "queue_id", ended.dt.date().alias("date"), pl.col("ticket_id").alias("key")
    )
    nothing = (pl.lit(0.0).alias(name) for name in ("numerator", "denominator"))
    found: pl.DataFrame = days.join(services, on=["hall_id", "queue_id", "date"], maintain_order="left_right").select(
        "hall_id", "queue_id", "at", pl.lit("tickets").alias("table"), "key", *nothing
    )
    return found


def _taken(view: View) -> Spells:
    """Tickets, each counting in its queue for an hour after it was taken."""
    visits = view.visits
    take = visits["take"].to_numpy()
    until = np.minimum(recent_until(view, view.visit_halls, take), visits["known_until"].to_numpy())
    return Spells.of(view.visit_queues, take, until)


def _usual_handle(view: View, asked: pl.DataFrame) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], Ints]:
    """Mean handling time (hours) of each queue's last 20 open days with data before each day, and how many there were.

    A service belongs to the day on which it ended, so that it is known on every later day.

    Args:
        view: the records.
        asked: queue (number), date.
    """
    done = _handled(view)
    first, last = _looked_back(done, asked)
    count, length_ = (_sums(done[name].to_numpy(), first, last) for name in ("handled", "handle"))
    mean = np.where(count > 0, length_ / np.maximum(count, 1), 0.0) / HOUR
    return mean, last - first


def _looked_back(done: pl.DataFrame, asked: pl.DataFrame) -> tuple[Ints, Ints]:
    """From which to before which row of `_handled` each queue's last 20 days of the 45 before a day lie.

    Args:
        done: as `_handled`.
        asked: queue (number), date.
    """
    queue, day = done["queue"].to_numpy(), done["date"].to_physical().cast(pl.Int64).to_numpy()
    wanted = asked["date"].to_physical().cast(pl.Int64).to_numpy()
    numbered = asked["queue"].to_numpy()
    if not len(done):
        none = np.zeros(len(asked), dtype=np.int64)
        return none, none
    low = min(int(day.min()), int(wanted.min(initial=int(day.min()))))
    length = max(int(day.max()), int(wanted.max(initial=int(day.max())))) - low + 1
    keys = queue * length + (day - low)
    last = np.searchsorted(keys, numbered * length + (wanted - low))
    earliest = np.maximum(wanted - WITHIN_DAYS - low, 0)
    first = np.maximum(last - LOOKED_BACK, np.searchsorted(keys, numbered * length + earliest))
    return np.minimum(first, last), last


def _handled(view: View) -> pl.DataFrame:
    """Services of each queue and open day: queue (number), date, handled, handle (microseconds); in order."""
    return view.kept.once("handled", (view.queues,), lambda: _summed(view))


def _summed(view: View) -> pl.DataFrame:
    facts = view.queue_facts.filter(pl.col("handled") > 0)
    # The interval's end is its name: what ended before midnight lies in the interval that ends at midnight.
    day = (pl.col("at") - pl.duration(microseconds=1)).dt.date()
    return (
        facts.with_columns(day.alias("date"), pl.Series("queue", view.queue_numbers(facts["queue_id"])))
        .group_by("hall_id", "queue", "date")
        .agg(pl.col("handled", "handle").sum())
        .join(view.all_sessions.select("hall_id", "date").unique(), on=["hall_id", "date"], how="semi")
        .filter(pl.col("queue") >= 0)
        .sort("queue", "date")
    )


def _sums(values: Ints, first: Ints, last: Ints) -> Ints:
    """Sum of the values from one row up to another, for each couple of rows."""
    total: Ints = np.concatenate([[0], np.cumsum(values)]).astype(np.int64)
    found: Ints = total[np.maximum(last, first)] - total[first]
    return found


QUANTITIES = (
    Quantity(
        "demand_capacity_ratio",
        "RT",
        ("hall_id", "queue_id"),
        ("tickets", "window_sessions"),
        "倍",
        demand_capacity_ratio,
        behind_demand_capacity_ratio,
        ("waiting_per_window",),
    ),
)
