"""Windows (窗口): how many people there are for each open one, how busy they are, whether they are open as planned."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from metrics.keys import row_key
from metrics.known import Known, crossing
from metrics.reading import Quantity, finished
from metrics.recent import at_queues, rows_behind, since_of, time_behind, while_recent
from metrics.spells import MINUTE, Ints, Spells, micros, standing, standing_sum, time_between
from metrics.view import View
from metrics.visitors import waiting
from metrics.window_table import SHARES

#: Minutes of open windows without which saturation says nothing.
OPEN_ENOUGH = 60 * MINUTE
#: Windows planned without which the share of open ones says nothing; from when on after opening it is read.
PLANNED_ENOUGH, SETTLED = 2, dt.timedelta(minutes=30)


def queue_per_window(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many people wait for each window that is open for them (窗均排队), by queue.

    Waiting at t ÷ windows open for the queue at t (one that serves k queues counts 1/k for each); people. Where none is
    open the value is 0 if nobody waits, else there is none: denominator 0 with people waiting. Queues for which no
    window is planned at t are left out. Source: the indicators 2026.1, 7.
    """
    asked = _planned_queues(view, instants)
    queue, at = asked["queue"].to_numpy(), micros(asked["at"])
    people = standing(waiting(view).at_queues, queue, at)
    frame = asked.with_columns(
        pl.Series("numerator", people),
        pl.Series("denominator", open_for(view, queue, at) / SHARES),
        pl.Series("sample", people),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        view.covered_now(asked, "tickets", "window_sessions"),
    )
    value = pl.when(pl.col("numerator") == 0).then(0.0).otherwise(_ratio())
    return finished(frame, ("hall_id", "queue_id"), enough=pl.lit(value=True), value=value)


def behind_queue_per_window(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets of those who wait (one person each) and spells of the windows open for them (1/k window each)."""
    asked = _planned_queues(view, instants).select("hall_id", "queue_id", "at")
    place = view.queue_numbers(asked["queue_id"])
    people = rows_behind(waiting(view).at_queues, ticket_keys(view), asked, place, numerator=1.0, denominator=0.0)
    return pl.concat([people, open_behind(view, asked, place)])


def window_saturation(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How much of the open windows' time is work (业务饱和度), by service group.

    Busy ÷ open minutes of the group's windows in 60 minutes; %. Sample: 60 open minutes. Extra waiting_per_window,
    which a level also needs: people waiting at t in the queues of the group's open windows ÷ those windows (null where
    none is open). Source: the indicators 2026.1, 9.
    """
    asked = _at_groups(view, instants)
    group, at, since = asked["group"].to_numpy(), micros(asked["at"]), micros(asked["since"])
    of_window = view.windows.each["group"].to_numpy()
    open_ = view.windows.open.moved(of_window[view.windows.open.place])
    busy = view.windows.busy.moved(of_window[view.windows.busy.place])
    micro = open_.time(group, since, at, at)
    there = standing(open_.running, group, at)
    people = _waiting_at_groups(view, group, at)
    frame = asked.with_columns(
        pl.Series("numerator", busy.time(group, since, at, at) / MINUTE),
        pl.Series("denominator", micro / MINUTE),
        pl.Series("sample", micro // MINUTE),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        pl.Series("enough", micro >= OPEN_ENOUGH),
        per_window(people, there),
        view.covered_now(asked, "tickets", "window_sessions"),
    )
    extras = ("waiting_per_window",)
    return finished(frame, _GROUP, enough=pl.col("enough"), value=_ratio() * 100, extras=extras)


def behind_window_saturation(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets with their minutes of work (numerator) and spells of windows with their open minutes (denominator)."""
    asked = _at_groups(view, instants).select(*_GROUP, "at", "since", "group")
    of_window, place = view.windows.each["group"].to_numpy(), asked["group"].to_numpy()
    asked = asked.drop("group")
    busy = view.windows.busy.moved(of_window[view.windows.busy.place])
    open_ = view.windows.open.moved(of_window[view.windows.open.place])
    return pl.concat(
        [
            _as_numerator(time_behind(busy, ticket_keys(view), asked, place)),
            _as_denominator(time_behind(open_, spell_keys(view), asked, place)),
        ]
    )


def window_open_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How much of the planned windows' time is really open (窗口开放率), by hall, from 30 minutes after opening.

    Open within the plan ÷ planned minutes in 60 minutes; %. Sample: at least 2 windows planned in them. Source: the
    indicators 2026.1, 11.
    """
    asked = _settled(instants)
    hall, at, since = view.hall_numbers(asked["hall_id"]), micros(asked["at"]), micros(asked["since"])
    planned, of_window = view.windows.planned, _hall_of_window(view)
    here = of_window[planned.place]
    kept = while_recent(view, planned, here)
    windows = standing(Spells(of_window[kept.place], kept.start, kept.end), hall, at)
    frame = asked.with_columns(
        pl.Series("numerator", _open_as_planned(view).time(hall, since, at, at) / MINUTE),
        pl.Series("denominator", time_between(Spells(here, planned.start, planned.end), hall, since, at) / MINUTE),
        pl.Series("sample", windows),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        view.covered_now(asked, "window_plan", "window_sessions"),
    )
    return finished(frame, ("hall_id",), enough=pl.col("sample") >= PLANNED_ENOUGH, value=_ratio() * 100)


def behind_window_open_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Spells of windows with their minutes within the plan (numerator) and plans with their minutes (denominator)."""
    asked = _settled(instants).select("hall_id", "at", "since")
    hall, of_window = view.hall_numbers(asked["hall_id"]), _hall_of_window(view)
    plans = view.windows.plan_rows
    return pl.concat(
        [
            _as_numerator(time_behind(_open_as_planned(view), spell_keys(view), asked, hall)),
            _as_denominator(time_behind(plans.moved(of_window[plans.place]), plan_keys(view), asked, hall)),
        ]
    )


def open_for(view: View, queue: Ints, at: Ints) -> Ints:
    """Windows open for each queue at each instant, in parts of SHARES."""
    spells, shares, _ = view.windows.at_queues(view.windows.open.running, view.queues["queue_id"])
    return standing_sum(spells, shares, queue, at)


def open_behind(view: View, asked: pl.DataFrame, place: Ints) -> pl.DataFrame:
    """Spells of the windows open for a queue, each with what it counts, as denominators."""
    open_ = view.windows.open.only(view.windows.open.since <= view.windows.open.start)
    spells, shares, which = view.windows.at_queues(open_.running, view.queues["queue_id"])
    rows = spell_keys(view)[open_.row[which]].with_columns(pl.Series("part", shares / SHARES))
    return rows_behind(spells, rows, asked, place, numerator=0.0, denominator=pl.col("part"))


def per_window(people: Ints, windows: Ints) -> pl.Series:
    """People waiting per open window: `waiting_per_window`, null where none is open."""
    some = windows > 0
    ratio = pl.Series("ratio", people / np.where(some, windows, 1))
    return pl.select(pl.when(pl.Series(some)).then(ratio).alias("waiting_per_window")).to_series()


def ticket_keys(view: View) -> pl.DataFrame:
    """Table and key of each row of `visits`."""
    return view.visits.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"))


def spell_keys(view: View) -> pl.DataFrame:
    """Table and key of each row of `window_sessions`."""
    return view.windows.spells.select(pl.lit("window_sessions").alias("table"), pl.col("session_id").alias("key"))


def plan_keys(view: View) -> pl.DataFrame:
    """Table and key of each row of `window_plan`."""
    return view.windows.plan.select(pl.lit("window_plan").alias("table"), row_key("window_plan"))


def _ratio() -> pl.Expr:
    """Numerator ÷ denominator; nothing where the denominator is 0."""
    return pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator"))


def _planned_queues(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The queues for which a window is planned at each instant."""
    asked = at_queues(view, instants)
    spells, _, _ = view.windows.at_queues(view.windows.planned, view.queues["queue_id"])
    planned = standing(spells, asked["queue"].to_numpy(), micros(asked["at"])) > 0
    return asked.filter(pl.Series(planned))


_GROUP = ("hall_id", "service_group")


def _at_groups(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Every service group of the halls open at each instant: the instants' columns, since, service_group, group."""
    return instants.with_columns(since_of(instants)).join(
        view.windows.groups, on="hall_id", how="inner", maintain_order="left"
    )


def _waiting_at_groups(view: View, group: Ints, at: Ints) -> Ints:
    """People waiting in the queues of each group's open windows, a queue counted once."""
    each = view.windows.each["group"].to_numpy()
    served = view.windows.of_queues.select(pl.Series("group", each[view.windows.of_queues["window"]]), "queue_id")
    couples = served.unique().sort("group", "queue_id").with_row_index("couple")
    owner = couples["group"].to_numpy()
    by_queue, _, which = view.windows.at_queues(view.windows.open.running, view.queues["queue_id"])
    queue = view.queue_numbers(couples["queue_id"])
    # A couple of group and queue is open while one of its windows is.
    span = len(view.queues) + 1
    code = each[view.windows.open.running.place[which]] * span + by_queue.place
    couple = np.searchsorted(owner * span + queue, code)
    spells = Spells(couple, by_queue.start, by_queue.end)
    first = np.searchsorted(owner, group)
    counts = np.searchsorted(owner, group, side="right") - first
    question = np.repeat(np.arange(len(group)), counts)
    asked = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    there = standing(spells, asked, at[question]) > 0
    people = standing(waiting(view).at_queues, queue[asked], at[question])
    total = np.zeros(len(group), dtype=np.int64)
    np.add.at(total, question, np.where(there, people, 0))
    return total


def _settled(instants: pl.DataFrame) -> pl.DataFrame:
    """Instants from 30 minutes after the opening of their session, with since."""
    return instants.filter(pl.col("at") >= pl.col("open_at") + pl.lit(SETTLED)).with_columns(
        since_of(instants.filter(pl.col("at") >= pl.col("open_at") + pl.lit(SETTLED)))
    )


def _hall_of_window(view: View) -> Ints:
    return view.hall_numbers(view.windows.each["hall_id"])


def _open_as_planned(view: View) -> Known:
    """Open time of windows within their plans, by number of the hall."""
    planned = view.windows.planned
    within = Known.of(planned.place, planned.start, planned.end, np.arange(len(planned)))
    found = crossing(view.windows.open, within)
    return found.moved(_hall_of_window(view)[found.place])


def _as_numerator(found: pl.DataFrame) -> pl.DataFrame:
    return found.rename({"minutes": "numerator"}).with_columns(pl.lit(0.0).alias("denominator"))


def _as_denominator(found: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(pl.lit(0.0).alias("numerator"), pl.col("minutes").alias("denominator")).drop("minutes")


_NEEDS = ("tickets", "window_sessions")
QUANTITIES = (
    Quantity("queue_per_window", "RT", ("hall_id", "queue_id"), _NEEDS, "人", queue_per_window,
             behind_queue_per_window),
    Quantity("window_saturation", "RT", _GROUP, _NEEDS, "%", window_saturation, behind_window_saturation,
             ("waiting_per_window",)),
    Quantity("window_open_rate", "RT", ("hall_id",), ("window_plan", "window_sessions"), "%", window_open_rate,
             behind_window_open_rate),
)  # fmt: skip
