"""What is counted of reviews (好差评) and complaints."""

from __future__ import annotations

import polars as pl

from metrics.asof import as_of
from metrics.cases import ItemVersions
from metrics.rates.case_counts import EVERY, KEY, counted
from metrics.rates.records import Grid, RateRecords

#: Working days within which a bad review must be mended where the city sets no day of its own.
MENDING_DAYS = 5
BAD_LEVEL, GOOD_LEVEL = 2, 3
_COLUMNS = (
    *("review_id", "hall_id", "project_no", "ticket_id", "level", "origin", "named", "assess_time", "valid"),
    *("verify_time", "callback_time", "rectify_due", "rectify_time", "callback_satisfied"),
)

_VALID = pl.col("valid").fill_null(value=True)
_ACTIVE = (pl.col("origin") == "active") & _VALID
_BAD = _ACTIVE & (pl.col("level") <= BAD_LEVEL)
_GOOD = _ACTIVE & (pl.col("level") >= GOOD_LEVEL)
_DEFAULT = (pl.col("origin") == "default") & _VALID
_CALLED = _BAD & pl.col("callback_time").is_not_null()
GIVEN = {
    "reviews_active": _ACTIVE,
    "reviews_good": _GOOD,
    "reviews_bad": _BAD,
    "reviews_good_total": _GOOD | _DEFAULT,
    "reviews_total": _ACTIVE | _DEFAULT,
    "bad_named": _BAD & pl.col("named"),
    "bad_named_called": _CALLED & pl.col("named"),
    # Whoever was called back and answered counts, whether the review bears a name or not.
    "bad_answered": _CALLED & pl.col("callback_satisfied").is_not_null(),
    "bad_satisfied": _CALLED & pl.col("callback_satisfied"),
}
MENDED = {"bad_rectify_due": EVERY, "bad_rectified": pl.col("rectify_time") <= pl.col("due")}
COMPLAINED = {"complaints_onsite": pl.col("kind") == "onsite"}


def count_reviews(cases: pl.DataFrame, records: RateRecords, grid: Grid) -> list[pl.DataFrame]:
    """Counts of reviews by the time they were given, and of bad ones by the deadline of mending.

    Args:
        cases: as `placed_cases` gives them; whatever a review is about.
        records: reviews, tickets, items, working days.
        grid: periods and seats.
    """
    rows = records.reviews.select(_COLUMNS)
    reviews = (rows if grid.t is None else as_of("reviews", rows, grid.t)).collect()
    given = reviews.with_columns(grid.period_of(reviews["assess_time"]).alias("period"))
    # What is neither active nor default enters nowhere.
    given = given.filter(pl.col("period").is_not_null(), _ACTIVE | _DEFAULT)
    mended = _to_mend(reviews.filter(_BAD), records, grid)
    both = pl.concat([given, mended], how="diagonal").with_row_index("row")
    placed = _placed(both, cases, records, grid)
    return [
        counted(placed.filter(pl.col("due").is_null()), GIVEN),
        counted(placed.filter(pl.col("due").is_not_null()), MENDED),
    ]


def count_complaints(cases: pl.DataFrame, records: RateRecords, grid: Grid) -> pl.DataFrame:
    """Complaints made in a hall, by the time they were made."""
    rows = records.complaints.select("hall_id", "kind", "created_at", "closed_at", "project_no")
    complaints = (rows if grid.t is None else as_of("complaints", rows, grid.t)).filter(grid.within("created_at"))
    made = complaints.collect().with_row_index("row")
    made = made.with_columns(grid.period_of(made["created_at"]).alias("period")).filter(pl.col("period").is_not_null())
    about = _about_cases(made, cases)
    placed = made.join(about, on="row", how="left", maintain_order="left")
    seat = pl.coalesce(grid.hall_seat(placed["hall_id"]), "seat", pl.lit(grid.nowhere))
    return counted(placed.with_columns(seat.alias("seat")), COMPLAINED)


def _to_mend(bad: pl.DataFrame, records: RateRecords, grid: Grid) -> pl.DataFrame:
    """Bad reviews whose deadline of mending lies in a period; 00:00 belongs to the day before.

    At an instant within a period only the deadlines that have passed count: what is not due yet is not late.
    """
    work = records.work
    assumed = bad.select(pl.when(pl.col("rectify_due").is_null()).then("assess_time")).to_series()
    default = work.end_of(work.add(work.day_of(assumed), MENDING_DAYS))
    due = bad.select(pl.coalesce("rectify_due", default).alias("due")).to_series()
    moment = pl.select(due.dt.offset_by("-1us")).to_series()
    rows = bad.with_columns(due, grid.period_of(moment).alias("period")).filter(pl.col("period").is_not_null())
    return rows if grid.t is None else rows.filter(pl.col("due") <= pl.lit(grid.t).dt.convert_time_zone(grid.zone))


def _placed(reviews: pl.DataFrame, cases: pl.DataFrame, records: RateRecords, grid: Grid) -> pl.DataFrame:
    """Reviews with seat, department, item and theme: their own hall, else their case's, else their ticket's."""
    about = _about_cases(reviews, cases)
    left = reviews.select("row", "ticket_id", "hall_id", "assess_time").join(about, on="row", how="anti")
    by_ticket = _about_tickets(left.filter(pl.col("ticket_id").is_not_null()), records, grid)
    placed = reviews.join(pl.concat([about, by_ticket]), on="row", how="left", maintain_order="left")
    seat = pl.coalesce(grid.hall_seat(placed["hall_id"]), "seat", pl.lit(grid.nowhere))
    return placed.with_columns(seat.alias("seat"))


def _about_cases(rows: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    """What the cases that rows name say: row, seat, dept_code, item_code, theme."""
    named = rows.lazy().filter(pl.col("project_no").is_not_null()).select("row", "project_no")
    said = cases.lazy().select("project_no", "seat", "dept_code", "item_code", "theme")
    return said.join(named, on="project_no").select("row", *KEY[1:]).collect()


def _about_tickets(rows: pl.DataFrame, records: RateRecords, grid: Grid) -> pl.DataFrame:
    """What the tickets that rows name say, by the version of the item in force when the ticket was taken."""
    tickets = records.tickets.select("ticket_id", "hall_id", "item_code", "take_time")
    found = tickets.join(rows.lazy().select("row", "ticket_id"), on="ticket_id").collect()
    versions = ItemVersions.of(records.items)
    version = versions.nearest(found["item_code"], found["take_time"])
    return found.select(
        "row",
        grid.hall_seat(found["hall_id"]).alias("seat"),
        versions.take("dept_code", version).alias("dept_code"),
        "item_code",
        versions.take("theme", version).alias("theme"),
    )
