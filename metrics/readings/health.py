"""Public health (公共卫生): whether those who work in a hall have had the checks of a programme."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.keys import row_key
from metrics.reading import Quantity, finished
from metrics.spells import DAY, latest_before, micros
from metrics.view import View

#: How far back a check counts, and how many people must have one due before their share says something.
LOOK_BACK, PEOPLE_ENOUGH = 30 * DAY, 5
GRAIN = ("hall_id", "programme")


def health_check_gap(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many of those on today's roster have missed their last health check (核酸检测等核验缺口).

    Percent, by hall and programme: of everybody rostered in the hall that day, whoever's latest check of the programme
    with a due time in [t − 30 days, t) is not done ÷ those who have such a check, whatever hall it was listed for.
    Sample: at least 5 of them. A level also needs 1 / 2 / 3 persons (the numerator). Programmes: those for which the
    hall has checks. Source: the indicators 2026.1, 34.
    """
    asked = _places(view, instants)
    people = _people(view, asked)
    counts = people.group_by("row").agg(
        pl.col("missing").sum().cast(pl.Int64).alias("numerator"), pl.len().cast(pl.Int64).alias("denominator")
    )
    frame = asked.join(counts, on="row", how="left", maintain_order="left").with_columns(
        pl.col("numerator", "denominator").fill_null(0),
        pl.col("denominator").fill_null(0).alias("sample"),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        view.covered_window(asked, "health_checks"),
    )
    share = pl.col("numerator") / pl.col("denominator") * 100
    return finished(frame, GRAIN, enough=pl.col("denominator") >= PEOPLE_ENOUGH, value=share)


def behind_health_check_gap(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The latest check of each person on the roster; one that is not done adds to the numerator."""
    asked = _places(view, instants)
    return (
        _people(view, asked)
        .join(asked.select("row", *GRAIN, "at"), on="row")
        .select(
            *GRAIN,
            "at",
            pl.lit("health_checks").alias("table"),
            "key",
            pl.col("missing").cast(pl.Float64).alias("numerator"),
            pl.lit(1.0).alias("denominator"),
        )
    )


def _places(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Each instant once for every programme of its hall: the instants' columns, programme, row."""
    programmes = view.records["health_checks"].select(GRAIN).unique().sort(GRAIN)
    return instants.join(programmes, on="hall_id", maintain_order="left_right").with_row_index("row")


def _people(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """Everybody rostered at each asked row who has a check that counts: row, key (of the check), missing."""
    last = pl.max_horizontal((pl.col("end_at") - pl.duration(microseconds=1)).dt.date(), pl.col("start_at").dt.date())
    rostered = (
        view.records["roster"]
        .select("hall_id", "staff_id", pl.date_ranges(pl.col("start_at").dt.date(), last).alias("date"))
        .explode("date")
        .unique()
    )
    people = asked.select("row", "hall_id", "programme", "date", "at").join(rostered, on=["hall_id", "date"])
    checks = view.records["health_checks"].with_columns(row_key("health_checks"))
    staff, programmes = checks["staff_id"].unique().sort(), checks["programme"].unique().sort()
    known = people.filter(pl.col("staff_id").is_in(staff.implode()))
    own, asked_own = (
        numbers(frame["staff_id"], staff) * max(len(programmes), 1) + numbers(frame["programme"], programmes)
        for frame in (checks, known)
    )
    due, at = micros(checks["due_at"]), micros(known["at"])
    found = latest_before(own, due, asked_own, at)
    if not len(due):
        return known.select("row", pl.lit("").alias("key"), pl.lit(value=False).alias("missing")).clear()
    counts = (found >= 0) & (due[np.maximum(found, 0)] >= at - LOOK_BACK)
    rows = found[counts]
    missing = micros(checks["done_at"])[rows] >= at[counts]
    return (
        known.select("row").filter(pl.Series(counts)).with_columns(checks["key"][rows], pl.Series("missing", missing))
    )


QUANTITIES = (
    Quantity(
        "health_check_gap", "D", GRAIN, ("health_checks",), "%", health_check_gap, behind_health_check_gap
    ),
)  # fmt: skip
