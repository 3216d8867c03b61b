"""Complaints (投诉): a week with more of them than chance explains."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.closed import at_halls
from metrics.evidence import Evidence
from metrics.opinions import placed
from metrics.reading import Quantity, finished
from metrics.spells import NEVER, micros, within
from metrics.view import View

#: What a week is compared with: so many weeks before.
BEFORE = "-84d"
PER = 10_000
#: Complaints in the weeks before, and complaints to be expected this week, without which z says nothing.
PAST_ENOUGH, EXPECTED_ENOUGH = 3, 0.5
_NEVER = pl.lit(NEVER, dtype=pl.Int64)


def complaint_z(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Whether more people complain about a hall than chance explains, given how many it serves (投诉异常).

    u-chart: complaints of the week per 10,000 done tickets, less their rate in the 12 weeks before (all complaints of
    the 12 weeks ÷ all done tickets), in standard deviations √(rate ÷ done tickets of the week in 10,000); σ. All kinds
    of complaints, by `created_at`; done tickets by their end. Numerator: complaints of the week; denominator: done
    tickets of the week; baseline: the rate before, per 10,000; sample: complaints in the 12 weeks before, at least 3;
    and 0.5 must be expected this week. A level also needs 3 complaints this week. Source: the indicators 2026.1, 31.
    """
    asked = _past(
        view, Evidence.within(_complaints(view), instants).tally(at_halls(view, instants), ("hall_id", "start"))
    )
    frame = _served(view, asked)
    expected = pl.col("baseline") * pl.col("denominator") / PER
    frame = frame.with_columns(
        pl.col("past_complaints").alias("sample"),
        # Without a ticket in the weeks before there is no rate.
        pl.when(pl.col("past_done") > 0)
        .then(pl.col("past_complaints") * PER / pl.col("past_done"))
        .cast(pl.Float64)
        .alias("baseline"),
        view.covered_window(frame, "complaints", "tickets"),
    )
    enough = (pl.col("sample") >= PAST_ENOUGH) & (expected >= EXPECTED_ENOUGH)
    z = (pl.col("numerator") - expected) / expected.sqrt()
    return finished(frame, ("hall_id",), enough=enough.fill_null(value=False), value=z)


def behind_complaint_z(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Complaints of the week, which count above, and its done tickets, which count below."""
    rows = pl.concat([_complaints(view), _done(view)])
    return Evidence.within(rows, instants).behind(at_halls(view, instants), ("hall_id", "start"))


def _complaints(view: View) -> pl.DataFrame:
    """Complaints with a hall: hall_id, table, key, moment, since, until, numerator, denominator."""
    complaints = view.records["complaints"].select("complaint_id", "hall_id", "project_no", "created_at")
    created = pl.col("created_at").to_physical()
    return placed(complaints, view.records["cases"]).select(
        "hall_id",
        pl.lit("complaints").alias("table"),
        pl.col("complaint_id").alias("key"),
        created.alias("moment"),
        pl.max_horizontal(created, "placed_from").alias("since"),
        _NEVER.alias("until"),
        pl.lit(1, dtype=pl.Int64).alias("numerator"),
        pl.lit(0, dtype=pl.Int64).alias("denominator"),
    )


def _done(view: View) -> pl.DataFrame:
    """Done tickets in the same columns."""
    done = view.visits.select("hall_id", "ticket_id", "status", "end")
    return done.filter(pl.col("status") == "done", pl.col("end") < NEVER).select(
        "hall_id",
        pl.lit("tickets").alias("table"),
        pl.col("ticket_id").alias("key"),
        pl.col("end").alias("moment"),
        pl.col("end").alias("since"),
        _NEVER.alias("until"),
        pl.lit(0, dtype=pl.Int64).alias("numerator"),
        pl.lit(1, dtype=pl.Int64).alias("denominator"),
    )


def _past(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """How many complaints there were in the 12 weeks before each week, as known at t: past_complaints."""
    complaints = _complaints(view).filter(pl.col("hall_id").is_not_null())
    # Few enough to look at each: a complaint must also have been placed by then.
    which, week = within(
        view.hall_numbers(complaints["hall_id"]),
        complaints["moment"].to_numpy(),
        view.hall_numbers(asked["hall_id"]),
        micros(asked["start"].dt.offset_by(BEFORE)),
        micros(asked["start"]),
    )
    known = complaints["since"].to_numpy()[which] < micros(asked["at"])[week]
    counts = np.bincount(week[known], minlength=asked.height)
    return asked.with_columns(pl.Series("past_complaints", counts, dtype=pl.Int64))


def _served(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """How many tickets were done in the week (denominator) and in the 12 weeks before it (past_done)."""
    evidence = Evidence.of(_done(view).select("hall_id", "since", "until", pl.col("denominator").alias("numerator")))
    edges = (pl.col("end"), pl.col("start"), pl.col("start").dt.offset_by(BEFORE))
    all_edges = pl.concat([asked.select("hall_id", edge.alias("at")) for edge in edges])
    end, start, before = evidence.tally(all_edges, ("hall_id",))["numerator"].reshape((3, asked.height))
    return asked.with_columns((end - start).alias("denominator"), (start - before).alias("past_done"))


QUANTITIES = (
    Quantity("complaint_z", "W", ("hall_id",), ("complaints", "tickets"), "σ", complaint_z, behind_complaint_z),
)
