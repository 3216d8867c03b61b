"""Flow (人流): how many people come to a hall, and how full it is."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.baseline import middle, past_windows, summed
from metrics.hours import numbers
from metrics.keys import row_key
from metrics.lookback import Floats, Lookback
from metrics.reading import Quantity, finished
from metrics.recent import RECENT, rows_behind, since_of
from metrics.spells import MINUTE, NEVER, Flags, Ints, Spells, micros, standing, standing_sum, within
from metrics.usual import usual_values
from metrics.view import COMERS, View
from metrics.visitors import coming, in_service, waiting

#: The baseline from which a peak is judged, and how many must have come, or how many more than usual.
BUSY_ENOUGH, CROWD, AHEAD = 8, 30, 10
#: A head count older than this no longer says how many are here.
COUNT_HOLDS = 10 * MINUTE


def footfall_peak(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Whether far more people come to a hall than usual at this time of the week (人流高峰).

    Tickets taken in 60 minutes (transfers left out) ÷ their baseline; ratio. Sample: the baseline is at least 8 and 30
    were taken or 10 more than usual. A level also needs taken ≥ B + 3·√B. Source: the indicators 2026.1, 1.
    """
    hall = view.hall_numbers(instants["hall_id"])
    taken = standing(coming(view).at_halls, hall, micros(instants["at"]))
    value, _ = _usual(view.comers_before, instants, hall)
    baseline = pl.Series("baseline", value).fill_nan(None)
    frame = instants.with_columns(
        pl.Series("numerator", taken),
        pl.Series("sample", taken),
        baseline.alias("denominator"),
        baseline,
        view.covered_now(instants, "tickets"),
    )
    crowd = (pl.col("numerator") >= CROWD) | (pl.col("numerator") - pl.col("baseline") >= AHEAD)
    enough = (pl.col("baseline") >= BUSY_ENOUGH) & crowd
    return finished(frame, ("hall_id",), enough=enough.fill_null(value=False))


def usual_comers(
    facts: pl.DataFrame, instants: pl.DataFrame, sessions: pl.DataFrame, first: pl.DataFrame, halls: pl.Series
) -> tuple[Floats, Ints]:
    """How many people usually come to a hall in the 60 minutes before each instant (B of 人流高峰).

    Args:
        facts: hall_id, at, session, own_usual, as `metrics.facts.queues.queue_facts`.
        instants: as `metrics.hours.rt_instants`.
        sessions: as `metrics.hours.sessions_of`.
        first: hall_id, first_day (the day of each hall's first ticket).
        halls: hall_id of the halls, in the order of their numbers.

    Returns:
        The median for each instant (nan where fewer than 4 days are known), and how many days were looked at.
    """
    before = Lookback(facts, numbers(facts["hall_id"], halls), COMERS, sessions, first)
    return _usual(before, instants, numbers(instants["hall_id"], halls))


def _usual(before: Lookback, instants: pl.DataFrame, hall: Ints) -> tuple[Floats, Ints]:
    asked = instants.select("hall_id", "date", "at", "open_at", pl.Series("place", hall))
    return usual_values(before, _all_count, asked, RECENT)


def _all_count(sums: list[Ints]) -> tuple[Floats, Flags]:
    """Nobody came is a count too."""
    return sums[0].astype(np.float64), np.ones(sums[0].shape, dtype=np.bool_)


def behind_footfall_peak(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets behind the footfall; those of the middle past days (one, or two that count half) are the baseline."""
    group = coming(view)
    asked = instants.select("hall_id", "at")
    rows = group.rows.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"))
    place = view.hall_numbers(asked["hall_id"])
    now = rows_behind(group.at_halls, rows, asked, place, numerator=1.0, denominator=0.0)
    settled = view.visits.filter(~pl.col("transfer"), pl.col("known_until") == NEVER, ~pl.col("suspect"))
    question = middle(_past_comers(view, instants)).join(asked.with_row_index("row"), on="row", maintain_order="left")
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


def hall_occupancy(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How full a hall is (在厅负荷率): people in it ÷ people it can hold.

    Percent. People: of every head-count source the latest `present` of the last 10 minutes, summed; where there is
    none, those who wait and those who are served. `people_from` says which: `headcounts` or `tickets`. Head counts that
    were not delivered in the last hour are not used, tickets neither: where both are missing there is no data. Sample:
    the people. Halls whose capacity is not known are not judged. Source: the indicators 2026.1, 2.
    """
    frame = _people(view, instants)
    return finished(
        frame.with_columns(pl.lit(None, dtype=pl.Float64).alias("baseline"), pl.col("numerator").alias("sample")),
        ("hall_id",),
        enough=(pl.col("denominator") > 0).fill_null(value=False),
        value=pl.col("numerator") / pl.col("denominator") * 100,
        extras=("people_from",),
    )


def behind_hall_occupancy(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Head counts (each adds the people present) or tickets of those inside; the hall's own row adds its capacity."""
    frame = _people(view, instants)
    counted = frame.filter(pl.col("people_from") == "headcounts").select("hall_id", "at")
    others = frame.filter(pl.col("people_from") == "tickets").select("hall_id", "at")
    counts, spells = _head_counts(view)
    parts = [
        rows_behind(
            spells,
            counts.select(pl.lit("headcounts").alias("table"), "key", "present"),
            counted,
            view.hall_numbers(counted["hall_id"]),
            numerator=pl.col("present"),
            denominator=0.0,
        )
    ]
    for group in (waiting(view), in_service(view)):
        rows = group.rows.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"))
        place = view.hall_numbers(others["hall_id"])
        parts.append(rows_behind(group.at_halls, rows, others, place, numerator=1.0, denominator=0.0))
    parts.append(
        frame.filter(pl.col("denominator").is_not_null()).select(
            "hall_id",
            "at",
            pl.lit("halls").alias("table"),
            pl.col("hall_id").alias("key"),
            pl.lit(0.0).alias("numerator"),
            pl.col("denominator").cast(pl.Float64),
        )
    )
    return pl.concat(parts)


def _past_comers(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many came in the same clock window of each past day that counts: row, past_since, past_at, step, value."""
    asked = instants.with_row_index("row").with_columns(since_of(instants))
    past = past_windows(asked, view.all_sessions, view.first_days)
    hall = view.hall_numbers(instants["hall_id"])[past["row"].to_numpy()]
    facts = view.queue_facts
    counts = summed(facts, view.fact_halls, ("own_usual",), past, hall)
    return past.with_columns(pl.Series("value", counts["own_usual"]))


def _head_counts(view: View) -> tuple[pl.DataFrame, Spells]:
    """Head counts that say how many are present, each until the source's next one, for 10 minutes at most.

    A row without `present` tells only how many came in; the count before it holds on.
    """
    counts = (
        view.records["headcounts"]
        .filter(pl.col("present").is_not_null())
        .sort("hall_id", "source", "at")
        .with_columns(pl.col("at").shift(-1).over("hall_id", "source").alias("following"))
        .select("hall_id", "present", "at", "following", row_key("headcounts"))
    )
    at = micros(counts["at"])
    # [t − 10 min, t): a count exactly 10 minutes old is still one.
    end: Ints = np.minimum(at + COUNT_HOLDS, micros(counts["following"]))
    return counts, Spells.of(view.hall_numbers(counts["hall_id"]), at, end)


def _people(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The instants with numerator (people), denominator (capacity), people_from, covered."""
    hall, at = view.hall_numbers(instants["hall_id"]), micros(instants["at"])
    counts, spells = _head_counts(view)
    counted = standing_sum(spells, counts["present"].to_numpy(), hall, at)
    delivered = view.covered_now(instants, "headcounts").to_numpy()
    usable = (standing(spells, hall, at) > 0) & delivered
    inside = standing(waiting(view).at_halls, hall, at) + standing(in_service(view).at_halls, hall, at)
    capacity = view.records["halls"].select("hall_id", pl.col("capacity").alias("denominator"))
    tickets = view.covered_now(instants, "tickets").to_numpy()
    return instants.join(capacity, on="hall_id", how="left", maintain_order="left").with_columns(
        pl.Series("numerator", np.where(usable, counted, inside)),
        pl.select(pl.when(pl.Series(usable)).then(pl.lit("headcounts")).otherwise(pl.lit("tickets")))
        .to_series()
        .alias("people_from"),
        pl.Series("covered", usable | tickets),
    )


QUANTITIES = (
    Quantity("footfall_peak", "RT", ("hall_id",), ("tickets",), "倍", footfall_peak, behind_footfall_peak),
    Quantity(
        "hall_occupancy",
        "RT",
        ("hall_id",),
        ("tickets", "headcounts"),
        "%",
        hall_occupancy,
        behind_hall_occupancy,
        ("people_from",),
    ),
)
