"""Waiting (等候): how long people wait, whether the promise is kept, and how many give up."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.reading import Quantity, finished
from metrics.recent import at_queues, rows_behind
from metrics.spells import MINUTE, NEVER, micros, standing, standing_sum
from metrics.tickets import PROMISED_WAIT
from metrics.view import View
from metrics.visitors import Group, called, given_up, left_late, waiting_at, waiting_too_long

#: Calls without which a mean wait says nothing; people without whom a share says nothing.
CALLS_ENOUGH, PEOPLE_ENOUGH = 10, 20
_NO_BASELINE = pl.lit(None, dtype=pl.Float64).alias("baseline")
_PERCENT = pl.col("numerator") / pl.col("denominator") * 100


def wait_avg(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How long people called in the last hour had waited (平均等候), by queue.

    Mean wait of the calls in 60 minutes, net of breaks; minutes. Sample: at least 10 calls. Source: the indicators
    2026.1, 4.
    """
    asked = at_queues(view, instants)
    group = called(view)
    queue, at = asked["queue"].to_numpy(), micros(asked["at"])
    calls = standing(group.at_queues, queue, at)
    waits = standing_sum(group.at_queues, group.column("wait"), queue, at)
    frame = asked.with_columns(
        pl.Series("numerator", waits / MINUTE),
        pl.Series("denominator", calls),
        pl.Series("sample", calls),
        _NO_BASELINE,
        view.covered_now(asked, "tickets"),
    )
    return finished(frame, ("hall_id", "queue_id"), enough=pl.col("sample") >= CALLS_ENOUGH)


def behind_wait_avg(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets called in the last hour; each adds its wait and one call."""
    asked = at_queues(view, instants)
    group = called(view)
    rows = group.rows.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"), "wait")
    place, asked = asked["queue"].to_numpy(), asked.select("hall_id", "queue_id", "at")
    return rows_behind(
        group.at_queues, rows, asked, place, numerator=pl.col("wait") / MINUTE, denominator=1.0
    )  # fmt: skip


def wait_max_open(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How long the one who waits longest has waited so far (最长在队等候), by queue.

    Longest wait among those waiting at t, net of breaks; minutes, 0 where nobody waits. Sample: the people waiting.
    Source: the indicators 2026.1, 6.
    """
    asked = at_queues(view, instants).with_row_index("row")
    longest = (
        waiting_at(view, asked).group_by("row").agg(pl.col("waited").max(), pl.len().cast(pl.Int64).alias("sample"))
    )
    frame = asked.join(longest, on="row", how="left", maintain_order="left").with_columns(
        (pl.col("waited").fill_null(0) / MINUTE).alias("numerator"),
        pl.lit(None, dtype=pl.Float64).alias("denominator"),
        pl.col("sample").fill_null(0),
        _NO_BASELINE,
        view.covered_now(asked, "tickets"),
    )
    return finished(frame, ("hall_id", "queue_id"), enough=pl.lit(value=True), value=pl.col("numerator"))


def behind_wait_max_open(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The ticket of the one who waits longest (ties: the first by number); it alone makes the number."""
    asked = at_queues(view, instants).with_row_index("row")
    longest = (
        waiting_at(view, asked)
        .sort("row", "waited", "key", descending=[False, True, False])
        .unique("row", keep="first", maintain_order=True)
    )
    return longest.join(asked.select("row", "hall_id", "queue_id", "at"), on="row").select(
        "hall_id",
        "queue_id",
        "at",
        pl.lit("tickets").alias("table"),
        "key",
        (pl.col("waited") / MINUTE).alias("numerator"),
        pl.lit(None, dtype=pl.Float64).alias("denominator"),
    )


def wait_sla_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many people were called within the promised 25 minutes in the last hour (等候达标率).

    Percent of a hall: calls with a wait ≤ 25 minutes ÷ (all calls, no-shows among them + those who gave up or gave
    their ticket back uncalled after more than 25 minutes + those who still wait after more than 25 minutes), in 60
    minutes, net of breaks. Who was called before giving up is a call and counts once. Sample: at least 20 of the
    denominator. Source: the indicators 2026.1, 5.
    """
    return _share(view, instants, _sla_parts(view))


def behind_wait_sla_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets called, left or still waiting too long; those called in time are the numerator."""
    return _behind_share(view, instants, _sla_parts(view))


def abandon_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many people give up or miss their call in the last hour (弃号过号率).

    Percent of a hall: (abandoned in 60 minutes + no-shows called in 60 minutes) ÷ (called in 60 minutes + abandoned in
    60 minutes). A no-show is known as such from its end on. A ticket that was called and then abandoned is one person:
    it leaves the called when it joins the abandoned. Sample: at least 20 of the denominator. Source: the indicators
    2026.1, 8.
    """
    return _share(view, instants, _abandon_parts(view))


def behind_abandon_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets called or abandoned in the last hour; those abandoned and the no-shows are the numerator."""
    return _behind_share(view, instants, _abandon_parts(view))


#: Tickets that count for a while at their hall, with what each adds to numerator and denominator.
_Parts = list[tuple[Group, int, int]]


def _sla_parts(view: View) -> _Parts:
    calls, left, still = called(view), left_late(view), waiting_too_long(view)
    kept = calls.column("wait") <= PROMISED_WAIT
    return [(calls.only(kept), 1, 1), (calls.only(~kept), 0, 1), (left, 0, 1), (still, 0, 1)]


def _abandon_parts(view: View) -> _Parts:
    calls, gone = called(view), given_up(view)
    end = calls.column("end")
    missed = (calls.visits["status"] == "no_show").to_numpy()[calls.kept] & (end < NEVER)
    # Called, and neither abandoned since nor known to have missed the call.
    turned = np.where(missed, end, calls.column("gone"))
    still = calls.until(calls.start, np.minimum(calls.end, turned))
    late, since = calls.only(missed), np.maximum(calls.start, end)[missed]
    no_show = late.until(np.minimum(since, late.end), late.end)
    return [(still, 0, 1), (no_show, 1, 1), (gone, 1, 1)]


def _share(view: View, instants: pl.DataFrame, parts: _Parts) -> pl.DataFrame:
    """Readings of a share of people, by hall."""
    hall, at = view.hall_numbers(instants["hall_id"]), micros(instants["at"])
    numerator, denominator = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    for group, good, counts in parts:
        number = standing(group.at_halls, hall, at)
        numerator += good * number
        denominator += counts * number
    frame = instants.with_columns(
        pl.Series("numerator", numerator),
        pl.Series("denominator", denominator),
        pl.Series("sample", denominator),
        _NO_BASELINE,
        view.covered_now(instants, "tickets"),
    )
    return finished(frame, ("hall_id",), enough=pl.col("denominator") >= PEOPLE_ENOUGH, value=_PERCENT)


def _behind_share(view: View, instants: pl.DataFrame, parts: _Parts) -> pl.DataFrame:
    asked = instants.select("hall_id", "at")
    place = view.hall_numbers(asked["hall_id"])
    return pl.concat(
        rows_behind(
            group.at_halls,
            group.rows.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key")),
            asked,
            place,
            numerator=float(good),
            denominator=float(counts),
        )
        for group, good, counts in parts
    )


QUANTITIES = (
    Quantity("wait_avg", "RT", ("hall_id", "queue_id"), ("tickets",), "分钟", wait_avg, behind_wait_avg),
    Quantity("wait_max_open", "RT", ("hall_id", "queue_id"), ("tickets",), "分钟", wait_max_open, behind_wait_max_open),
    Quantity("wait_sla_rate", "RT", ("hall_id",), ("tickets",), "%", wait_sla_rate, behind_wait_sla_rate),
    Quantity("abandon_rate", "RT", ("hall_id",), ("tickets",), "%", abandon_rate, behind_abandon_rate),
)
