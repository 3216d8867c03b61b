"""What is counted of cases: acceptances (scope S), finished cases, submissions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from metrics.asof import as_of
from metrics.calendar import WorkCalendar
from metrics.cases import with_deadline, with_item
from metrics.rates.counts import Counts, counted, marked, marks
from metrics.rates.records import NEEDED, Grid, RateRecords, matched
from metrics.standard.columns import LATEST

ONLINE = ("pc", "app", "mini")

#: Every row that is counted at all.
EVERY = pl.lit(value=True)
_TIMES = ("apply_time", "accept_time", "promise_due", "finish_time", "closed_time")
_TAKEN_IN = ("accept_time", "seat", "subject", "marks")
_ENDED = (
    *("project_no", *_TIMES, "seat", "subject", "visit_count", "auto_approved"),
    *("case_type", "promise_days", "day_unit"),
)
_ASKED = ("project_no", "apply_time", "accept_time", "closed_time", "seat", "subject")
_UNIFIED = pl.col("platform") == "ywtb2"
_WINDOW = pl.col("channel") == "window"
_ONLINE = pl.col("channel").is_in(ONLINE)
_KNOWN = pl.col("visit_count").is_not_null() & pl.col("delivery").is_not_null()
#: Scope S of accepted real (not test) cases: the item 依申请, in force at acceptance, no exception.
IN_SCOPE = pl.col("item_in_force") & pl.col("apply_based") & ~pl.col("ywtb_exception")
SCOPE = {
    "scope": EVERY,
    "scope_y": _UNIFIED,
    "scope_unknown": pl.col("platform") == "unknown",
    "scope_y_or_unknown": pl.col("platform").is_in(["ywtb2", "unknown"]),
    "scope_window": _WINDOW,
    "scope_window_y": _WINDOW & _UNIFIED,
    "scope_online": _ONLINE,
    "scope_kiosk": pl.col("channel") == "kiosk",
    "scope_cross_region": pl.col("cross_region"),
    "scope_full_known": _KNOWN,
    "scope_full_online": _KNOWN & _ONLINE & (pl.col("visit_count") == 0) & (pl.col("delivery") != "window"),
}
FINISHED = {
    "finished": EVERY,
    "finished_visits_known": pl.col("visit_count").is_not_null(),
    "finished_one_visit": pl.col("visit_count") <= 1,
    "finished_auto": pl.col("auto_approved"),
    "finished_same_day": pl.col("finish_day") == pl.col("accept_day"),
}
DUE = {
    "finished_due": EVERY,
    "finished_late": pl.col("overdue"),
    "finished_early": pl.col("finish_day") <= pl.col("early_day"),
}
SUBMITTED = {"submitted": EVERY, "submitted_delayed": pl.col("delayed")}


def placed_cases(records: RateRecords, grid: Grid, keep: Sequence[str] = ()) -> pl.DataFrame:
    """Cases as of t with their place and the version of their item; test rows included, nothing counted yet.

    Args:
        records: the tables.
        grid: periods, seats, subjects.
        keep: further columns of cases, for who lists them or counts them in other ways.

    Returns:
        project_no, the times, visit_count, auto_approved, is_test; marks (of `SCOPE`), over (whether it is finished),
        seat, subject, case_type, apply_based, promise_days, day_unit, ywtb_exception, item_in_force; `keep`.
    """
    rows = records.cases.select(NEEDED["cases"])
    known = rows if grid.t is None else as_of("cases", rows, grid.t)
    # Texts are read as what they stand for: two million of them are not kept. Columns come in pieces of unlike length,
    # which every later step would have to bring together again: once is enough.
    cases = (
        known.select(
            *("project_no", *_TIMES, "visit_count", "auto_approved", "is_test", "item_version", *keep),
            marks(SCOPE),
            (pl.col("status") == "finished").alias("over"),
            pl.col("hall_id").cast(grid.hall_codes, strict=False),
            pl.when(pl.col("hall_id").is_null()).then("region_code"),
            pl.col("dept_code").cast(pl.Enum(grid.departments), strict=False),
            pl.col("item_code").cast(pl.Enum(grid.versions.codes), strict=False),
        )
        .collect()
        .rechunk()
    )
    placed = with_item(cases, grid.versions)
    seat = pl.select(pl.coalesce(grid.hall_seat(cases["hall_id"]), grid.region_seat(cases["region_code"])))
    subject = grid.subject(cases["dept_code"], cases["item_code"], placed["theme"])
    dropped = ("hall_id", "region_code", "item_version", "item_code", "dept_code", "theme")
    return placed.drop(dropped).with_columns(seat.to_series().alias("seat"), subject)


def count_cases(cases: pl.DataFrame, records: RateRecords, grid: Grid) -> list[Counts]:
    """Counts of scope S, of finished cases, of their deadlines and of submissions.

    Args:
        cases: as `placed_cases` gives them.
        records: pauses and working days.
        grid: periods, seats, subjects.

    Returns:
        Four counts in that order.
    """
    pauses = records.case_pauses.select(NEEDED["case_pauses"])
    known = (pauses if grid.t is None else as_of("case_pauses", pauses, grid.t)).collect()
    parts = [cases.lazy().filter(which).select(columns) for which, columns in _populations()]
    accepted, over, submitted = pl.collect_all(parts)
    finished = _with_days(grid.keyed(over, "finish_time"), records.work)
    return [
        marked(grid.keyed(accepted, "accept_time"), SCOPE),
        counted(finished, FINISHED),
        counted(with_early_day(finished, known, records.work), DUE),
        counted(with_delay(grid.keyed(submitted, "apply_time"), known, records.work, grid.t), SUBMITTED),
    ]


def _populations() -> list[tuple[pl.Expr, tuple[str, ...]]]:
    """Scope S, finished cases, submissions: who belongs to them, and the columns needed of them."""
    real = ~pl.col("is_test")
    accepted = pl.col("accept_time").is_not_null()
    scope = real & accepted & IN_SCOPE
    # `finished` is what the times say; a case that was closed after all counts as rejected or withdrawn.
    ended = real & pl.col("finish_time").is_not_null() & pl.col("over")
    return [(scope, _TAKEN_IN), (ended, _ENDED), (real, _ASKED)]


def _with_days(finished: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """Finished cases with the days of their acceptance and end."""
    return finished.with_columns(
        work.day_of(finished["finish_time"]).alias("finish_day"),
        work.day_of(finished["accept_time"]).alias("accept_day"),
    )


def with_early_day(finished: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """Finished promised cases that had a deadline, whether they were late, and the last day that counts as early."""
    promised = finished.filter(pl.col("case_type") == "promise").with_columns(pl.lit("finished").alias("status"))
    # All of them have ended, so their deadlines no longer depend on an instant.
    due = with_deadline(promised, pauses, work, LATEST).filter(pl.col("due_adj").is_not_null())
    return due.with_columns(work.before(work.due_day_of(due["due_adj"])).alias("early_day"))


def with_delay(submitted: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar, t: datetime | None) -> pl.DataFrame:
    """Submissions whose next working day has ended (at t, if given), and whether nobody had answered by then."""
    deadline = work.end_of(work.add(work.day_of(submitted["apply_time"]), 1))
    answered = (pl.min_horizontal("accept_time", "closed_time") <= pl.col("deadline")).fill_null(value=False)
    rows = submitted.with_columns(deadline.alias("deadline")).with_columns(delayed=~answered)
    if t is not None:
        rows = rows.filter(pl.col("deadline") <= pl.lit(t).dt.convert_time_zone(work.timezone))
    silent = rows.select(pl.when("delayed").then("project_no")).to_series()
    asked = pauses.filter(pl.col("kind") == "correction")
    row, correction = matched(silent, asked["project_no"])
    in_time = asked["start_at"].gather(correction) <= rows["deadline"].gather(row)
    late = rows["delayed"].scatter(row.filter(in_time), False)  # noqa: FBT003
    return rows.with_columns(late.alias("delayed"))
