"""What is counted of reviews (好差评) and complaints."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.asof import as_of
from metrics.calendar import WorkCalendar
from metrics.rates.case_counts import EVERY
from metrics.rates.counts import Counts, counted, marked, marks
from metrics.rates.records import NEEDED, Grid, RateRecords, matched

#: Working days within which a bad review must be mended where the city sets no day of its own.
MENDING_DAYS = 5
BAD_LEVEL, GOOD_LEVEL = 2, 3

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


def count_reviews(cases: pl.DataFrame, records: RateRecords, grid: Grid) -> list[Counts]:
    """Counts of reviews by the time they were given, and of bad ones by the deadline of mending.

    Args:
        cases: as `placed_cases` gives them; whatever a review is about.
        records: reviews, tickets, working days.
        grid: periods, seats, subjects.
    """
    rows = records.reviews.select(NEEDED["reviews"])
    known = rows if grid.t is None else as_of("reviews", rows, grid.t)
    # What is neither active nor default enters nowhere; default reviews are told for halls alone, so that where they
    # name a hall it is not looked up what else they name.
    asked = pl.col("hall_id").is_null() | _ACTIVE
    reviews = (
        known.filter(_ACTIVE | _DEFAULT)
        .select(
            *("assess_time", "rectify_due", "rectify_time"),
            marks(GIVEN),
            _BAD.fill_null(value=False).alias("bad"),
            pl.col("hall_id").cast(grid.hall_codes, strict=False),
            *(pl.when(asked).then(name).alias(name) for name in ("project_no", "ticket_id")),
        )
        .collect()
        .rechunk()
    )
    mended = _to_mend(reviews, records, grid)
    counts = grid.period_of(reviews["assess_time"]).is_not_null() | grid.period_of(mended["moment"]).is_not_null()
    placed = placed_reviews(mended if counts.all() else mended.filter(counts), cases, records, grid)
    due = placed[placed["moment"].is_not_null().arg_true()]  # few: several times as fast as to filter them
    return [marked(grid.keyed(placed, "assess_time"), GIVEN), counted(grid.keyed(due, "moment"), MENDED)]


def count_complaints(cases: pl.DataFrame, records: RateRecords, grid: Grid) -> Counts:
    """Complaints made in a hall, by the time they were made."""
    rows = records.complaints.select(NEEDED["complaints"])
    made = (rows if grid.t is None else as_of("complaints", rows, grid.t)).collect()
    about = _About(made, grid)
    about.by_case(made["project_no"], cases)
    return counted(grid.keyed(made.with_columns(about.seat()), "created_at"), COMPLAINED)


def mending_due(bad: pl.DataFrame, work: WorkCalendar) -> pl.Series:
    """When each bad review must be mended: `rectify_due`, else 24:00 of the 5th working day after the day it was given.

    Args:
        bad: assess_time, rectify_due and others.
        work: the city's working days.
    """
    assumed = bad.select(pl.when(pl.col("rectify_due").is_null()).then("assess_time")).to_series()
    default = work.end_of(work.add(work.day_of(assumed), MENDING_DAYS))
    return bad.select(pl.coalesce("rectify_due", default).alias("due")).to_series()


def _to_mend(reviews: pl.DataFrame, records: RateRecords, grid: Grid) -> pl.DataFrame:
    """Reviews, bad ones with their deadline of mending (`due`) and `moment`, just before it.

    00:00 belongs to the day before. At an instant within a period only the deadlines that have passed count: what is
    not due yet is not late. `moment` is null where nothing counts.
    """
    row = reviews["bad"].arg_true()
    bad = reviews.select(pl.col("assess_time", "rectify_due").gather(row))
    due = pl.DataFrame({"due": mending_due(bad, records.work)})
    passed = pl.lit(value=True) if grid.t is None else pl.col("due") <= grid.instant
    moment = due.select(pl.when(passed).then(pl.col("due").dt.offset_by("-1us"))).to_series()
    none = pl.repeat(None, reviews.height, dtype=reviews.schema["assess_time"], eager=True)
    return reviews.with_columns(
        none.scatter(row, due.to_series()).alias("due"), none.scatter(row, moment).alias("moment")
    )


def placed_reviews(reviews: pl.DataFrame, cases: pl.DataFrame, records: RateRecords, grid: Grid) -> pl.DataFrame:
    """Reviews with seat and subject: their own hall, else their case's, else their ticket's; likewise the item.

    Args:
        reviews: hall_id, project_no, ticket_id, origin and others.
        cases: as `placed_cases` gives them; whatever a review is about.
        records: its tickets are looked at.
        grid: seats and subjects.
    """
    about = _About(reviews, grid)
    # Default reviews are told for halls alone: their subject is not looked up.
    asked = pl.col("hall_id").is_null() | _ACTIVE if "origin" in reviews.columns else pl.lit(value=True)
    about.by_case(reviews.select(pl.when(asked).then("project_no")).to_series(), cases)
    about.by_ticket(reviews.select(pl.when(asked).then("ticket_id")).to_series(), records)
    return reviews.with_columns(about.seat(), about.subject())


class _About:
    """What rows are about: the case, else the ticket that they name."""

    def __init__(self, rows: pl.DataFrame, grid: Grid) -> None:
        """Begin with the rows' own halls."""
        self._grid = grid
        self._own = grid.hall_seat(rows["hall_id"])
        self._seat = np.full(rows.height, grid.nowhere)
        self._subject = np.zeros(rows.height, dtype=np.int64)
        self._found = np.zeros(rows.height, dtype=np.bool_)

    def by_case(self, names: pl.Series, cases: pl.DataFrame) -> None:
        """Take the place of the cases that are named."""
        row, case = matched(names, cases["project_no"])
        self._take(row, cases["seat"].gather(case), cases["subject"].gather(case))

    def by_ticket(self, names: pl.Series, records: RateRecords) -> None:
        """Take the place of the tickets that are named, where no case told one.

        Item and theme are those of the version in force when the ticket was taken.
        """
        versions, t = self._grid.versions, self._grid.t
        rows = records.tickets.select("ticket_id", "hall_id", "item_code", "take_time")
        tickets = (rows if t is None else as_of("tickets", rows, t)).collect()
        row, ticket = matched(names.set(pl.Series(self._found), None), tickets["ticket_id"])
        told = tickets.select(pl.col("hall_id", "item_code", "take_time").gather(ticket))
        items = told["item_code"].cast(pl.Enum(versions.codes), strict=False)
        version = versions.nearest(items, told["take_time"])
        department, theme = versions.take("dept_code", version), versions.take("theme", version)
        self._take(row, self._grid.hall_seat(told["hall_id"]), self._grid.subject(department, items, theme))

    def seat(self) -> pl.Series:
        """The seat of every row."""
        return pl.select(pl.coalesce(self._own, pl.Series(self._seat)).alias("seat")).to_series()

    def subject(self) -> pl.Series:
        """The subject of every row."""
        return pl.Series("subject", self._subject)

    def _take(self, row: pl.Series, seat: pl.Series, subject: pl.Series) -> None:
        at = row.to_numpy()
        self._seat[at] = seat.fill_null(self._grid.nowhere).to_numpy()
        self._subject[at] = subject.to_numpy()
        self._found[at] = True
