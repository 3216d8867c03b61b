"""Flow and queueing (人流与排队): how many come, how long they wait, how many give up."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.baseline import past_windows, usual
from metrics.coverage import RT_SLACK
from metrics.reading import Quantity, finished
from metrics.recent import at_queues, recent_until, rows_behind, since_of
from metrics.spells import MINUTE, NEVER, Ints, Spells, micros, pairs, standing, standing_sum, sum_within, within
from metrics.view import View

#: The baseline from which a peak is judged, and how many must have come, or how many more than usual.
BUSY_ENOUGH, CROWD, AHEAD = 8, 30, 10
#: Calls without which a mean wait says nothing.
CALLS_ENOUGH = 10


def footfall_peak(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Whether far more people come to a hall than usual at this time of the week (人流高峰).

    Tickets taken in 60 minutes (transfers left out) ÷ their baseline; ratio. Sample: the baseline is at least 8 and 30
    were taken or 10 more than usual. A level also needs taken ≥ B + 3·√B. Source: the indicators 2026.1, 1.
    """
    _, spells = _comers(view)
    taken = standing(spells, view.hall_numbers(instants["hall_id"]), micros(instants["at"]))
    counts = _past_comers(view, instants)
    baseline = usual(counts.select("row", "value"))
    frame = instants.with_row_index("row").join(baseline, on="row", how="left", maintain_order="left")
    frame = frame.with_columns(
        pl.Series("numerator", taken),
        pl.Series("sample", taken),
        pl.col("baseline").alias("denominator"),
        _covered(view, instants, "tickets"),
    )
    crowd = (pl.col("numerator") >= CROWD) | (pl.col("numerator") - pl.col("baseline") >= AHEAD)
    enough = (pl.col("baseline") >= BUSY_ENOUGH) & crowd
    return finished(frame, ("hall_id",), enough=enough.fill_null(value=False))


def behind_footfall_peak(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets behind the footfall; those of the middle past days (one, or two that count half) are the baseline."""
    own, spells = _comers(view)
    asked = instants.select("hall_id", "at")
    rows = own.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"))
    now = rows_behind(spells, rows, asked, view.hall_numbers(asked["hall_id"]), numerator=1.0, denominator=0.0)
    past = _past_comers(view, instants).filter(pl.len().over("row") >= 4)
    ranked = past.with_columns(
        pl.col("value").rank("ordinal").over("row").cast(pl.Int64).alias("rank"),
        pl.len().over("row").cast(pl.Int64).alias("days"),
    )
    middle = ranked.filter((pl.col("rank") * 2 - pl.col("days") - 1).abs() <= 1)
    middle = middle.with_columns((1 / pl.len().over("row")).alias("share"))
    settled = _settled(view)
    question = middle.join(asked.with_row_index("row"), on="row", maintain_order="left")
    which, to = within(
        view.hall_numbers(settled["hall_id"]),
        settled["take"].to_numpy(),
        view.hall_numbers(question["hall_id"]),
        micros(question["past_since"]),
        micros(question["past_at"]),
    )
    kept = settled.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"))
    found = pl.concat([question[to], kept[which]], how="horizontal")
    before = found.select(
        "hall_id",
        "at",
        "table",
        "key",
        pl.lit(0.0).alias("numerator"),
        pl.col("share").cast(pl.Float64).alias("denominator"),
    )
    return pl.concat([now, before])


def wait_avg(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How long people called in the last hour had waited (平均等候), by queue.

    Mean wait of the calls in 60 minutes, net of breaks; minutes. Sample: at least 10 calls. Source: the indicators
    2026.1, 4.
    """
    asked = at_queues(view, instants)
    called, spells = _calls(view)
    queue, at = asked["queue"].to_numpy(), micros(asked["at"])
    calls = standing(spells, queue, at)
    waits = standing_sum(spells, called["wait"].to_numpy(), queue, at)
    frame = asked.with_columns(
        pl.Series("numerator", waits / MINUTE),
        pl.Series("denominator", calls),
        pl.Series("sample", calls),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        _covered(view, asked, "tickets"),
    )
    return finished(frame, ("hall_id", "queue_id"), enough=pl.col("sample") >= CALLS_ENOUGH)


def behind_wait_avg(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets called in the last hour; each adds its wait and one call."""
    asked = at_queues(view, instants).select("hall_id", "queue_id", "at")
    called, spells = _calls(view)
    rows = called.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"), "wait")
    place = view.queue_numbers(asked["queue_id"])
    return rows_behind(spells, rows, asked, place, numerator=pl.col("wait") / MINUTE, denominator=1.0)


def wait_max_open(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How long the one who waits longest has waited so far (最长在队等候), by queue.

    Longest wait among those waiting at t, net of breaks; minutes, 0 where nobody waits. Source: the indicators 2026.1,
    6.
    """
    asked = at_queues(view, instants).with_row_index("row")
    waiting = _waiting_now(view, asked)
    longest = waiting.group_by("row").agg(pl.col("waited").max(), pl.len().alias("sample"))
    frame = asked.join(longest, on="row", how="left", maintain_order="left").with_columns(
        (pl.col("waited").fill_null(0) / MINUTE).alias("numerator"),
        pl.lit(None, dtype=pl.Float64).alias("denominator"),
        pl.col("sample").fill_null(0),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        _covered(view, asked, "tickets"),
    )
    return finished(frame, ("hall_id", "queue_id"), enough=pl.lit(value=True), value=pl.col("numerator"))


def behind_wait_max_open(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The ticket of the one who waits longest (ties: the first by number); it alone makes the number."""
    asked = at_queues(view, instants).with_row_index("row")
    longest = (
        _waiting_now(view, asked)
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


def _covered(view: View, asked: pl.DataFrame, *tables: str) -> pl.Series:
    """Whether the tables have been delivered up to the last hour."""
    at = micros(asked["at"])
    return pl.Series("covered", view.coverage.at_halls(tables, asked["hall_id"], at, at - RT_SLACK))


def _comers(view: View) -> tuple[pl.DataFrame, Spells]:
    """People who come to a hall by themselves, each counting for an hour after taking a ticket."""
    own = view.visits.filter(~pl.col("transfer"))
    hall, take = view.hall_numbers(own["hall_id"]), own["take"].to_numpy()
    return own, Spells.of(hall, take, np.minimum(recent_until(view, hall, take), own["known_until"].to_numpy()))


def _settled(view: View) -> pl.DataFrame:
    """People who came on past days as they are known afterwards, within opening hours."""
    visits = view.visits
    return visits.filter(~pl.col("transfer"), pl.col("known_until") == NEVER, ~pl.col("suspect"))


def _past_comers(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many came in the same clock window of each past day that counts: row, past_since, past_at, step, value."""
    asked = instants.with_row_index("row").with_columns(since_of(instants))
    past = past_windows(asked, view.sessions, view.first_days)
    hall = view.hall_numbers(past.join(asked.select("row", "hall_id"), on="row", maintain_order="left")["hall_id"])
    facts = view.queue_facts.filter(
        pl.col("session").is_not_null(), pl.col("date").is_in(past["past_at"].dt.date().unique().implode())
    )
    counts = sum_within(
        view.hall_numbers(facts["hall_id"]),
        micros(facts["at"]) - 1,
        facts["own_usual"].to_numpy(),
        hall,
        micros(past["past_since"]),
        micros(past["past_at"]),
    )
    return past.with_columns(pl.Series("value", counts))


def _calls(view: View) -> tuple[pl.DataFrame, Spells]:
    """Calls, each counting in its queue for an hour."""
    called = view.visits.filter(pl.col("call") < NEVER)
    hall, call = view.hall_numbers(called["hall_id"]), called["call"].to_numpy()
    until = np.minimum(recent_until(view, hall, call), called["known_until"].to_numpy())
    return called, Spells.of(view.queue_numbers(called["queue_id"]), call, until)


def _waiting(view: View) -> Spells:
    """People while they wait, by queue; one spell for each row of `visits`."""
    visits = view.visits
    return Spells.of(view.queue_numbers(visits["queue_id"]), visits["take"].to_numpy(), visits["leaves"].to_numpy())


def _waiting_now(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """Who waits at each instant of a queue and how long already: row, key, waited (microseconds, net of breaks)."""
    visits, at = view.visits, micros(asked["at"])
    which, question = pairs(_waiting(view), asked["queue"].to_numpy(), at)
    take: Ints = visits["take"].to_numpy()[which]
    hall = view.hall_numbers(asked["hall_id"])[question]
    return pl.DataFrame(
        {
            "row": asked["row"].gather(question),
            "key": visits["ticket_id"].gather(which),
            "waited": view.clock.between(hall, take, at[question]),
        }
    )


QUANTITIES = (
    Quantity("footfall_peak", "RT", ("hall_id",), ("tickets",), "倍", footfall_peak, behind_footfall_peak),
    Quantity("wait_avg", "RT", ("hall_id", "queue_id"), ("tickets",), "分钟", wait_avg, behind_wait_avg),
    Quantity("wait_max_open", "RT", ("hall_id", "queue_id"), ("tickets",), "分钟", wait_max_open, behind_wait_max_open),
)
