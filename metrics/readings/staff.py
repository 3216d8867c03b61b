"""People and windows: who is on duty as rostered, which planned windows stand empty while somebody waits."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.keys import row_key
from metrics.reading import Quantity, finished
from metrics.readings.windows import plan_keys, ticket_keys
from metrics.recent import since_of, time_behind, while_recent
from metrics.spells import MINUTE, NEVER, Ints, Spells, latest_before, micros, pairs, standing, within
from metrics.view import View

#: Persons rostered without which the share says nothing.
ROSTERED_ENOUGH = 5
#: A queue without anybody for less than this was not empty.
SHORT_GAP = 2 * MINUTE


def staff_on_duty_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many of those rostered are really there (在岗率), by hall, all roles.

    Attended within the roster ÷ rostered minutes of 60 minutes, by person; %. Sample: at least 5 persons rostered in
    them. Extra missing, which a level also needs: persons rostered at t who are not there. Source: the indicators
    2026.1, 32.
    """
    asked, duty = instants.with_columns(since_of(instants)), view.duty
    hall, at, since = view.hall_numbers(asked["hall_id"]), micros(asked["at"]), micros(asked["since"])
    rostered, attended = duty.roster_rows.moved(duty.hall[duty.roster_rows.place]), view.duty.attended
    there = attended.moved(duty.hall[attended.place])
    posts = duty.rostered
    kept = while_recent(view, posts, duty.hall[posts.place])
    wanted = standing(Spells(duty.hall[posts.place], posts.start, posts.end), hall, at)
    frame = asked.with_columns(
        pl.Series("numerator", there.time(hall, since, at, at) / MINUTE),
        pl.Series("denominator", rostered.time(hall, since, at, at) / MINUTE),
        pl.Series("sample", standing(Spells(duty.hall[kept.place], kept.start, kept.end), hall, at)),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        pl.Series("missing", wanted - standing(there.running, hall, at)),
        view.covered_now(asked, "roster", "attendance"),
    )
    value = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator") * 100)
    enough = pl.col("sample") >= ROSTERED_ENOUGH
    return finished(frame, ("hall_id",), enough=enough, value=value, extras=("missing",))


def behind_staff_on_duty_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Attendances with their minutes within the roster (numerator), rosters with their minutes (denominator)."""
    asked = instants.with_columns(since_of(instants)).select("hall_id", "at", "since")
    hall, duty = view.hall_numbers(asked["hall_id"]), view.duty
    rostered, attended = duty.roster_rows, duty.attended
    there = time_behind(attended.moved(duty.hall[attended.place]), _keys(view, "attendance"), asked, hall)
    wanted = time_behind(rostered.moved(duty.hall[rostered.place]), _keys(view, "roster"), asked, hall)
    columns = ("hall_id", "at", "table", "key")
    minutes, nothing = pl.col("minutes"), pl.lit(0.0)
    return pl.concat(
        [
            there.select(*columns, minutes.alias("numerator"), nothing.alias("denominator")),
            wanted.select(*columns, nothing.alias("numerator"), minutes.alias("denominator")),
        ]
    )


def off_post_minutes(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How long a window that should be open has stood empty while people wait for it (空岗时长).

    Length of the spell still running at t in which the window is planned, not open, and somebody waits in one of its
    queues; minutes net of breaks, 0 where there is none. Times without anybody waiting under 2 minutes do not break
    it. Windows with a plan that day are read while a window is planned for one of their queues. Sample: people waiting
    at t in its queues. Source: the indicators 2026.1, 33.
    """
    asked = _asked_windows(view, instants)
    began, plan = _empty_since(view, asked)
    at = micros(asked["at"])
    length = np.where(began < at, view.clock.between(view.hall_numbers(asked["hall_id"]), np.minimum(began, at), at), 0)
    frame = asked.with_columns(
        pl.Series("numerator", np.where(plan >= 0, length, 0) / MINUTE),
        pl.lit(None, dtype=pl.Float64).alias("denominator"),
        pl.Series("sample", standing(_waiting_for(view)[0], asked["company"].to_numpy(), at)),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        view.covered_now(asked, "window_plan", "window_sessions", "tickets"),
    )
    return finished(frame, ("hall_id", "window_id"), enough=pl.lit(value=True), value=pl.col("numerator"))


def behind_off_post_minutes(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The plan that is not kept, with the minutes, and the tickets of all who waited meanwhile (they add nothing)."""
    asked = _asked_windows(view, instants).select("hall_id", "window_id", "at", "window", "company")
    began, plan = _empty_since(view, asked)
    empty = np.flatnonzero(plan >= 0)
    asked, began, plan = asked[empty], began[empty], plan[empty]
    at = micros(asked["at"])
    minutes = view.clock.between(view.hall_numbers(asked["hall_id"]), began, at) / MINUTE
    columns = ("hall_id", "window_id", "at")
    plans = pl.concat([asked.select(columns), plan_keys(view)[plan]], how="horizontal").with_columns(
        pl.Series("numerator", minutes)
    )
    spells, row = _waiting_for(view)
    # Whoever had left a moment before the spell began may bridge the gap to the next one.
    company, since = asked["company"].to_numpy(), began - SHORT_GAP + 1
    there, first = pairs(spells, company, since)
    came, then = within(spells.place, spells.start, company, since, at)
    waited = spells.end[came] > spells.start[came]
    which: Ints = np.concatenate([there, came[waited]])
    question: Ints = np.concatenate([first, then[waited]])
    people: pl.DataFrame = pl.concat([asked.select(columns)[question], ticket_keys(view)[row[which]]], how="horizontal")
    found: pl.DataFrame = pl.concat([plans, people.with_columns(pl.lit(0.0).alias("numerator"))])
    return found.with_columns(pl.lit(None, dtype=pl.Float64).alias("denominator"))


def _asked_windows(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Windows with a plan that day, while a window is planned for one of their queues: instants, window, company."""
    windows = view.windows
    each = windows.each.with_row_index("window").select(pl.col("window").cast(pl.Int64), "window_id", "company")
    day = pl.col("start_at").dt.date().alias("date")
    planned = windows.plan.select("window_id", day).unique().join(each, on="window_id")
    hall = windows.each.select("window_id", "hall_id")
    asked = instants.join(
        planned.join(hall, on="window_id").sort("window_id"), on=["hall_id", "date"], maintain_order="left"
    )
    # Every plan counts for the window's queues, and so for every company that serves one of them.
    by_queue, _, _ = windows.at_queues(windows.planned, view.queues["queue_id"])
    served = windows.companies.with_columns(pl.Series("queue", view.queue_numbers(windows.companies["queue_id"])))
    couples = served.filter(pl.col("queue") >= 0).sort("queue")
    first = np.searchsorted(couples["queue"].to_numpy(), by_queue.place)
    counts = np.searchsorted(couples["queue"].to_numpy(), by_queue.place, side="right") - first
    which = np.repeat(np.arange(len(by_queue)), counts)
    couple = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    spells = Spells(couples["company"].to_numpy()[couple], by_queue.start[which], by_queue.end[which])
    there = standing(spells, asked["company"].to_numpy(), micros(asked["at"])) > 0
    return asked.filter(pl.Series(there))


def _empty_since(view: View, asked: pl.DataFrame) -> tuple[Ints, Ints]:
    """Since when each window has stood empty, and the plan (row of `window_plan`) not kept; −1 where it does not."""
    windows = view.windows
    window, company, at = (asked["window"].to_numpy(), asked["company"].to_numpy(), micros(asked["at"]))
    plans = windows.planned
    planned = latest_before(plans.place, plans.start, window, at)
    kept = (planned >= 0) & (plans.end[np.maximum(planned, 0)] >= at) if len(plans) else planned >= 0
    waiting = windows.awaited(SHORT_GAP)
    waited = latest_before(waiting.place, waiting.start, company, at)
    # While the queue has been empty for less than two minutes, the spell runs on.
    kept &= (waited >= 0) & (_of(waiting.end, waited) + SHORT_GAP > at)
    open_ = windows.open.running
    kept &= standing(open_, window, at) == 0
    left = latest_before(open_.place, open_.end, window, at)
    began = np.maximum(_of(plans.start, planned), _of(waiting.start, waited))
    began = np.maximum(began, np.where(left >= 0, _of(open_.end, left), -NEVER))
    rows = windows.plan_rows
    which = latest_before(rows.place, rows.start, window, at)
    return began, np.where(kept, _of(rows.row, which), -1)


def _of(values: Ints, row: Ints) -> Ints:
    """Values of rows; any where the row is −1."""
    return values[np.maximum(row, 0)] if len(values) else np.zeros(len(row), dtype=np.int64)


def _waiting_for(view: View) -> tuple[Spells, Ints]:
    """People while they wait, by company of windows that serves their queue; and their row of `visits`."""
    rows = view.visits.select("queue_id").with_row_index("row").join(view.windows.companies, on="queue_id")
    row, waiting = rows["row"].cast(pl.Int64).to_numpy(), view.windows.waiting
    return Spells(rows["company"].to_numpy(), waiting.start[row], waiting.end[row]), row


def _keys(view: View, table: str) -> pl.DataFrame:
    """Table and key of each row of `roster` or `attendance`."""
    return view.records[table].select(pl.lit(table).alias("table"), row_key(table))


QUANTITIES = (
    Quantity("staff_on_duty_rate", "RT", ("hall_id",), ("roster", "attendance"), "%", staff_on_duty_rate,
             behind_staff_on_duty_rate, ("missing",)),
    Quantity("off_post_minutes", "RT", ("hall_id", "window_id"), ("window_plan", "window_sessions", "tickets"), "分钟",
             off_post_minutes, behind_off_post_minutes),
)  # fmt: skip
